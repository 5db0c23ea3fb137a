"""Whether a file is a VCF or BCF at all, and whether its records have genotypes."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

import pysam

from genostrat.errors import GenostratError, Problem, printable
from genostrat.genotypes.formats.kinds import BCF, find_kind
from genostrat.genotypes.formats.texts import open_text
from genostrat.genotypes.vcf.local_alleles import is_local
from genostrat.provenance import TEXT_FILESET, packing_of_text
from genostrat.sheets.texts import STAND_INS, START_BYTES

_MAGIC = b"##fileformat=VCF"
_UTF8_MARK = b"\xef\xbb\xbf"
_AGAIN = "unpack it, and compress what is in it with bgzip"
#: First bytes of archives, and of genotypes in another form → what it is, and the cure.
_OTHER_KINDS = {
    b"PK\x03\x04": ("a zip archive", f"{_AGAIN}: unzip FILE"),
    b"BZh": ("a bzip2 archive", f"{_AGAIN}: bunzip2 FILE"),
    b"\xfd7zXZ\x00": ("an xz archive", f"{_AGAIN}: unxz FILE"),
    b"\x28\xb5\x2f\xfd": ("a zstd archive", f"{_AGAIN}: unzstd FILE"),
    b"7z\xbc\xaf": ("a 7-Zip archive", f"{_AGAIN}: 7z x FILE"),
    b"l\x1b": ("a fileset of PLINK 1 or 2", "name it in genotypes.plink or .pgen"),
    **STAND_INS,
}
#: Records whose FORMAT is looked at, and bytes after the header that are searched.
_N_LOOKED_AT, _MOST_BYTES = 1000, 4_000_000

_CURES = {
    "GP": "make calls of the probabilities: bcftools +tag2tag FILE -- --GP-to-GT",
    "DS": "make calls of the dosages: plink2 --vcf FILE dosage=DS --make-pgen, and name"
    " the fileset in genotypes.pgen; polygenic scores too are sums over calls",
    "LGT": "LGT counts alleles by LAA, which the records do not have: write GT, or LAA"
    " beside LGT, with the tool that made the file",
    "PL": "make calls: bcftools +tag2tag FILE -- --PL-to-GT, or call the variants",
}


def check_kind(path: Path) -> None:
    """Refuse a file that is something else than a VCF or BCF, by its first bytes.

    Raises
    ------
    GenostratError
        With what it is.
    """
    if find_kind(path) == BCF:
        return
    start = b""
    text = open_text(path)
    try:
        for piece in text.pieces():
            start += piece
            if len(start) >= START_BYTES:
                break
    finally:
        text.close()
    start = start[:START_BYTES]
    if start.startswith(_MAGIC):
        return
    for magic, (found, fix) in _OTHER_KINDS.items():
        if start.lstrip().startswith(magic):
            raise GenostratError(
                Problem("this is no VCF or BCF", file=path, found=found, fix=fix)
            )
    packing = packing_of_text(path) if path.suffix in TEXT_FILESET else None
    if packing is not None:
        found, fix = "PLINK's text form", packing
    elif start.startswith(_UTF8_MARK + _MAGIC):
        found, fix = (
            "a byte order mark",
            "take it off: sed -i '1s/^\\xef\\xbb\\xbf//' FILE",
        )
    else:
        found = f"it begins with {printable(start[:40].decode('utf-8', 'replace'))}"
        fix = "check that this is the file you mean: bcftools view -h FILE"
    raise GenostratError(
        Problem(
            "this is not a readable VCF or BCF",
            file=path,
            found=found,
            allowed="##fileformat=VCFv4.x at the very beginning",
            fix=fix,
        )
    )


def check_genotypes(path: Path, formats: Collection[str]) -> None:
    """Refuse a file that has no calls, as far as its header and first records tell.

    Parameters
    ----------
    path
        The file.
    formats
        FORMAT keys of its header. One that declares GT is believed.

    Raises
    ------
    GenostratError
        With what the records have instead, and how to make calls of it.
    """
    if "GT" in formats or is_local(formats):
        return
    keys = list(_first_keys(path))
    if not keys or any("GT" in own for own in keys):
        return
    has = set().union(*keys)
    cures = (cure for key, cure in _CURES.items() if key in has)
    raise GenostratError(
        Problem(
            "the records have no genotypes (GT)",
            file=path,
            found=f"FORMAT of the first {len(keys)} records: "
            + ", ".join(dict.fromkeys(":".join(own) for own in keys[:3])),
            allowed="GT in FORMAT, or LGT with LAA",
            fix=next(cures, "give the file with the genotypes"),
        )
    )


def _first_keys(path: Path) -> Iterator[list[str]]:
    """Yield the FORMAT keys of the first records."""
    if find_kind(path) == BCF:
        with suppress(OSError, ValueError), pysam.VariantFile(str(path)) as stream:
            # Damage is for the reading to tell: it knows where.
            for _, record in zip(range(_N_LOOKED_AT), stream, strict=False):
                yield list(record.format)
        return
    text = open_text(path)
    n_read, n_bytes, line = 0, 0, b""
    try:
        for piece in text.pieces():
            *whole, line = (line + piece).split(b"\n")
            for one in whole:
                fields = one.split(b"\t", 9)
                if one.startswith(b"#") or len(fields) < 10:
                    continue
                yield fields[8].decode("utf-8", "replace").split(":")
                n_read += 1
                if n_read == _N_LOOKED_AT:
                    return
            n_bytes += len(piece)
            if n_read and n_bytes > _MOST_BYTES:
                return
    finally:
        text.close()
