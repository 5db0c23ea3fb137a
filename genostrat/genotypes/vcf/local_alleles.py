"""Genotypes that are written by local alleles, as those of all alleles of the record.

Files of many people name for each sample the few alternate alleles that it may have
(LAA), and count its genotype (LGT), reads (LAD) and likelihoods (LPL) by these: VCF
4.5, section 1.6.2, and before it Hail and bcftools. Lines are translated as they are
loaded, so that what reads them knows nothing of it.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Collection, Iterable, Iterator
from functools import partial

import numpy as np

from genostrat.genotypes.formats.texts import SLACK_BYTES, Buffer, Load, Part

#: Fields by local alleles → by all alleles.
OF_ALL = {"LGT": "GT", "LAD": "AD", "LPL": "PL"}
_OF_ALL = {key.encode(): own.encode() for key, own in OF_ALL.items()}
_ALLELE = re.compile(rb"[0-9]+")


def is_local(formats: Collection[str]) -> bool:
    """Say whether FORMAT keys tell genotypes by local alleles, and which these are."""
    return "LGT" in formats and "LAA" in formats


def translate_parts(loads: Iterable[Load]) -> Iterator[Load]:
    """Yield the parts of a file with their lines translated."""
    return (partial(_load, load) for load in loads)


def _load(load: Load, buffer: Buffer) -> Part:
    part = load(buffer)
    text = part.buffer[part.begin : part.end].tobytes()
    given = [line + b"\n" for line in text.split(b"\n")[:-1]]
    lines = [translate_line(line) for line in given]
    old = np.cumsum([0, *map(len, given)]) + part.begin
    new = np.cumsum([0, *map(len, lines)]).tolist()

    def locate(at: int) -> str:
        return part.locate(int(old[max(bisect.bisect_right(new, at) - 1, 0)]))

    data = b"".join(lines)
    view = np.frombuffer(bytearray(data + bytes(SLACK_BYTES)), np.uint8)
    return Part(view[: len(data)], 0, len(data), locate)


def translate_line(line: bytes) -> bytes:
    r"""Return a record with GT, AD and PL in place of LGT, LAD and LPL.

    A record that has GT, or no LAA, stays as it is. Reads of alleles that are none of
    a sample's are blank; an allele that LAA does not list becomes one that ALT does not
    list either, at which reading stops. PL keeps its local values: what is asked of it
    is whether all are 0.

    >>> translate_line(b"1\t5\t.\tA\tC,G\t.\t.\t.\tLGT:LAA:LAD\t0/1:2:7,5\n")
    b'1\t5\t.\tA\tC,G\t.\t.\t.\tGT:LAA:AD\t0/2:2:7,.,5\n'
    """
    fields = line.rstrip(b"\r\n").split(b"\t")
    keys = fields[8].split(b":") if len(fields) > 9 else []
    if b"GT" in keys or b"LGT" not in keys or b"LAA" not in keys:
        return line
    n_alts = fields[4].count(b",") + 1
    at = keys.index(b"LAA")
    own = {key for key in _OF_ALL if key in keys and _OF_ALL[key] not in keys}
    places = {key: keys.index(key) for key in own}
    fields[8] = b":".join(_OF_ALL[key] if key in own else key for key in keys)
    for column in range(9, len(fields)):
        values = fields[column].split(b":")
        listed = values[at] if at < len(values) else b"."
        local = [0] + [int(word) for word in listed.split(b",") if word.isdigit()]
        for key, place in places.items():
            if place >= len(values):
                continue
            if key == b"LGT":
                values[place] = _ALLELE.sub(
                    partial(_name_allele, local, n_alts + 1), values[place]
                )
            elif key == b"LAD":
                values[place] = _spread_reads(values[place], local, n_alts)
        fields[column] = b":".join(values)
    return b"\t".join(fields) + line[len(line.rstrip(b"\r\n")) :]


def _name_allele(local: list[int], none: int, found: re.Match[bytes]) -> bytes:
    number = int(found[0])
    return str(local[number] if number < len(local) else none).encode()


def _spread_reads(value: bytes, local: list[int], n_alts: int) -> bytes:
    """Return reads of all alleles, blank for those that are none of the sample's."""
    reads = value.split(b",")
    if value == b"." or len(reads) > len(local) or max(local) > n_alts:
        return b"." if value == b"." else value
    spread = [b"."] * (n_alts + 1)
    for allele, number in zip(local, reads, strict=False):
        spread[allele] = number
    return b",".join(spread)
