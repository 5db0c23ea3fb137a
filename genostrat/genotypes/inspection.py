"""What a VCF or BCF is, before any genotype is read: header, index, wholeness."""

from __future__ import annotations

import gzip
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pysam
import pysam.bcftools

from genostrat.errors import GenostratError, Problem, printable
from genostrat.genotypes.builds import canonical_contig, has_prefix
from genostrat.sheets.identifiers import find_duplicates, list_some

#: The empty block that ends every whole BGZF file (SAM specification, section 4.1.2).
BGZF_END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
INDEX_SUFFIXES = (".tbi", ".csi")


@dataclass(frozen=True)
class VcfFile:
    """A VCF or BCF that can be read by region.

    Attributes
    ----------
    path
        The file.
    samples
        Sample identifiers, in the order of the file.
    contigs
        Names of the contigs that have records, as the file spells them, to the number
        of records that the index counts.
    lengths
        Contig lengths in the header.
    reference
        The header's ``##reference`` line, or blank.
    formats
        FORMAT keys that the header declares.
    """

    path: Path
    samples: tuple[str, ...]
    contigs: dict[str, int]
    lengths: dict[str, int]
    reference: str
    formats: frozenset[str]

    @property
    def prefixed(self) -> bool | None:
        """Whether primary contigs carry ``chr``; None when there are none."""
        used = [has_prefix(name) for name in self.contigs if canonical_contig(name)]
        return used[0] if used else None


def find_index(path: str | Path) -> Path | None:
    """Return the index beside a file, if there is one."""
    candidates = [Path(f"{path}{suffix}") for suffix in INDEX_SUFFIXES]
    return next((candidate for candidate in candidates if candidate.is_file()), None)


def inspect_vcf(path: str | Path) -> VcfFile:
    """Read a file's header and index, and make sure that it is whole.

    Raises
    ------
    GenostratError
        If the file is missing, cut short, not compressed with bgzip, without an index
        or with one older than itself, not a VCF or BCF, or has no samples.
    """
    path = Path(path)
    _check_bytes(path)
    index = find_index(path)
    if index is None:
        raise GenostratError(
            Problem(
                "this file has no index",
                file=path,
                found=f"neither {path.name}.tbi nor {path.name}.csi",
                fix=f"run: bcftools index {_kind_flag(path)}'{path}'",
            )
        )
    if index.stat().st_mtime < path.stat().st_mtime - 1:
        raise GenostratError(
            Problem(
                "the index is older than the file, so it may point to wrong places",
                file=index,
                fix=f"run: bcftools index -f {_kind_flag(path)}'{path}'",
            )
        )
    try:
        with pysam.VariantFile(str(path)) as stream:
            header = stream.header
            samples = tuple(header.samples)
            lengths = {n: c.length for n, c in header.contigs.items() if c.length}
            formats = frozenset(header.formats)
            reference = next(
                (r.value or "" for r in header.records if r.key == "reference"), ""
            )
    except (OSError, ValueError) as error:
        raise GenostratError(_unreadable(path, error)) from None
    _check_samples(path, samples)
    return VcfFile(path, samples, _read_counts(path), lengths, reference, formats)


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
    if not any(canonical_contig(name) for file in files for name in file.contigs):
        names = list_some([name for file in files for name in file.contigs])
        problems.append(
            Problem(
                "there are no records on chromosomes 1-22, X, Y or MT",
                file=files[0].path,
                found=f"contigs: {names}" if names else "no records at all",
                fix="check that this is the cohort's file, and that it is not empty",
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
        if (contig := canonical_contig(name)) is not None
    }


def _check_bytes(path: Path) -> None:
    try:
        with path.open("rb") as stream:
            head = stream.read(18)
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
    if head[:2] != b"\x1f\x8b" or head[12:14] != b"BC":
        how = "compressed with gzip" if head[:2] == b"\x1f\x8b" else "not compressed"
        raise GenostratError(
            Problem(
                f"this file is {how}, so it cannot be read by region",
                file=path,
                allowed="VCF compressed with bgzip, or BCF",
                fix="run: bcftools view -Oz -o NEW.vcf.gz FILE && bcftools index -t"
                " NEW.vcf.gz",
            )
        )
    if tail != BGZF_END:
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


def _unreadable(path: Path, error: Exception) -> Problem:
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
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") as stream:
        for line in itertools.takewhile(lambda text: text.startswith("#"), stream):
            if line.startswith("#CHROM"):
                return line.rstrip("\n").split("\t")[9:]
    return []


def _check_samples(path: Path, samples: tuple[str, ...]) -> None:
    if not samples:
        raise GenostratError(
            Problem(
                "this file has no samples, only sites",
                file=path,
                fix="give the file with genotypes",
            )
        )


def _read_counts(path: Path) -> dict[str, int]:
    try:
        text = pysam.bcftools.index("--stats", str(path))
    except pysam.SamtoolsError as error:
        raise GenostratError(
            Problem(
                "the index does not belong to this file or is damaged",
                file=path,
                found=str(error),
                fix=f"run: bcftools index -f {_kind_flag(path)}'{path}'",
            )
        ) from None
    counts: dict[str, int] = {}
    for line in str(text).splitlines():
        name, _, count = line.split("\t")
        counts[name] = int(count)
    return counts


def _compare_prefixes(files: list[VcfFile]) -> list[Problem]:
    first: dict[bool, VcfFile] = {}
    problems = []
    for file in files:
        used = {has_prefix(n) for n in file.contigs if canonical_contig(n)}
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
    owner: dict[str, VcfFile] = {}
    problems = []
    for file in files:
        for name in file.contigs:
            contig = canonical_contig(name)
            if contig is None:
                continue
            if contig in owner:
                problems.append(
                    Problem(
                        f"contig {contig} stands in two files",
                        file=file.path,
                        found=f"also in {owner[contig].path}",
                        fix="give each contig once; join parts with bcftools concat",
                    )
                )
            owner[contig] = file
    return problems
