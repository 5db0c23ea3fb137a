"""What a PLINK 1 or PLINK 2 fileset is, before any genotype is read.

PLINK 1: ``PREFIX.bed``, ``.bim``, ``.fam``. PLINK 2: ``PREFIX.pgen``, ``.pvar`` (or
``.pvar.zst``), ``.psam``. Their genotypes are read where they lie.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from genostrat.arrays import Integers
from genostrat.errors import GenostratError, Problem, printable, raise_if_any
from genostrat.genome.contigs import canonical_contig, has_prefix
from genostrat.genotypes.plink.genotypes import (
    check_bed,
    check_pgen,
    count_dosages,
    has_provisional_reference,
)
from genostrat.genotypes.plink.tables import (
    VARIANT_READERS,
    VariantTable,
    read_samples,
)
from genostrat.genotypes.vcf.inspection import VcfFile
from genostrat.provenance import fileset_files
from genostrat.sheets.identifiers import list_some


@dataclass(frozen=True, kw_only=True)
class Fileset(VcfFile):
    """A PLINK 1 or PLINK 2 fileset; ``path`` is its .bed or .pgen.

    ``contigs`` has canonical names, however the file spells them.

    Attributes
    ----------
    kind
        ``plink`` or ``pgen``.
    variants
        The .bim or .pvar.
    rows
        Canonical contig → rows of its variants, by position.
    allele_offsets
        Where the alleles of each variant start, if any has more than two.
    chr_prefix
        What ``prefixed`` of a VCF is.
    ref_provisional
        Whether REF is known to be no more than the more frequent allele.
    n_unplaced
        Variants outside the primary chromosomes, or without a position.
    n_dosages
        Variants that have dosages beside their hard calls.
    """

    kind: str
    variants: VariantTable = field(repr=False, compare=False)
    rows: dict[str, Integers] = field(repr=False, compare=False)
    allele_offsets: npt.NDArray[np.uintp] | None = field(repr=False, compare=False)
    chr_prefix: bool | None
    ref_provisional: bool
    n_unplaced: int
    n_dosages: int = 0

    @property
    def prefixed(self) -> bool | None:
        """Whether primary contigs carry ``chr``; None when there are none."""
        return self.chr_prefix


def inspect_fileset(path: str | Path) -> Fileset:
    """Read a fileset's variants and samples, and hold its genotypes against them.

    Parameters
    ----------
    path
        Of its .bed or .pgen.

    Raises
    ------
    GenostratError
        If one of the three files is missing or malformed, or they do not belong
        together: the genotypes are cut short, have one sample after the other, or
        positions are out of order.
    """
    path = Path(path)
    kind = "plink" if path.suffix == ".bed" else "pgen"
    variants_path, samples_path = _companions(path, kind)
    samples = read_samples(samples_path)
    variants = VARIANT_READERS[kind](variants_path)
    allele_offsets = None
    if kind == "plink":
        check_bed(path, n_variants=len(variants), n_samples=len(samples))
    else:
        allele_offsets = variants.allele_offsets()
        check_pgen(
            path,
            n_variants=len(variants),
            n_samples=len(samples),
            allele_offsets=allele_offsets,
        )
    check_alleles(variants)
    rows = _order_rows(variants)
    n_placed = sum(map(len, rows.values()))
    if not n_placed:
        raise GenostratError(
            Problem(
                "there are no variants on chromosomes 1-22, X, Y or MT",
                file=variants_path,
                found=f"contigs: {list_some(variants.contigs)}",
                fix="check that this is the cohort's file",
            )
        )
    return Fileset(
        path=path,
        samples=samples,
        contigs={contig: len(found) for contig, found in rows.items()},
        lengths=variants.lengths,
        reference=variants.reference,
        formats=frozenset({"GT"}),
        kind=kind,
        variants=variants,
        rows=rows,
        allele_offsets=allele_offsets,
        chr_prefix=_find_prefix(variants),
        ref_provisional=kind == "plink" or has_provisional_reference(path),
        n_unplaced=len(variants) - n_placed,
        n_dosages=count_dosages(path) if kind == "pgen" else 0,
    )


def check_alleles(variants: VariantTable) -> None:
    """Refuse a fileset of which no allele is a sequence of bases.

    Raises
    ------
    GenostratError
        With what the alleles are, and how to name their bases.
    """
    names = [variants.text[column] for column in ("ALT", "REF")]
    bases = "^[ACGTacgt]+$"
    has_bases = any(pc.any(pc.match_substring_regex(n, bases)).as_py() for n in names)
    found = sorted(
        {name for column in names for name in pc.unique(column[:100_000]).to_pylist()}
        - {"0", "."}
    )
    if has_bases and found != ["A", "B"]:
        return
    if set(found) <= set("12"):
        fix = (
            "1 and 2 do not say which bases: take these from the array's manifest, with"
            " plink --update-alleles FILE"
        )
    elif set(found) <= set("1234"):
        fix = "write 1, 2, 3 and 4 as A, C, G and T: plink --alleleACGT --make-bed"
    else:
        fix = (
            "take the bases from the array's manifest: plink --update-alleles FILE"
            " --make-bed"
        )
    raise GenostratError(
        Problem(
            "no allele of this file is a sequence of bases",
            file=variants.path,
            found=list_some(found) if found else "no allele at all",
            allowed="A, C, G and T",
            fix=fix,
        )
    )


def inspect_filesets(prefixes: Sequence[str | Path], *, kind: str) -> list[Fileset]:
    """Inspect the filesets of one cohort and make sure that they belong together.

    Parameters
    ----------
    prefixes
        Paths without suffix.
    kind
        ``plink`` or ``pgen``.

    Raises
    ------
    GenostratError
        With the problems of all filesets, or where they differ in samples or share a
        contig.
    """
    problems: list[Problem] = []
    files: list[Fileset] = []
    for prefix in prefixes:
        try:
            files.append(inspect_fileset(fileset_files(prefix, kind=kind)[0]))
        except GenostratError as error:
            problems += error.problems
    raise_if_any(problems)
    raise_if_any([*_compare_samples(files), *_compare_contigs(files)])
    return files


def _companions(path: Path, kind: str) -> tuple[Path, Path]:
    """Return the files of variants and samples, and make sure that all three exist."""
    prefix = str(path).removesuffix(path.suffix)
    _, variants, samples = map(Path, fileset_files(prefix, kind=kind))
    raise_if_any(
        Problem(
            "this file does not exist",
            file=file,
            allowed=f"{path.name} with {variants.name} and {samples.name} beside it",
            fix=f"correct genotypes.{kind} in the cohort's config: it is the path"
            f" without {path.suffix}",
        )
        for file in (path, variants, samples)
        if not file.is_file()
    )
    return variants, samples


def _find_prefix(variants: VariantTable) -> bool | None:
    used = {has_prefix(name) for name in variants.contigs if canonical_contig(name)}
    if len(used) > 1:
        raise GenostratError(
            Problem(
                "contig names with and without chr are mixed in this file",
                file=variants.path,
                found=list_some(variants.contigs),
                fix="write them one way: plink2 --output-chr chrM --make-pgen",
            )
        )
    return next(iter(used), None)


def _order_rows(variants: VariantTable) -> dict[str, Integers]:
    """Return the rows of each primary contig by position."""
    parts: dict[str, list[Integers]] = {}
    for code, name in enumerate(variants.contigs):
        contig = canonical_contig(name)
        if contig is None:
            continue
        rows = np.flatnonzero((variants.codes == code) & (variants.positions > 0))
        steps = np.diff(variants.positions[rows])
        if (steps < 0).any():
            raise GenostratError(_unsorted(variants, rows, int(np.argmin(steps >= 0))))
        parts.setdefault(contig, []).append(rows)
    ordered = {}
    for contig, found in parts.items():
        # Regions of X that have a code of their own stand elsewhere in the file.
        rows = np.concatenate(found)
        if len(rows):
            by_place = np.argsort(variants.positions[rows], kind="stable")
            ordered[contig] = rows[by_place]
    return ordered


def _unsorted(variants: VariantTable, rows: Integers, before: int) -> Problem:
    first, second = rows[before], rows[before + 1]
    return Problem(
        "positions are not in ascending order",
        file=variants.path,
        line=variants.line_of(second),
        found=f"{variants.positions[second]} after {variants.positions[first]} on"
        f" {printable(variants.contigs[variants.codes[first]], 60)}",
        fix="run: plink2 --sort-vars --make-pgen --out NEW with this fileset",
    )


def _compare_samples(files: Sequence[Fileset]) -> Iterator[Problem]:
    wanted = set(files[0].samples)
    for file in files[1:]:
        lacking = sorted(wanted - set(file.samples))
        extra = sorted(set(file.samples) - wanted)
        if lacking or extra:
            yield Problem(
                f"this fileset has other samples than {files[0].path.name}",
                file=file.path,
                found=f"{len(lacking)} missing: {list_some(lacking)};"
                f" {len(extra)} more: {list_some(extra)}",
                fix="give filesets with the same samples, one for each contig",
            )


def _compare_contigs(files: Sequence[Fileset]) -> Iterator[Problem]:
    owner: dict[str, Fileset] = {}
    for file in files:
        for contig in file.contigs:
            if contig in owner:
                yield Problem(
                    f"contig {contig} stands in two filesets",
                    file=file.path,
                    found=f"also in {owner[contig].path.name}",
                    fix="give each contig once; join parts with plink2 --pmerge-list",
                )
            owner[contig] = file
