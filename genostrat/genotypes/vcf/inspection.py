"""What a VCF or BCF is, before any genotype is read: header, index, wholeness."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pysam
import pysam.bcftools

from genostrat.errors import GenostratError, Problem, printable
from genostrat.genome.contigs import (
    contig_in_vcf,
    has_prefix,
    is_pseudo_autosomal_code,
)
from genostrat.genotypes.annotation_header import find_format, find_unread_annotations
from genostrat.genotypes.formats.bgzf import BGZF_END, BlockFile, is_bgzf
from genostrat.genotypes.formats.kinds import BCF, BGZF, find_kind
from genostrat.genotypes.formats.region_index import find_index, read_index
from genostrat.genotypes.formats.texts import read_header_text
from genostrat.genotypes.vcf.local_alleles import OF_ALL, is_local
from genostrat.genotypes.vcf.opening import check_genotypes, check_kind
from genostrat.sheets.identifiers import find_duplicates, list_some
from genostrat.sheets.texts import check_regular


@dataclass(frozen=True)
class VcfFile:
    """A VCF or BCF.

    Attributes
    ----------
    path
        The file.
    samples
        Sample identifiers, in the order of the file.
    contigs
        Names of the contigs that have records, as the file spells them, to the number
        of their records.
    lengths
        Contig lengths in the header.
    reference
        What the header calls its reference, or blank: its ``##reference`` line, and
        what its contigs say of their assembly.
    formats
        FORMAT keys that the header declares.
    indexed
        Whether it can be read by region.
    annotated
        Whether its header declares annotations that can be read.
    unread_annotations
        What its header says of annotations that cannot be, in words.
    """

    path: Path
    samples: tuple[str, ...]
    contigs: dict[str, int]
    lengths: dict[str, int]
    reference: str
    formats: frozenset[str]
    indexed: bool = True
    annotated: bool = False
    unread_annotations: tuple[str, ...] = ()

    @property
    def prefixed(self) -> bool | None:
        """Whether primary contigs carry ``chr``; None when there are none."""
        used = [has_prefix(name) for name in self.contigs if contig_in_vcf(name)]
        return used[0] if used else None


def inspect_vcf(path: str | Path) -> VcfFile:
    """Read a file's header and index, and make sure that it is whole.

    A file without an index is read once, to count its records.

    Raises
    ------
    GenostratError
        If the file is missing, cut short, not a VCF or BCF, has no samples, or has an
        index that is older than itself.
    """
    path = Path(path)
    if path.exists():
        check_regular(path, "the file of genotypes")
    _check_bytes(path)
    check_kind(path)
    index = find_index(path)
    header = read_header(path)
    try:
        samples = tuple(header.samples)
        formats = frozenset(header.formats)
        annotated = find_format(header) is not None
        unread = find_unread_annotations(header)
        contigs = {name: entry.length for name, entry in header.contigs.items()}
        reference = _read_reference(header)
    except (ValueError, AssertionError) as error:
        # pysam says so of names that are not UTF-8, and of a damaged dictionary
        raise GenostratError(_unreadable(path, str(error))) from None
    _check_samples(path, samples)
    kind = find_kind(path)
    if kind == BCF:
        _check_blocks(path)
    indexed = index is not None and kind in (BGZF, BCF)
    if index is not None and indexed:
        _check_age(path, index)
    check_genotypes(path, formats)
    if is_local(formats):
        formats |= {own for key, own in OF_ALL.items() if key in formats}
    return VcfFile(
        path,
        samples,
        _read_counts(path, index)
        if index is not None and indexed
        else _count_stream(path),
        {name: length for name, length in contigs.items() if length},
        reference,
        formats,
        indexed,
        annotated,
        unread,
    )


def _read_reference(header: pysam.VariantHeader) -> str:
    """Return what a header calls its reference: ``##reference`` and ``assembly=``."""
    found: dict[str, None] = {}
    for record in header.records:
        if record.key == "reference":
            found[record.value or ""] = None
        elif record.key == "contig":
            found[str(record.get("assembly") or "")] = None
    return " ".join(text for text in found if text)


def read_header(path: str | Path) -> pysam.VariantHeader:
    """Read a file's header.

    Raises
    ------
    GenostratError
        If it has none that can be read.
    """
    try:
        if find_kind(path) == BCF:
            with pysam.VariantFile(str(path)) as stream:
                return stream.header
        # By way of a plain copy: pysam opens neither gzip without blocks nor every
        # form of BGZF.
        with tempfile.NamedTemporaryFile(suffix=".vcf") as copy:
            copy.write(read_header_text(path))
            copy.flush()
            try:
                with pysam.VariantFile(copy.name) as stream:
                    return stream.header
            except (OSError, ValueError) as error:
                # It names the copy, which nobody knows.
                text = str(error).replace(copy.name, str(path))
                raise GenostratError(_unreadable(Path(path), text)) from None
    except (OSError, ValueError) as error:
        raise GenostratError(_unreadable(Path(path), str(error))) from None


def _check_blocks(path: Path) -> None:
    """Inflate every block. htslib reads a BCF, and ends silently at a damaged one."""
    with BlockFile(path) as blocks:
        for block in blocks.walk():
            blocks.inflate(block)


def _check_age(path: Path, index: Path) -> None:
    if index.stat().st_mtime < path.stat().st_mtime - 1:
        raise GenostratError(
            Problem(
                "the index is older than the file, so it may point to wrong places",
                file=index,
                fix=f"run: bcftools index -f {_kind_flag(path)}'{path}'",
            )
        )


def _count_stream(path: Path) -> dict[str, int]:
    # numba takes a second to import, and most files have an index
    from genostrat.genotypes.vcf.streams import count_stream

    return count_stream(path)


def inspect_vcfs(paths: Sequence[str | Path]) -> list[VcfFile]:
    """Inspect the files of one cohort and make sure that they belong together.

    Raises
    ------
    GenostratError
        With the problems of all files, or where they differ in samples, contradict
        each other in contig names, share a contig, or hold no primary contig.
    """
    problems: list[Problem] = []
    files: list[VcfFile] = []
    for path in paths:
        try:
            files.append(inspect_vcf(path))
        except GenostratError as error:
            problems += error.problems
    if problems:
        raise GenostratError(problems)
    problems = [
        *_compare_prefixes(files),
        *_compare_samples(files),
        *_compare_contigs(files),
    ]
    if not any(contig_in_vcf(name) for file in files for name in file.contigs):
        names = list_some([name for file in files for name in file.contigs])
        problems.append(
            Problem(
                "there are no records on chromosomes 1-22, X, Y or MT",
                file=files[0].path,
                found=f"contigs: {names}" if names else "no records at all",
                fix="if these are the chromosomes by other names, rename them: bcftools"
                " annotate --rename-chrs MAP.txt (old and new name on each line)"
                if names
                else "check that this is the cohort's file, and that it is not empty",
            )
        )
    if problems:
        raise GenostratError(problems)
    return files


def count_records(files: Sequence[VcfFile]) -> dict[str, int]:
    """Return the number of records of each primary contig, by its canonical name."""
    return {
        contig: count
        for file in files
        for name, count in file.contigs.items()
        if (contig := contig_in_vcf(name)) is not None
    }


def find_unread(files: Sequence[VcfFile]) -> dict[str, dict[str, int]]:
    """Return the contigs whose records are not read, with their number.

    Returns
    -------
    dict
        ``other_contig`` → name → records, of contigs that are not primary; likewise
        ``pseudo_autosomal_code``, of those that PLINK writes for parts of X.
    """
    found: dict[str, dict[str, int]] = {}
    for file in files:
        for name, count in file.contigs.items():
            if contig_in_vcf(name) is None and count:
                code = is_pseudo_autosomal_code(name)
                why = "pseudo_autosomal_code" if code else "other_contig"
                own = found.setdefault(why, {})
                own[name] = own.get(name, 0) + count
    return found


def _check_bytes(path: Path) -> None:
    try:
        with path.open("rb") as stream:
            head = stream.read(4096)
            stream.seek(0, 2)
            size = stream.tell()
            stream.seek(max(0, size - len(BGZF_END)))
            tail = stream.read()
    except OSError as error:
        raise GenostratError(
            Problem(
                "this file cannot be read",
                file=path,
                found=error.strerror,
                fix="correct genotypes.vcf in the cohort's config; paths start at the"
                " working directory",
            )
        ) from None
    if not head:
        raise GenostratError(Problem("this file is empty (0 bytes)", file=path))
    if is_bgzf(head) and tail != BGZF_END:
        raise GenostratError(
            Problem(
                "this file was cut short: the block that ends a BGZF file is missing",
                file=path,
                found=f"{size} bytes",
                fix="copy or make the file again; compare its size with the original",
            )
        )


def _kind_flag(path: Path) -> str:
    return "" if path.suffix == ".bcf" else "-t "


def _unreadable(path: Path, error: str) -> Problem:
    # htslib says only that a header is not valid; a repeated sample is worth naming.
    twice = find_duplicates(_sample_columns(path))
    if twice:
        return Problem(
            "the header names samples twice",
            file=path,
            found=list_some(twice),
            fix="rename or remove one: bcftools reheader -s NAMES.txt",
        )
    return Problem(
        "this is not a readable VCF or BCF",
        file=path,
        found=printable(error),
        fix="check it with: bcftools view -h FILE",
    )


def _sample_columns(path: Path) -> list[str]:
    """Return the sample names of a VCF's column line, as far as it can be read."""
    try:
        header = read_header_text(path).decode("utf-8", errors="replace")
    except GenostratError:
        return []
    lines = (line for line in header.split("\n") if line.startswith("#CHROM"))
    return next(lines, "").rstrip("\r").split("\t")[9:]


def _check_samples(path: Path, samples: tuple[str, ...]) -> None:
    if not samples:
        raise GenostratError(
            Problem(
                "this file has no samples, only sites",
                file=path,
                fix="give the file with genotypes",
            )
        )


def _read_counts(path: Path, index: Path) -> dict[str, int]:
    """Return the records of each contig, as the index counts them or, else, by reading.

    That an index counts them is an addition of htslib's: those of htsjdk (GATK, Picard)
    and of old tabix do not.
    """
    contigs = read_index(index)
    if any(own is not None and own.n_records is None for _, own in contigs):
        return _count_stream(path)
    try:
        text = str(pysam.bcftools.index("--stats", str(path)))
        rows = [line.split("\t") for line in text.splitlines()]
        return {name: int(count) for name, _, count in rows}
    except (pysam.SamtoolsError, ValueError) as error:
        raise GenostratError(
            Problem(
                "the index does not belong to this file or is damaged",
                file=path,
                found=printable(error),
                fix=f"run: bcftools index -f {_kind_flag(path)}'{path}'",
            )
        ) from None


def _compare_prefixes(files: list[VcfFile]) -> list[Problem]:
    first: dict[bool, VcfFile] = {}
    problems = []
    for file in files:
        used = {has_prefix(n) for n in file.contigs if contig_in_vcf(n)}
        if len(used) > 1:
            problems.append(
                Problem(
                    "contig names with and without chr are mixed in this file",
                    file=file.path,
                    found=list_some(list(file.contigs)),
                    fix="rename them: bcftools annotate --rename-chrs",
                )
            )
        for prefixed in used:
            first.setdefault(prefixed, file)
    if len(first) > 1 and not problems:
        with_prefix, without = first[True], first[False]
        problems.append(
            Problem(
                "contig names carry chr in one file and not in another",
                file=with_prefix.path,
                found=f"{next(iter(with_prefix.contigs))} here,"
                f" {next(iter(without.contigs))} in {without.path}",
                fix="the files may be on different builds; check that, then rename the"
                " contigs of one: bcftools annotate --rename-chrs",
            )
        )
    return problems


def _compare_samples(files: list[VcfFile]) -> list[Problem]:
    problems = []
    wanted = set(files[0].samples)
    for file in files[1:]:
        lacking = sorted(wanted - set(file.samples))
        extra = sorted(set(file.samples) - wanted)
        if lacking or extra:
            problems.append(
                Problem(
                    f"this file has other samples than {files[0].path}",
                    file=file.path,
                    found=f"{len(lacking)} missing: {list_some(lacking)};"
                    f" {len(extra)} more: {list_some(extra)}",
                    fix="give files with the same samples, one for each contig",
                )
            )
    return problems


def _compare_contigs(files: list[VcfFile]) -> list[Problem]:
    owner: dict[str, tuple[VcfFile, str]] = {}
    problems = []
    for file in files:
        for name in file.contigs:
            contig = contig_in_vcf(name)
            if contig is None:
                continue
            if contig in owner and owner[contig][0] is file:
                problems.append(
                    Problem(
                        f"contig {contig} stands in this file by two names",
                        file=file.path,
                        found=f"{printable(owner[contig][1], 60)} and"
                        f" {printable(name, 60)}",
                        allowed="one name for each contig, with all its records",
                        fix="rename one of them (bcftools annotate --rename-chrs"
                        " MAP.txt), and sort the file (bcftools sort)",
                    )
                )
            elif contig in owner:
                problems.append(
                    Problem(
                        f"contig {contig} stands in two files",
                        file=file.path,
                        found=f"also in {owner[contig][0].path}",
                        fix="give each contig once; join parts with bcftools concat",
                    )
                )
            owner[contig] = file, name
    return problems
