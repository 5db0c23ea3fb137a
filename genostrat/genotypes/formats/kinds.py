"""Which of the ways to hold variant calls a file uses, by its first bytes."""

from __future__ import annotations

from pathlib import Path

from genostrat.genotypes.formats.bgzf import BlockFile, is_bgzf

#: VCF compressed with bgzip, with gzip, or not at all; and BCF.
BGZF, GZIP, PLAIN, BCF = "bgzf", "gzip", "plain", "bcf"


def find_kind(path: str | Path) -> str:
    """Return the kind of a file.

    Raises
    ------
    GenostratError
        If its first block is damaged.
    """
    with Path(path).open("rb") as stream:
        head = stream.read(4096)
    if not is_bgzf(head):
        return GZIP if head[:2] == b"\x1f\x8b" else PLAIN
    with BlockFile(path) as blocks:
        first = next(iter(blocks.walk()), None)
        is_bcf = first is not None and blocks.inflate(first)[:3] == b"BCF"
    return BCF if is_bcf else BGZF
