"""From VCF to store: regions planned, read in parallel, and gathered.

A cohort's genome is cut into pieces of about equal numbers of records. Each piece is
read once and kept as packed genotypes; gathering writes one PGEN for each contig. The
store is the same however many pieces there were.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from genostrat.errors import GenostratError, Problem, raise_if_any
from genostrat.genotypes.builds import BUILDS, CONTIGS, BuildEvidence, canonical_contig
from genostrat.genotypes.inspection import VcfFile
from genostrat.genotypes.records import (
    BLOCK_VARIANTS,
    CHARR_UNIT,
    ReadMetrics,
    ReadOptions,
    RegionReader,
)
from genostrat.genotypes.store import pvar_line, write_contig
from genostrat.tables import read_arrays, write_arrays, write_json

#: Below this share of homozygous-reference calls among all genotypes, with many
#: missing, a file is taken for a merge of single-sample files. A joint-called file
#: has most of its genotypes homozygous reference; a merge has none.
MERGED_MAX_HOM_REF = 0.02
MERGED_MIN_MISSING = 0.2
MERGED_MIN_SAMPLES = 5

#: 2-bit codes of the packed genotypes of a piece: 0, 1, 2, and 3 for missing.
_UNPACKED = np.array(
    [[(byte >> shift) & 3 for shift in (0, 2, 4, 6)] for byte in range(256)], np.int8
)
_UNPACKED[_UNPACKED == 3] = -9


@dataclass(frozen=True)
class Region:
    """A part of a contig in one file; 1-based, both ends included."""

    file: int
    contig_in_file: str
    contig: str
    start: int
    end: int


def plan_pieces(files: Sequence[VcfFile], *, n_pieces: int) -> list[list[Region]]:
    """Cut the genome into pieces with about equal numbers of records.

    Returns
    -------
    list of lists
        `n_pieces` lists of regions, some perhaps empty, together in genome order.
    """
    spans = _spans(files)
    total = sum(weight for *_, weight in spans)
    pieces: list[list[Region]] = [[] for _ in range(n_pieces)]
    done = 0.0
    for file, name, contig, length, weight in spans:
        cuts = [0]
        first, last = done / total * n_pieces, (done + weight) / total * n_pieces
        for boundary in range(int(first) + 1, int(np.ceil(last))):
            share = (boundary / n_pieces * total - done) / weight
            cuts.append(int(share * length))
        for index, (low, high) in enumerate(zip(cuts, [*cuts[1:], None], strict=True)):
            # The last region is open-ended: records past a wrong header length count.
            end = 2**31 - 1 if high is None else high
            piece = min(int(first) + index, n_pieces - 1)
            pieces[piece].append(Region(file, name, contig, low + 1, end))
        done += weight
    return pieces


def _spans(files: Sequence[VcfFile]) -> list[tuple[int, str, str, int, float]]:
    found = []
    for number, file in enumerate(files):
        for name, count in file.contigs.items():
            contig = canonical_contig(name)
            if contig is not None:
                length = max(build.lengths[contig] for build in BUILDS.values())
                found.append((number, name, contig, length, float(max(count, 1))))
    return sorted(found, key=lambda span: CONTIGS.index(span[2]))


def read_piece(
    regions: Sequence[Region],
    *,
    files: Sequence[str | Path],
    samples: Sequence[str],
    file_samples: Sequence[Sequence[str]],
    options: ReadOptions,
    folder: str | Path,
) -> None:
    """Read the regions of one piece into a folder of packed genotypes.

    Parameters
    ----------
    regions
        What to read.
    files, file_samples
        The cohort's files, and the samples of each in its order.
    samples
        The samples of the store, in its order.
    folder
        Where ``<n>.bed`` (packed genotypes), ``<n>.pvar``, ``piece.json`` and
        ``metrics.npz`` go; emptied first.
    """
    folder = Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    metrics = ReadMetrics(len(samples))
    totals: list[dict[str, Any]] = []
    for number, region in enumerate(regions):
        position = {name: at for at, name in enumerate(file_samples[region.file])}
        reader = RegionReader(
            files[region.file],
            order=np.array([position[name] for name in samples]),
            options=options,
        )
        _write_packed(reader, region, folder / str(number))
        for name, values in reader.metrics.sums.items():
            metrics.sums[name] += values
        totals.append({"region": asdict(region), "counts": reader.counts.to_record()})
    write_arrays(folder / "metrics.npz", private=True, **metrics.sums)
    write_json(folder / "piece.json", totals, private=False)


def _write_packed(reader: RegionReader, region: Region, stem: Path) -> None:
    with (
        stem.with_suffix(".bed").open("wb") as genotypes,
        stem.with_suffix(".pvar").open("w", encoding="utf-8", newline="\n") as lines,
    ):
        for variants, block in reader.read_blocks(
            region.contig_in_file, region.contig, region.start, region.end
        ):
            genotypes.write(pack(block).tobytes())
            lines.writelines(f"{pvar_line(variant)}\n" for variant in variants)


def pack(block: npt.NDArray[np.int8]) -> npt.NDArray[np.uint8]:
    """Pack genotypes into two bits each, four to a byte, each row padded."""
    n_rows, n_samples = block.shape
    codes = np.zeros((n_rows, -(-n_samples // 4) * 4), np.uint8)
    codes[:, :n_samples] = np.where(block < 0, 3, block)
    quads = codes.reshape(n_rows, -1, 4)
    return (
        quads[..., 0] | quads[..., 1] << 2 | quads[..., 2] << 4 | quads[..., 3] << 6
    ).astype(np.uint8)


def unpack(packed: npt.NDArray[np.uint8], *, n_samples: int) -> npt.NDArray[np.int8]:
    """Undo :func:`pack`."""
    return _UNPACKED[packed].reshape(len(packed), -1)[:, :n_samples]


def gather_pieces(
    folders: Sequence[str | Path],
    *,
    samples: list[str],
    sexes: list[str],
    store: str | Path,
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Join pieces into a store.

    Parameters
    ----------
    folders
        Of all pieces, in order.
    samples, sexes
        Of the store.
    store
        Folder to write; replaced if it is there.

    Returns
    -------
    counts
        Records, stored variants, drops by reason, genotypes, build evidence, contigs.
    metrics
        The table ``genotypes/read_metrics.tsv``.

    Raises
    ------
    GenostratError
        If no record was left.
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
    return counts, _gather_metrics(folders, samples)


def _empty_counts() -> dict[str, Any]:
    return {
        "n_records": 0,
        "n_stored": 0,
        "n_multiallelic": 0,
        "dropped": Counter(),
        "genotypes": Counter(),
        "markers": Counter(),
        "beyond": Counter(),
        "contigs": {},
        "records_by_contig": Counter(),
    }


def _add_counts(total: dict[str, Any], part: dict[str, Any]) -> None:
    for key in ("n_records", "n_stored", "n_multiallelic"):
        total[key] += part[key]
    for key in ("dropped", "genotypes", "markers", "beyond"):
        total[key].update(part[key])


def _gather_contig(
    contig: str,
    parts: list[tuple[Path, int]],
    samples: list[str],
    sexes: list[str],
    store: Path,
) -> None:
    lines: list[str] = []
    for stem, _ in parts:
        lines += stem.with_suffix(".pvar").read_text(encoding="utf-8").splitlines()
    write_contig(
        store,
        contig,
        blocks=_read_packed([stem for stem, _ in parts], n_samples=len(samples)),
        n_variants=sum(n for _, n in parts),
        pvar_lines=lines,
        samples=samples,
        sexes=sexes,
    )


def _read_packed(
    stems: list[Path], *, n_samples: int
) -> Iterator[npt.NDArray[np.int8]]:
    width = -(-n_samples // 4)
    with ExitStack() as stack:
        for stem in stems:
            stream: IO[bytes] = stack.enter_context(stem.with_suffix(".bed").open("rb"))
            while raw := stream.read(width * BLOCK_VARIANTS):
                packed = np.frombuffer(raw, np.uint8).reshape(-1, width)
                yield unpack(packed, n_samples=n_samples)


def _gather_metrics(folders: Sequence[str | Path], samples: list[str]) -> pd.DataFrame:
    total = ReadMetrics(len(samples))
    for folder in folders:
        for name, values in read_arrays(Path(folder) / "metrics.npz").items():
            total.sums[name] += values
    frame = pd.DataFrame({"sample_id": samples} | total.sums)
    frame["charr_sum"] = frame["charr_sum"] / CHARR_UNIT
    return frame


def build_store(
    folders: Sequence[str | Path],
    *,
    intake: dict[str, Any],
    samples: list[str],
    sheet: pd.DataFrame,
    absent_calls: str,
    store: str | Path,
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Gather the pieces of a cohort, and judge what only all records together tell.

    Parameters
    ----------
    folders
        Of all pieces, in order.
    intake
        What the checking of the inputs found (``check/inputs.json``).
    samples
        Of the store, in its order.
    sheet
        ``check/samples.tsv``.
    absent_calls
        The config's ``ingest.absent_calls``.
    store
        Folder to write.

    Returns
    -------
    summary
        The record ``genotypes/ingest.json``.
    metrics
        The table ``genotypes/read_metrics.tsv``.

    Raises
    ------
    GenostratError
        If records are missing that the index counts, no record was left, the variants
        are on another build than declared, or the files look like a merge of
        single-sample files.
    """
    sex = sheet.set_index("sample_id")["sex"]
    counts, metrics = gather_pieces(
        folders, samples=samples, sexes=list(sex.loc[samples]), store=store
    )
    files = intake["files"]
    raise_if_any(_find_short_reads(files, intake["records"], counts))
    if not counts["n_stored"]:
        raise GenostratError(_nothing_stored(files[0], counts))
    evidence = BuildEvidence(
        markers=dict.fromkeys(BUILDS, 0) | counts["markers"],
        beyond=dict.fromkeys(BUILDS, 0) | counts["beyond"],
    )
    detected, shown_by = check_build(intake["build_declared"], evidence, files=files)
    if detected is None:
        detected, shown_by = intake["build_detected"], intake["build_shown_by"]
    merged = looks_merged(counts["genotypes"], n_samples=len(samples))
    if merged and absent_calls == "refuse":
        raise GenostratError(_merged(files[0], counts["genotypes"]))
    warnings = list(intake["warnings"])
    if detected is None:
        warnings.append(
            "nothing in the data tells whether they are on"
            f" {intake['build_declared']}, as the config says"
        )
    if absent_calls == "reference":
        warnings.append(
            "ingest.absent_calls is reference: every missing genotype was taken for"
            " homozygous reference, by the user's choice"
        )
    return {
        "build_declared": intake["build_declared"],
        "build_detected": detected,
        "build_shown_by": shown_by,
        "chr_prefix": intake["chr_prefix"],
        "joint_called": not merged,
        "contigs": counts["contigs"],
        "n_samples": len(samples),
        "n_records": counts["n_records"],
        "n_stored": counts["n_stored"],
        "n_multiallelic": counts["n_multiallelic"],
        "dropped": dict(sorted(counts["dropped"].items())),
        "autosomal_genotypes": dict(sorted(counts["genotypes"].items())),
        "formats": intake["formats"],
        "warnings": warnings,
    }, metrics


def _find_short_reads(
    files: Sequence[str], expected: dict[str, int], counts: dict[str, Any]
) -> Iterator[Problem]:
    """Hold the records that were read against those that the indexes count.

    htslib's iterators end at a damaged block as they end at the end of a region, so
    only the count tells a short read from a whole one.
    """
    for contig, n_expected in expected.items():
        n_read = counts["records_by_contig"][contig]
        if n_read != n_expected:
            yield Problem(
                f"contig {contig} could not be read whole",
                file=", ".join(files),
                found=f"{n_read} records",
                allowed=f"{n_expected} records, as the index counts",
                fix="the file is damaged, or the index is of another file: check with"
                " `bgzip -t FILE`, make the file again, and index it anew",
            )


def _nothing_stored(file: str, counts: dict[str, Any]) -> Problem:
    dropped = ", ".join(f"{n} {reason}" for reason, n in counts["dropped"].items())
    return Problem(
        "no variant is left to work with",
        file=file,
        found=f"{counts['n_records']} records; dropped: {dropped or 'none'}",
        allowed="at least one variant with FILTER as in ingest.filters, ACGT alleles,"
        " and GT",
        fix="add the file's own FILTER values to ingest.filters, or [] for all"
        if counts["dropped"]["filter"]
        else "check that this is the file you mean",
    )


def _merged(file: str, genotypes: dict[str, int]) -> Problem:
    total = sum(genotypes.values())
    return Problem(
        "this looks like single-sample files merged into one: where one sample has a"
        " variant, the others have no genotype, so relatedness, ancestry and"
        " frequencies would all be wrong",
        file=file,
        found=f"{genotypes.get('hom_ref', 0) / total:.1%} homozygous reference and"
        f" {genotypes.get('missing', 0) / total:.1%} missing genotypes",
        allowed="a jointly called file",
        fix="call the samples jointly; or, if every absent genotype is known to be"
        " homozygous reference, set ingest.absent_calls: reference",
    )


def check_build(
    declared: str, evidence: BuildEvidence, *, files: Sequence[str | Path]
) -> tuple[str | None, str]:
    """Return the build the data are on and what showed it.

    Raises
    ------
    GenostratError
        If it is not the declared one.
    """
    detected, shown_by = evidence.verdict()
    if detected is not None and detected != declared:
        raise GenostratError(
            Problem(
                f"the cohort's config says {declared}, but the data are on {detected}",
                file=files[0],
                found=f"{detected}: {shown_by}",
                allowed=declared,
                fix=f"set genotypes.build: {detected} if the data are right; do not"
                " lift over genotypes by changing the header",
            )
        )
    return detected, shown_by


def looks_merged(genotypes: dict[str, int], *, n_samples: int) -> bool:
    """Say whether genotypes look like single-sample files merged into one.

    Such a file has no homozygous-reference calls: where one sample has a variant, the
    others are missing. Relatedness, ancestry and frequencies from it are wrong
    (reported for peddy, issue 90, and somalier, issue 141).
    """
    total = sum(genotypes.values())
    if n_samples < MERGED_MIN_SAMPLES or not total:
        return False
    called = total - genotypes.get("missing", 0)
    hom_ref = genotypes.get("hom_ref", 0)
    return (
        called > 0
        and hom_ref / called < MERGED_MAX_HOM_REF
        and genotypes.get("missing", 0) / total > MERGED_MIN_MISSING
    )
