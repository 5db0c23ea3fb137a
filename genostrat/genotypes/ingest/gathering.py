"""Joining pieces of a cohort's genome into its store."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from genostrat.arrays import Integers
from genostrat.genotypes.annotations import gather_annotations
from genostrat.genotypes.builds import CONTIGS
from genostrat.genotypes.kernels.records import unpack_codes
from genostrat.genotypes.records import (
    CHARR_UNIT,
    READS_FILE,
    VARIANT_READS,
    ReadMetrics,
)
from genostrat.genotypes.site_records import (
    SITE_FILE,
    SiteRecords,
    join_site_records,
    read_site_records,
)
from genostrat.genotypes.store import BLOCK_VARIANTS, write_contig, write_empty
from genostrat.genotypes.tallies import Tallies
from genostrat.tables import read_arrays

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Gathered:
    """What pieces make together, besides the store itself.

    Attributes
    ----------
    samples
        Of the store.
    counts
        Records, stored variants, drops by reason, genotypes, build evidence, contigs.
    sums
        What was read of every sample.
    tallies, irregular
        Counts of the records that the store does not tell whole, and its rows that
        come from them, by contig; None and empty where the source had no records.
    site_records
        Whole records at the wanted sites; None where no sites were wanted.
    annotations
        Counts of the annotations in the store; None where there are none.
    reads
        Sums of reads of every variant, int64 (n_variants, 5), by contig; no contig of
        which the source says nothing. See ``records.VARIANT_READS``.
    """

    samples: list[str]
    counts: dict[str, Any]
    sums: ReadMetrics
    tallies: Tallies | None
    irregular: dict[str, Integers]
    site_records: SiteRecords | None = None
    annotations: dict[str, Any] | None = None
    reads: dict[str, Integers] = field(default_factory=dict)

    @property
    def metrics(self) -> pd.DataFrame:
        """The table ``genotypes/read_metrics.tsv``."""
        import pandas as pd  # half a second, which reading alone does not need

        frame = pd.DataFrame({"sample_id": self.samples} | self.sums.sums)
        frame["charr_sum"] = frame["charr_sum"] / CHARR_UNIT
        return frame


def gather_pieces(
    folders: Sequence[str | Path],
    *,
    samples: list[str],
    sexes: list[str],
    store: str | Path,
) -> Gathered:
    """Join pieces into a store.

    Parameters
    ----------
    folders
        Of all pieces, in order.
    samples, sexes
        Of the store.
    store
        Folder to write; replaced if it is there.
    """
    store = Path(store)
    shutil.rmtree(store, ignore_errors=True)
    parts: dict[str, list[tuple[Path, int]]] = {}
    counts = _empty_counts()
    for folder in map(Path, folders):
        for number, part in enumerate(json.loads((folder / "piece.json").read_text())):
            _add_counts(counts, part["counts"])
            n_stored, contig = part["counts"]["n_stored"], part["region"]["contig"]
            counts["records_by_contig"][contig] += part["counts"]["n_records"]
            if n_stored:
                parts.setdefault(contig, []).append((folder / str(number), n_stored))
    for contig in CONTIGS:
        if contig in parts:
            _gather_contig(contig, parts[contig], samples, sexes, store)
            counts["contigs"][contig] = sum(n for _, n in parts[contig])
    if not parts:
        write_empty(store, samples=samples, sexes=sexes)
    tallies, irregular = _gather_tallies(folders, parts, n_samples=len(samples))
    sums = ReadMetrics(len(samples))
    for piece in map(Path, folders):
        for name, values in read_arrays(piece / "metrics.npz").items():
            sums.sums[name] += values
    sites = _gather_sites(folders, samples)
    notes = gather_annotations(parts, folders, store=store)
    reads = _gather_reads(parts)
    return Gathered(samples, counts, sums, tallies, irregular, sites, notes, reads)


def _gather_sites(
    folders: Sequence[str | Path], samples: list[str]
) -> SiteRecords | None:
    """Join the records at wanted sites; each record is in one piece only."""
    paths = [Path(folder) / SITE_FILE for folder in folders]
    if not all(path.is_file() for path in paths):
        return None
    return join_site_records([read_site_records(p) for p in paths], samples=samples)


def _gather_tallies(
    folders: Sequence[str | Path],
    parts: dict[str, list[tuple[Path, int]]],
    *,
    n_samples: int,
) -> tuple[Tallies | None, dict[str, Integers]]:
    """Add up the tallies of pieces, and number their irregular rows by contig.

    Pieces of filesets have no tallies; every row of theirs is a record of its own.
    """
    if not all((Path(folder) / "tallies.npz").is_file() for folder in folders):
        return None, {}
    total = Tallies.zeros(n_samples)
    for folder in folders:
        total.add(Tallies.from_arrays(read_arrays(Path(folder) / "tallies.npz")))
    irregular = {}
    for contig, own in parts.items():
        rows, done = [np.zeros(0, np.int64)], 0
        for stem, n_stored in own:
            of_piece = read_arrays(stem.parent / "irregular.npz")
            rows.append(of_piece[stem.name].astype(np.int64) + done)
            done += n_stored
        irregular[contig] = np.concatenate(rows)
    return total, irregular


def _gather_reads(
    parts: dict[str, list[tuple[Path, int]]],
) -> dict[str, Integers]:
    """Join the sums of reads by contig; pieces without any have zeros."""
    found: dict[str, Integers] = {}
    width = len(VARIANT_READS)
    for contig, own in parts.items():
        rows = np.zeros((sum(n for _, n in own), width), np.int64)
        done = 0
        for stem, n_stored in own:
            path = stem.parent / READS_FILE
            known = read_arrays(path) if path.is_file() else {}
            if stem.name in known:
                rows[done : done + n_stored] = known[stem.name]
            done += n_stored
        if rows.any():
            found[contig] = rows
    return found


def _empty_counts() -> dict[str, Any]:
    return {
        "n_records": 0,
        "n_stored": 0,
        "n_multiallelic": 0,
        "dropped": Counter(),
        "filters": Counter(),
        "genotypes": Counter(),
        "markers": Counter(),
        "beyond": Counter(),
        "contigs": {},
        "records_by_contig": Counter(),
    }


def _add_counts(total: dict[str, Any], part: dict[str, Any]) -> None:
    for key in ("n_records", "n_stored", "n_multiallelic"):
        total[key] += part[key]
    for key in ("dropped", "filters", "genotypes", "markers", "beyond"):
        total[key].update(part[key])


def _gather_contig(
    contig: str,
    parts: list[tuple[Path, int]],
    samples: list[str],
    sexes: list[str],
    store: Path,
) -> None:
    stems = [stem for stem, _ in parts]
    phased = all(stem.with_suffix(".phase").is_file() for stem in stems)
    write_contig(
        store,
        contig,
        blocks=_read_packed(stems, ".bed", n_samples=len(samples)),
        phases=_read_packed(stems, ".phase", n_samples=len(samples))
        if phased
        else None,
        n_variants=sum(n for _, n in parts),
        pvar_lines=_read_lines(stems),
        samples=samples,
        sexes=sexes,
    )


def _read_lines(stems: list[Path]) -> Iterator[str]:
    for stem in stems:
        # An ID may hold any byte; it is carried through as it is.
        with stem.with_suffix(".pvar").open(
            encoding="utf-8", errors="surrogateescape", newline="\n"
        ) as stream:
            # many lines at once: a loop over each would take longer than the genotypes
            while lines := stream.readlines(1 << 20):
                yield "".join(lines).removesuffix("\n")


def _read_packed(
    stems: list[Path], suffix: str, *, n_samples: int
) -> Iterator[npt.NDArray[np.int8]]:
    width = -(-n_samples // 4)
    with ExitStack() as stack:
        for stem in stems:
            stream: IO[bytes] = stack.enter_context(stem.with_suffix(suffix).open("rb"))
            while raw := stream.read(width * BLOCK_VARIANTS):
                packed = np.frombuffer(raw, np.uint8).reshape(-1, width)
                block = np.empty((len(packed), n_samples), np.int8)
                unpack_codes(packed, block)
                yield block
