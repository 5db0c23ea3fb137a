"""A reference panel of ancestry, put together from files that somebody has."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from genostrat.api.genotypes import read_genotypes, says_reference
from genostrat.arrays import Flags, Indices
from genostrat.errors import GenostratError, Problem, raise_if_any
from genostrat.exports.identities import find_identities
from genostrat.genotypes.store import Store
from genostrat.genotypes.writing.filesets import FilesetSample, write_pgen
from genostrat.privacy import create_file
from genostrat.qc.components.projection import orient
from genostrat.qc.panel.record import describe_panel
from genostrat.qc.panel.sites import match_variants
from genostrat.qc.sites import count_sites
from genostrat.registry.words.exports import SAME_PERSON
from genostrat.sheets.identifiers import list_some
from genostrat.sheets.panel import COLUMNS, check_panel_sizes, read_panel_labels

if TYPE_CHECKING:
    import pandas as pd

#: What the files of a panel are called.
GENOTYPES, LABELS = "panel", "panel_labels.tsv"
#: Lowest call rate of a variant, in each source.
MIN_CALL_RATE = 0.95
#: Variants written at once.
_BLOCK = 1024


@dataclass
class _Source:
    """Genotypes of one source, and whom of it the panel takes."""

    path: Path
    labels_path: Path
    store: Store
    labels: pd.DataFrame
    says_reference: bool

    @property
    def columns(self) -> Indices:
        """Columns of the people who are taken, in the order of `labels`."""
        place = {name: number for number, name in enumerate(self.store.samples)}
        return np.array([place[name] for name in self.labels["sample_id"]], np.intp)


@dataclass(frozen=True)
class _Sites:
    """Variants of one contig that all sources have, REF and ALT of the first."""

    contig: str
    rows: list[Indices]
    flipped: list[Flags]


def build_panel(
    folder: str | Path,
    sources: Sequence[tuple[str | Path, str | Path]],
    *,
    build: str,
    threads: int = 1,
) -> dict[str, Any]:
    """Put a reference panel together from files of people of known ancestry.

    Parameters
    ----------
    folder
        Where ``panel.pgen``, ``.pvar``, ``.psam`` and ``panel_labels.tsv`` go.
    sources
        Genotypes, as for :func:`genostrat.api.genotypes.inspect_genotypes`, and the
        file of their labels: sample_id, ancestry and, if known, population.
    build
        ``GRCh37`` or ``GRCh38``; of all sources.
    threads
        Parts of files worked on at once.

    Returns
    -------
    dict
        People by label and population, regions that nobody is from, variants, and whom
        and what was left out.

    Raises
    ------
    GenostratError
        Where a label has too few people, or one identifier names two of them.

    Notes
    -----
    The panel has the autosomal SNVs that all sources have, called in 95 % of the people
    of each. Whoever is in two sources is taken from the first.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        read = [
            _read_source(*source, Path(scratch, str(number)), build, threads)
            for number, source in enumerate(sources)
        ]
        n_twice = _leave_out_twins(read, threads=threads)
        # Sites that only twins lack are no reason to leave a site out.
        read = [source for source in read if len(source.labels)]
        labels = _join_labels(read)
        raise_if_any(check_panel_sizes(labels, read[0].labels_path))
        sites = [s for s in _share_sites(read, threads=threads) if len(s.rows[0])]
        if not sites:
            raise GenostratError(
                Problem(
                    "the sources have no autosomal SNV in common that is well called",
                    file=read[-1].path,
                    allowed="genotypes of one build, at sites that overlap",
                )
            )
        _write_genotypes(folder / GENOTYPES, read, sites, labels)
    _write_labels(folder / LABELS, labels)
    return describe_panel(labels, n_unrelated=len(labels)) | {
        "n_sites": sum(len(site.rows[0]) for site in sites),
        "n_in_two_sources": n_twice,
    }


def _read_source(
    path: str | Path, labels: str | Path, folder: Path, build: str, threads: int
) -> _Source:
    people = read_panel_labels(labels, is_whole=False)
    genotypes = read_genotypes(path, folder, build=build, threads=threads)
    known = people[people["sample_id"].isin(genotypes.samples)]
    if not len(known):
        raise GenostratError(
            Problem(
                "none of the labelled people is in these genotypes",
                file=path,
                found=list_some(list(people["sample_id"])),
                allowed=list_some(genotypes.samples),
                fix=f"give the labels of these people; those given are {labels}",
            )
        )
    return _Source(
        Path(path),
        Path(labels),
        genotypes.store,
        known.reset_index(drop=True),
        says_reference(path),
    )


def _leave_out_twins(sources: list[_Source], *, threads: int) -> int:
    """Take people who are in several sources from the first; return how many were."""
    problems, n_twice = [], 0
    for number, later in enumerate(sources):
        for earlier in sources[:number]:
            pairs, _ = find_identities(
                earlier.store, later.store, source="", threads=threads
            )
            there = pairs["sample_id"].isin(earlier.labels["sample_id"])
            there &= pairs["other_id"].isin(later.labels["sample_id"])
            pairs = pairs[there]
            is_same = pairs["status"] == SAME_PERSON
            wrong = pairs[pairs["same_id"] & ~is_same]
            if len(wrong):
                problems.append(
                    Problem(
                        f"{len(wrong)} identifiers stand in two sources, and are not"
                        " shown to be of one person",
                        file=later.path,
                        found=list_some(list(wrong["other_id"])),
                        allowed="each identifier for one person",
                        fix="rename or leave out one of each, here or in"
                        f" {earlier.path}",
                    )
                )
            twins = set(pairs.loc[is_same, "other_id"])
            stays = ~later.labels["sample_id"].isin(twins)
            n_twice += int((~stays).sum())
            later.labels = later.labels[stays].reset_index(drop=True)
    raise_if_any(problems)
    return n_twice


def _join_labels(sources: Sequence[_Source]) -> pd.DataFrame:
    import pandas as pd

    return pd.concat([source.labels for source in sources], ignore_index=True)


def _share_sites(sources: Sequence[_Source], *, threads: int) -> Iterator[_Sites]:
    """Yield, contig by contig, the variants that all sources have and call well."""
    first = sources[0]
    strand_known = all(source.says_reference for source in sources)
    for contig in first.store.autosomes:
        rows: list[Indices] = []
        flipped: list[Flags] = []
        shared = np.arange(len(contig.variants))
        for source in sources:
            own = source.store.contig(contig.name)
            if own is None:
                shared = shared[:0]
                break
            pairs = match_variants(
                contig.variants,
                own.variants,
                strand_known=strand_known,
            )
            if not strand_known:
                pairs = pairs[~pairs["palindromic"]]
            chosen = np.zeros(len(source.store.samples), bool)
            chosen[source.columns] = True
            called = count_sites(own, samples=chosen, threads=threads).n_called
            found = pairs["cohort"].to_numpy(np.intp)
            pairs = pairs[called[found] >= MIN_CALL_RATE * chosen.sum()]
            mine = pairs["panel"].to_numpy(np.intp)
            stays = np.isin(shared, mine)
            shared = shared[stays]
            rows = [before[stays] for before in rows]
            flipped = [before[stays] for before in flipped]
            at = np.searchsorted(mine, shared)
            rows.append(pairs["cohort"].to_numpy(np.intp)[at])
            flipped.append(pairs["flipped"].to_numpy(bool)[at])
        if len(rows) == len(sources):
            yield _Sites(contig.name, rows, flipped)


def _write_genotypes(
    prefix: Path,
    sources: Sequence[_Source],
    sites: Sequence[_Sites],
    labels: pd.DataFrame,
) -> None:
    import pandas as pd

    tables = []
    for site in sites:
        contig = sources[0].store.contig(site.contig)
        assert contig is not None
        table = contig.variants.iloc[site.rows[0]]
        tables.append(table.assign(code=site.contig))
    write_pgen(
        prefix,
        _read_blocks(sources, sites),
        variants=pd.concat(tables, ignore_index=True),
        samples=[FilesetSample("0", name) for name in labels["sample_id"]],
        ref_provisional=not sources[0].says_reference,
    )


def _read_blocks(
    sources: Sequence[_Source], sites: Sequence[_Sites]
) -> Iterator[npt.NDArray[np.int8]]:
    for site in sites:
        for start in range(0, len(site.rows[0]), _BLOCK):
            part = slice(start, start + _BLOCK)
            blocks = []
            for source, rows, flipped in zip(
                sources, site.rows, site.flipped, strict=True
            ):
                contig = source.store.contig(site.contig)
                assert contig is not None
                block = contig.read(rows[part])[:, source.columns]
                blocks.append(orient(block, flipped[part]))
            yield np.concatenate(blocks, axis=1)


def _write_labels(path: Path, labels: pd.DataFrame) -> None:
    with create_file(path).open("w", encoding="utf-8", newline="\n") as stream:
        labels[list(COLUMNS)].to_csv(stream, sep="\t", index=False)
