"""The text files beside binary genotypes: variants (.bim, .pvar) and samples."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from genostrat.errors import GenostratError, Problem, printable
from genostrat.sheets.identifiers import find_duplicates, list_some

#: In the order of a .bim: A1 is what PLINK 2 takes for ALT, and A2 for REF.
BIM_COLUMNS = ("CHROM", "ID", "CM", "POS", "ALT", "REF")
FAM_COLUMNS = ("FID", "IID", "PAT", "MAT", "SEX")
_PVAR_NEEDED = ("CHROM", "POS", "ID", "REF", "ALT")
_KEPT = ("CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER")
_LENGTH = re.compile(r"##contig=<.*?\bID=([^,>]+).*?\blength=(\d+)")
_TABULATED = re.compile(rb"[ \t]+")
_MAKE_AGAIN = "make the files again, e.g. plink2 --make-pgen"


@dataclass(frozen=True)
class VariantTable:
    """The variants of a fileset, in the order of the genotypes.

    Attributes
    ----------
    path
        The .bim or .pvar.
    first_line
        Its line, 1-based, that holds the first variant.
    contigs, codes
        Names of the contigs as the file spells them, and the index into these names
        for each variant.
    positions
        1-based; 0 or negative where the file says that a variant has no place.
    text
        Columns ``ID``, ``REF``, ``ALT``, and where the file has them ``QUAL`` and
        ``FILTER``.
    lengths, reference
        Contig lengths and the ``##reference`` line of the header.
    """

    path: Path
    first_line: int
    contigs: tuple[str, ...]
    codes: npt.NDArray[np.int32]
    positions: npt.NDArray[np.int32]
    text: dict[str, Any]
    lengths: dict[str, int]
    reference: str

    def __len__(self) -> int:
        """Return the number of variants."""
        return len(self.positions)

    def line_of(self, row: int) -> int:
        """Return the 1-based line of a variant."""
        return self.first_line + int(row)

    def allele_offsets(self) -> npt.NDArray[np.uintp] | None:
        """Return where the alleles of each variant start, if any has more than two."""
        commas = pc.count_substring(self.text["ALT"], ",").to_numpy()
        if not commas.any():
            return None
        return np.concatenate([[0], np.cumsum(commas + 2)]).astype(np.uintp)


def read_bim(path: str | Path) -> VariantTable:
    """Read a .bim: six columns without a header.

    Raises
    ------
    GenostratError
        If the file cannot be read, is empty, or a line has not six fields or no
        whole number for a position.
    """
    path = Path(path)
    with _open(path) as stream:
        head = stream.readline()
    columns = _read_columns(path, BIM_COLUMNS, n_header=0, tabbed=b"\t" in head)
    return _variant_table(path, 1, columns, {}, "")


def read_pvar(path: str | Path) -> VariantTable:
    """Read a .pvar or .pvar.zst.

    Raises
    ------
    GenostratError
        If the file cannot be read, has no ``#CHROM`` line or no variants, or a line
        differs from the header or has no whole number for a position.
    """
    path = Path(path)
    lengths: dict[str, int] = {}
    names: tuple[str, ...] = ()
    reference, n_header, tabbed = "", 0, True
    for line in _lines(path):
        if not line.startswith("#"):
            break
        n_header += 1
        if match := _LENGTH.match(line):
            lengths[match[1]] = int(match[2])
        if line.startswith("##reference="):
            reference = line.partition("=")[2]
        if line.startswith("#CHROM"):
            names, tabbed = tuple(line[1:].split()), "\t" in line
            break
    lacking = [name for name in _PVAR_NEEDED if name not in names]
    if lacking or find_duplicates(names):
        raise GenostratError(_bad_header(path, n_header or 1, names, lacking))
    columns = _read_columns(path, names, n_header=n_header, tabbed=tabbed)
    return _variant_table(path, n_header + 1, columns, lengths, reference)


def read_samples(path: str | Path) -> tuple[str, ...]:
    """Read the identifiers (IID) of a .fam or .psam.

    Raises
    ------
    GenostratError
        If the file cannot be read or has no samples, a line is short, or two samples
        have the same IID.
    """
    path = Path(path)
    families, names = _read_names(path)
    _check_names(path, families, names)
    return tuple(names)


def read_families(path: str | Path) -> dict[str, str]:
    """Return the family (FID) of each sample (IID) of a .fam or .psam; 0 for none.

    Raises
    ------
    GenostratError
        If the file cannot be read, or a line is short.
    """
    families, names = _read_names(Path(path))
    return dict(zip(names, families, strict=True))


def _read_names(path: Path) -> tuple[list[str], list[str]]:
    """Return FID and IID of each line."""
    columns: tuple[str, ...] = FAM_COLUMNS
    families, names = [], []
    for number, line in enumerate(_lines(path), 1):
        fields = line.split()
        if not fields or line.startswith("##"):
            continue
        if line.startswith(("#FID", "#IID")):
            columns = (fields[0][1:], *fields[1:])
            continue
        if len(fields) < len(columns):
            raise GenostratError(
                Problem(
                    "this line has too few fields",
                    file=path,
                    line=number,
                    found=str(len(fields)),
                    allowed=" ".join(columns),
                    fix=_MAKE_AGAIN,
                )
            )
        row = dict(zip(columns, fields, strict=False))
        families.append(row.get("FID", "0"))
        names.append(row.get("IID", ""))
    return families, names


def _check_names(path: Path, families: Sequence[str], names: Sequence[str]) -> None:
    if not any(names):
        raise GenostratError(
            Problem(
                "this file has no samples",
                file=path,
                allowed="one line for each sample, with its IID",
                fix=_MAKE_AGAIN,
            )
        )
    twice = find_duplicates(names)
    if not twice:
        return
    whole = [f"{f}_{n}" for f, n in zip(families, names, strict=True)]
    if find_duplicates(whole):
        fix = "remove or rename one of each: plink2 --remove or --update-ids"
    else:
        fix = (
            "samples are known by IID alone, and these differ in FID: give each an"
            f" IID of its own, e.g. {printable(whole[names.index(twice[0])], 60)}, with"
            " plink2 --update-ids, and use it in the sheet"
        )
    raise GenostratError(
        Problem(
            f"{len(twice)} identifiers (IID) stand in this file more than once",
            file=path,
            found=list_some(twice),
            allowed="each IID once",
            fix=fix,
        )
    )


@contextmanager
def _open(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, decompressed where its name ends in .zst."""
    compression = "zstd" if path.suffix == ".zst" else None
    if compression and not pa.Codec.is_available(compression):
        raise GenostratError(
            Problem(
                "this installation of pyarrow cannot decompress zstd",
                file=path,
                fix=f"run: zstd -d '{path}'",
            )
        )
    try:
        with pa.input_stream(str(path), compression=compression) as stream:
            yield io.BufferedReader(stream)
    except OSError as error:
        raise GenostratError(
            Problem(
                "this file cannot be read",
                file=path,
                found=error.strerror or printable(error),
                fix="check that the file is there and whole",
            )
        ) from None


def _lines(path: Path) -> Iterator[str]:
    """Yield the lines of a file without their ends; what is not UTF-8 is an error.

    Descriptions in a header are not used, so those may hold anything.
    """
    with _open(path) as stream:
        for number, line in enumerate(iter(stream.readline, b""), 1):
            try:
                errors = "replace" if line.startswith(b"##") else "strict"
                yield line.decode(errors=errors).rstrip("\r\n")
            except UnicodeDecodeError as error:
                raise GenostratError(
                    Problem(
                        "this line is not UTF-8 text",
                        file=path,
                        line=number,
                        found=f"byte 0x{line[error.start]:02x}",
                        fix="this may be another file than its name says; convert text"
                        " with iconv -t UTF-8",
                    )
                ) from None


def _read_columns(
    path: Path, names: Sequence[str], *, n_header: int, tabbed: bool
) -> dict[str, Any]:
    kept = [name for name in _KEPT if name in names]
    types: dict[str, Any] = dict.fromkeys(kept, pa.large_string())
    types |= {"POS": pa.int32(), "CHROM": pa.dictionary(pa.int32(), pa.string())}
    with _open(path) as stream:
        source = stream if tabbed else _tabulate(stream)
        try:
            table = pa.csv.read_csv(
                source,
                read_options=pa.csv.ReadOptions(
                    column_names=list(names), skip_rows=n_header, use_threads=False
                ),
                parse_options=pa.csv.ParseOptions(
                    delimiter="\t", quote_char=False, double_quote=False
                ),
                convert_options=pa.csv.ConvertOptions(
                    include_columns=kept,
                    column_types=types,
                    null_values=[],
                    strings_can_be_null=False,
                ),
            )
        except pa.ArrowInvalid as error:
            problem = _find_bad_line(path, names, n_header, str(error))
            raise GenostratError(problem) from None
    return {name: table[name].unify_dictionaries().combine_chunks() for name in kept}


def _tabulate(stream: IO[bytes]) -> Any:
    """Turn runs of blanks into tabs, as older tools write blanks."""
    lines = (line.strip(b" \t") for line in stream.read().splitlines())
    return pa.BufferReader(_TABULATED.sub(b"\t", b"\n".join(lines)))


def _find_bad_line(
    path: Path, names: Sequence[str], n_header: int, reason: str
) -> Problem:
    """Look for the line that the table reader stumbled over."""
    place = list(names).index("POS")
    number = n_header
    for number, line in enumerate(_lines(path), 1):
        fields = line.split("\t") if "\t" in line else line.split()
        if number <= n_header or not fields or not line:
            continue
        if len(fields) != len(names):
            return Problem(
                f"this line has {len(fields)} fields",
                file=path,
                line=number,
                found=printable(line, 80),
                allowed=f"{len(names)}: {' '.join(names[:8])}",
                fix=_MAKE_AGAIN,
            )
        if not _is_position(fields[place]):
            return Problem(
                "a position is not a whole number",
                file=path,
                line=number,
                column=place + 1,
                found=printable(fields[place], 60),
                allowed="a whole number below 2,147,483,648",
                fix=_MAKE_AGAIN,
            )
    if number <= n_header:
        return Problem("this file has no variants", file=path, fix=_MAKE_AGAIN)
    return Problem(
        "this table cannot be read", file=path, found=printable(reason), fix=_MAKE_AGAIN
    )


def _is_position(text: str) -> bool:
    return re.fullmatch(r"-?[0-9]{1,10}", text) is not None and abs(int(text)) < 2**31


def _variant_table(
    path: Path,
    first_line: int,
    columns: dict[str, Any],
    lengths: dict[str, int],
    reference: str,
) -> VariantTable:
    contigs = columns.pop("CHROM")
    return VariantTable(
        path=path,
        first_line=first_line,
        contigs=tuple(contigs.dictionary.to_pylist()),
        codes=contigs.indices.to_numpy(zero_copy_only=False),
        positions=columns.pop("POS").to_numpy(zero_copy_only=False),
        text=columns,
        lengths=lengths,
        reference=reference,
    )


def _bad_header(
    path: Path, line: int, names: Sequence[str], lacking: Sequence[str]
) -> Problem:
    if not names:
        return Problem(
            "this file has no header line that starts with #CHROM",
            file=path,
            line=line,
            allowed="#CHROM POS ID REF ALT",
            fix=_MAKE_AGAIN,
        )
    return Problem(
        "the header line does not name the columns as it should",
        file=path,
        line=line,
        found=printable(" ".join(names)),
        allowed=f"each once; {', '.join(lacking)} missing" if lacking else "each once",
        fix=_MAKE_AGAIN,
    )


#: Read the variants of a fileset, by its kind.
VARIANT_READERS: dict[str, Callable[[str | Path], VariantTable]] = {
    "plink": read_bim,
    "pgen": read_pvar,
}
