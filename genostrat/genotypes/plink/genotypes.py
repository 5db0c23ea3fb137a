"""The binary genotypes of PLINK: what their bytes say, and opening them."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pgenlib

from genostrat.errors import GenostratError, Problem, printable

_MAGIC = b"\x6c\x1b"
_SNP_MAJOR, _SAMPLE_MAJOR = 1, 0
#: The top bits of a .pgen's 12th byte (PLINK 2 file format specification): reference
#: alleles are all provisional, or some of them are.
_PROVISIONAL = (2, 3)


def open_genotypes(
    path: Path,
    *,
    n_variants: int,
    n_samples: int,
    allele_offsets: npt.NDArray[np.uintp] | None,
    subset: npt.NDArray[np.uint32] | None = None,
) -> pgenlib.PgenReader:
    """Open a .bed or .pgen.

    Parameters
    ----------
    n_variants, n_samples
        In the files beside it.
    allele_offsets
        Where the alleles of each variant start, if any has more than two.
    subset
        Positions of the samples to read, ascending; all without it.

    Raises
    ------
    GenostratError
        If pgenlib finds the file damaged.
    """
    try:
        return pgenlib.PgenReader(
            os.fsencode(path),
            raw_sample_ct=n_samples,
            variant_ct=n_variants,
            sample_subset=subset,
            allele_idx_offsets=allele_offsets,
        )
    except RuntimeError as error:
        raise GenostratError(damaged(path, error)) from None


def damaged(path: Path, error: Exception) -> Problem:
    """Return the problem of a genotype file that pgenlib cannot read."""
    text = error.args[0] if error.args else error
    text = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
    return Problem(
        "this file is damaged or was cut short",
        file=path,
        found=printable(text.strip()),
        fix="copy or make the file again; check it with: plink2 --validate",
    )


def _read_head(path: Path) -> tuple[bytes, int]:
    try:
        with path.open("rb") as stream:
            return stream.read(12), path.stat().st_size
    except OSError as error:
        raise GenostratError(
            Problem("this file cannot be read", file=path, found=error.strerror)
        ) from None


def check_bed(path: Path, *, n_variants: int, n_samples: int) -> None:
    """Hold a .bed's first bytes and size against its .bim and .fam."""
    head, size = _read_head(path)
    if len(head) < 3 or head[:2] != _MAGIC or head[2] not in (0, 1):
        raise GenostratError(_not_genotypes(path, head, ".bed", "6c1b01"))
    if head[2] == _SAMPLE_MAJOR:
        raise GenostratError(
            Problem(
                "this .bed has one sample after the other, not one variant after"
                " the other",
                file=path,
                found="6c1b00",
                allowed="6c1b01 (SNP-major), as PLINK 1.07 and later write by default",
                fix="run: plink --bfile PREFIX --make-bed --out NEW (PLINK 1.9)",
            )
        )
    expected = 3 + n_variants * -(-n_samples // 4)
    if size != expected:
        how = "was cut short" if size < expected else "is too long"
        raise GenostratError(
            Problem(
                f"this file {how}, or is not of this .bim and .fam",
                file=path,
                found=f"{size} bytes",
                allowed=f"{expected} bytes: {n_variants} variants of {n_samples}"
                " samples",
                fix="copy the three files again, together",
            )
        )


def check_pgen(
    path: Path,
    *,
    n_variants: int,
    n_samples: int,
    allele_offsets: npt.NDArray[np.uintp] | None,
) -> None:
    """Hold a .pgen's header against its .pvar and .psam, and read its last variant."""
    head, _ = _read_head(path)
    if len(head) < 12 or head[:2] != _MAGIC or head[2] <= _SNP_MAJOR:
        raise GenostratError(_not_genotypes(path, head, ".pgen", "6c1b10"))
    in_file = struct.unpack("<II", head[3:11])
    for found, expected, what, text_file in (
        (in_file[0], n_variants, "variants", "pvar"),
        (in_file[1], n_samples, "samples", "psam"),
    ):
        if found != expected:
            raise GenostratError(
                Problem(
                    f"this file has another number of {what} than its .{text_file}",
                    file=path,
                    found=f"{found} {what}",
                    allowed=f"{expected}, as the .{text_file} has",
                    fix="copy the three files again, together",
                )
            )
    with open_genotypes(
        path,
        n_variants=n_variants,
        n_samples=n_samples,
        allele_offsets=allele_offsets,
    ) as reader:
        try:
            reader.read(n_variants - 1, np.empty(n_samples, np.int8))
        except RuntimeError as error:
            raise GenostratError(damaged(path, error)) from None


#: Storage modes of a .pgen: dosages of all variants, and records of varying width.
_DOSAGE_MODES, _VARYING_MODE = (3, 4), 0x10
_BLOCK_VARIANTS = 65_536
#: Bits of a variant record's type that say that it has dosages.
_DOSAGE_BITS = 0x60


def count_dosages(path: Path) -> int:
    """Count the variants of a .pgen that have dosages beside their hard calls.

    pgenlib does not tell; the types of the records stand in the header, in blocks of
    65,536 variants (PLINK 2 file format specification).
    """
    with path.open("rb") as stream:
        head = stream.read(12)
        n_variants, control = struct.unpack("<I", head[3:7])[0], head[11]
        if head[2] in _DOSAGE_MODES:
            return int(n_variants)
        # With types of four bits there is no room for dosages.
        if head[2] != _VARYING_MODE or not 4 <= control & 15 <= 7:
            return 0
        n_length, n_alleles = (control & 3) + 1, control >> 4 & 3
        with_flags = control >> 6 == 3
        stream.seek(8 * -(-n_variants // _BLOCK_VARIANTS), os.SEEK_CUR)
        found = 0
        for start in range(0, n_variants, _BLOCK_VARIANTS):
            size = min(_BLOCK_VARIANTS, n_variants - start)
            types = np.frombuffer(stream.read(size), np.uint8)
            found += int(np.count_nonzero(types & _DOSAGE_BITS))
            n_flags = -(-size // 8) if with_flags else 0
            stream.seek(size * (n_length + n_alleles) + n_flags, os.SEEK_CUR)
    return found


def _not_genotypes(path: Path, head: bytes, suffix: str, magic: str) -> Problem:
    return Problem(
        f"this is not a {suffix} file: it does not start as one"
        if head
        else "this file is empty (0 bytes)",
        file=path,
        found=f"first bytes {head[:3].hex()}" if head else None,
        allowed=magic,
        fix="copy the file again, or make it with plink2",
    )


def has_provisional_reference(path: Path) -> bool:
    """Say whether a .pgen marks reference alleles as provisional."""
    head, _ = _read_head(path)
    return head[11] >> 6 in _PROVISIONAL
