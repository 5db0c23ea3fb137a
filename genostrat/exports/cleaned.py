"""The cleaned set: samples that are kept, variants that are not set aside."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from genostrat.arrays import Flags, Integers
from genostrat.genotypes.builds import Build
from genostrat.genotypes.plink.tables import read_families
from genostrat.genotypes.store import Contig, Store
from genostrat.genotypes.writing.filesets import (
    NOBODY,
    FilesetSample,
    name_contigs,
    write_bed,
    write_pgen,
)
from genostrat.genotypes.writing.vcf import choose_prefix, write_vcf
from genostrat.privacy import make_folder
from genostrat.qc.components.pruning import choose_unlinked
from genostrat.qc.panel.sites import SiteRules
from genostrat.qc.sites import choose_common, count_sites

#: What the files of the cleaned set are called, before their suffixes.
STEM = "cleaned"
#: Longest allele that stands whole in a name that is made for a variant.
MAX_ALLELE = 24
#: Order of contigs in PLINK's files, where the pseudo-autosomal regions stand apart.
_LAST = ("X", "PAR1", "PAR2", "Y", "XY", "MT")


@dataclass(frozen=True)
class Samples:
    """The samples of an export.

    Parameters
    ----------
    rows
        As PLINK's files have them, in the order of the genotypes.
    columns
        Their columns in the store.
    """

    rows: list[FilesetSample]
    columns: Integers

    @property
    def names(self) -> list[str]:
        """Identifiers."""
        return [row.name for row in self.rows]

    @property
    def is_male(self) -> Flags:
        """Which of them have one X."""
        return np.array([row.sex == "1" for row in self.rows], bool)


def choose_samples(
    store: Store,
    families: Sequence[Sequence[str]],
    *,
    family_of: Mapping[str, str],
) -> Samples:
    """Return the samples of a pedigree, in the order of the store.

    Parameters
    ----------
    store
        The genotypes.
    families
        Rows of ``exports/families.ped``: one a kept sample.
    family_of
        sample_id → FID of the user's own fileset; 0 for others.

    Notes
    -----
    A parent who is not among the samples is none here: PLINK would take a child of
    theirs for no founder, and find nobody.
    """
    by_name = {row[1]: row for row in families}
    rows, columns = [], []
    for column, name in enumerate(store.samples):
        if name in by_name:
            _, _, father, mother, sex, _ = by_name[name]
            family = family_of.get(name, NOBODY)
            father, mother = (p if p in by_name else NOBODY for p in (father, mother))
            rows.append(FilesetSample(family, name, father, mother, sex))
            columns.append(column)
    return Samples(rows, np.array(columns, np.int64))


def read_source_families(kind: str, paths: Sequence[str]) -> dict[str, str]:
    """Return the FID of each sample in the user's own fileset; nothing for a VCF.

    Parameters
    ----------
    kind
        vcf, plink or pgen.
    paths
        The genotype files, as ``check/genotypes.json`` names them.
    """
    if kind == "vcf" or not paths:
        return {}
    suffix = ".fam" if kind == "plink" else ".psam"
    return read_families(Path(paths[0]).with_suffix(suffix))


def name_variants(store: Store) -> pd.DataFrame:
    """List the variants of a store under names that each stand once.

    Parameters
    ----------
    store
        The genotypes.

    Returns
    -------
    DataFrame
        contig, row (of the store), position, identifier, ref, alt, is_renamed. A name
        that is blank, stands twice, or has a blank in it is replaced by
        ``contig:position:ref:alt``.
    """
    parts = [
        contig.variants[["contig", "position", "identifier", "ref", "alt"]].assign(
            contig=contig.name, row=np.arange(len(contig.variants))
        )
        for contig in store.contigs
    ]
    if not parts:
        texts = pd.DataFrame(columns=["contig", "identifier", "ref", "alt"], dtype=str)
        return texts.assign(position=0, row=0, is_renamed=False)
    table = pd.concat(parts, ignore_index=True)
    given = table["identifier"]
    unfit = given.isin(["", "."]) | given.duplicated(keep=False)
    unfit |= given.str.contains(r"\s") | ~given.map(str.isprintable)
    made = _compose_names(table[unfit])
    # A name that is made may be somebody else's by chance; then it is numbered.
    table.loc[unfit, "identifier"] = _set_apart(made, set(given[~unfit]))
    return table.assign(is_renamed=unfit)


def _compose_names(table: pd.DataFrame) -> list[str]:
    columns = (table[name] for name in ("contig", "position", "ref", "alt"))
    return [
        ":".join((contig, str(position), _shorten(ref), _shorten(alt)))
        for contig, position, ref, alt in zip(*columns, strict=True)
    ]


def _shorten(allele: str) -> str:
    rest = len(allele) - MAX_ALLELE
    return allele if rest <= 0 else f"{allele[:MAX_ALLELE]}+{rest}"


def _set_apart(names: list[str], taken: set[str]) -> list[str]:
    seen, apart = set(taken), []
    for name in names:
        number, own = 1, name
        while own in seen:
            number += 1
            own = f"{name}#{number}"
        seen.add(own)
        apart.append(own)
    return apart


def write_cleaned(
    folder: str | Path,
    store: Store,
    variants: pd.DataFrame,
    samples: Samples,
    *,
    formats: Sequence[str],
    build: Build,
    contig_names: str = "auto",
    ref_provisional: bool,
) -> None:
    """Write the cleaned set in some forms.

    Parameters
    ----------
    folder
        Where ``cleaned.pgen``, ``cleaned.bed`` and ``cleaned.vcf.gz`` go.
    store
        The genotypes, without the variants that were set aside.
    variants
        From :func:`name_variants`.
    samples
        From :func:`choose_samples`.
    formats
        Some of pgen, bed and vcf.
    build
        Of the genotypes.
    contig_names
        ``exports.contig_names``, for the VCF.
    ref_provisional
        Whether REF may be the alternate allele of the genome.
    """
    prefix = Path(folder) / STEM
    make_folder(folder)
    for kind in formats:
        # PLINK 2 knows no fileset without a variant.
        if kind == "pgen" and not len(variants):
            continue
        if kind == "vcf":
            write_vcf(
                f"{prefix}.vcf.gz",
                read_variants(store, variants, samples),
                variants=variants,
                samples=samples.names,
                is_male=samples.is_male,
                build=build,
                prefix=choose_prefix(contig_names, build),
            )
            continue
        coded = variants.assign(code=name_contigs(variants, build, kind=kind))
        order = {name: number for number, name in enumerate(_LAST)}
        rank = coded["code"].map(order).fillna(-1)
        coded = coded.iloc[np.argsort(rank.to_numpy(), kind="stable")]
        blocks = read_variants(store, coded, samples)
        if kind == "bed":
            write_bed(prefix, blocks, variants=coded, samples=samples.rows)
        else:
            write_pgen(
                prefix,
                blocks,
                variants=coded,
                samples=samples.rows,
                ref_provisional=ref_provisional,
            )


def read_variants(
    store: Store, variants: pd.DataFrame, samples: Samples, *, size: int = 1024
) -> Iterator[npt.NDArray[np.int8]]:
    """Yield the genotypes of some variants, in their order, by blocks of one contig.

    Parameters
    ----------
    store
        The genotypes.
    variants
        contig and row, ascending within a run of one contig.
    samples
        Whose columns are wanted.
    size
        Variants in a block.
    """
    contigs = {contig.name: contig for contig in store.contigs}
    names = variants["contig"].to_numpy()
    rows = variants["row"].to_numpy(np.intp)
    ends = [*np.flatnonzero(names[1:] != names[:-1]) + 1, len(names)]
    for start, stop in pairwise([0, *ends]):
        if start == stop:
            continue
        contig = contigs[names[start]]
        for at in range(start, stop, size):
            block = contig.read(rows[at : min(at + size, stop)])
            yield block[:, samples.columns]


def list_excluded(folder: str | Path, set_aside: Mapping[str, Integers]) -> list[str]:
    """Return the names of the variants that were set aside.

    Parameters
    ----------
    folder
        The store.
    set_aside
        Contig → rows of its files, as ``qc/variants_set_aside.npz`` has them.

    Notes
    -----
    The names are those of the user's own file, where a name stands once in it; else
    ``contig:position:ref:alt``.
    """
    named = name_variants(Store(Path(folder)))
    names: list[str] = []
    for contig, rows in set_aside.items():
        own = named.loc[named["contig"] == contig, "identifier"]
        names += list(own.iloc[rows])
    return names


@dataclass(frozen=True)
class Pruned:
    """Variants by linkage; names as :func:`name_variants` gives them."""

    inside: list[str]
    outside: list[str]


def prune_variants(
    store: Store,
    variants: pd.DataFrame,
    *,
    unrelated: Collection[str],
    rules: SiteRules,
    threads: int = 1,
) -> Pruned:
    """Choose common autosomal variants that are not linked.

    Parameters
    ----------
    store
        The genotypes, without the variants that were set aside.
    variants
        From :func:`name_variants`.
    unrelated
        Samples that frequencies and linkage are taken over.
    rules
        Which variants are common and well called, and how they are pruned.
    threads
        Blocks of variants worked on at once.
    """
    chosen = np.isin(store.samples, sorted(unrelated))
    inside: list[str] = []
    outside: list[str] = []
    for contig in store.autosomes:
        names = variants.loc[variants["contig"] == contig.name, "identifier"].to_numpy()
        rows = _choose_rows(contig, chosen, rules, threads=threads)
        kept = choose_unlinked(
            contig,
            rows,
            window=rules.window,
            step=rules.step,
            max_r2=rules.max_r2,
            samples=chosen,
            threads=threads,
        )
        inside += list(names[kept])
        outside += list(names[np.setdiff1d(rows, kept)])
    return Pruned(inside, outside)


def _choose_rows(
    contig: Contig, chosen: Flags, rules: SiteRules, *, threads: int
) -> npt.NDArray[np.intp]:
    if not chosen.any():
        return np.empty(0, np.intp)
    counts = count_sites(contig, samples=chosen, threads=threads)
    n_lost = chosen.sum() - counts.n_called
    well_called = n_lost <= rules.max_missing_rate * chosen.sum()
    common = choose_common(contig, counts, min_maf=rules.min_maf, max_missing_rate=1.0)
    return common[well_called[common]].astype(np.intp)


def describe_cleaned(
    variants: pd.DataFrame,
    samples: Samples,
    *,
    n_removed: int,
    n_excluded: int,
    pruned: Pruned,
    formats: Sequence[str],
    ref_provisional: bool,
) -> dict[str, Any]:
    """Return the record ``exports/cleaned.json``."""
    return {
        "formats": list(formats),
        "n_samples": len(samples.rows),
        "n_removed": n_removed,
        "n_variants": len(variants),
        "n_renamed": int(variants["is_renamed"].sum()),
        "n_excluded": n_excluded,
        "n_pruned_in": len(pruned.inside),
        "n_pruned_out": len(pruned.outside),
        "ref_provisional": ref_provisional,
        "phase": "not written",
    }
