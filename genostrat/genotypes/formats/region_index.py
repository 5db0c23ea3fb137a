"""Where a region begins in an indexed VCF or BCF: reading ``.tbi`` and ``.csi``.

Layouts: the Tabix and CSIv1 specifications of the hts-specs.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from genostrat.errors import GenostratError, Problem
from genostrat.genotypes.formats.bgzf import BlockFile

INDEX_SUFFIXES = (".tbi", ".csi")
#: Size of the smallest bins of a ``.tbi``: 2 to the power of this.
_TBI_SHIFT = 14
_TBI_DEPTH = 5


@dataclass(frozen=True)
class ContigIndex:
    """Virtual offsets of one contig.

    Attributes
    ----------
    begin, end
        Of its first record, and after its last.
    windows
        Window number → a virtual offset no later than the first record that overlaps
        the window.
    shift
        A window holds 2 to the power of this many positions.
    n_records
        As the index counts them; None where it does not.
    """

    begin: int
    end: int
    windows: dict[int, int]
    shift: int
    n_records: int | None

    def find_start(self, position: int) -> int:
        """Return an offset before every record at `position` (1-based) or after it."""
        last = max(position - 1, 0) >> self.shift
        earlier = [window for window in self.windows if window <= last]
        return self.windows[max(earlier)] if earlier else self.begin


def find_index(path: str | Path) -> Path | None:
    """Return the index beside a file, if there is one."""
    candidates = [Path(f"{path}{suffix}") for suffix in INDEX_SUFFIXES]
    return next((candidate for candidate in candidates if candidate.is_file()), None)


def read_index(path: str | Path) -> list[tuple[str, ContigIndex | None]]:
    """Read an index.

    Returns
    -------
    list of (name, contents)
        Contigs in the order of the index; None where a contig has no record. The names
        are blank in the index of a BCF, which counts as its header does.

    Raises
    ------
    GenostratError
        If it is neither a ``.tbi`` nor a ``.csi``, or is cut short.
    """
    path = Path(path)
    with BlockFile(path) as blocks:
        data = b"".join(blocks.inflate(block) for block in blocks.walk())
    try:
        if data[:4] == b"TBI\x01":
            return _read_tbi(data)
        if data[:4] == b"CSI\x01":
            return _read_csi(data)
    except (struct.error, IndexError, UnicodeDecodeError):
        pass
    raise GenostratError(
        Problem(
            "this index is damaged",
            file=path,
            allowed="an index made by tabix or bcftools index",
            fix="make it anew: bcftools index -f FILE",
        )
    )


def _read_tbi(data: bytes) -> list[tuple[str, ContigIndex | None]]:
    n_contigs, *_, n_name_bytes = struct.unpack_from("<8i", data, 4)
    names = _split_names(data[36 : 36 + n_name_bytes])
    at, found = 36 + n_name_bytes, []
    pseudo_bin = _pseudo_bin(_TBI_DEPTH)
    for number in range(n_contigs):
        bins, at = _read_bins(data, at, with_offset=False)
        (n_windows,) = struct.unpack_from("<i", data, at)
        offsets = struct.unpack_from(f"<{n_windows}Q", data, at + 4)
        at += 4 + 8 * n_windows
        windows = {i: offset for i, offset in enumerate(offsets) if offset}
        found.append((names[number], _to_contig(bins, windows, _TBI_SHIFT, pseudo_bin)))
    return found


def _read_csi(data: bytes) -> list[tuple[str, ContigIndex | None]]:
    shift, depth, n_extra = struct.unpack_from("<3i", data, 4)
    extra = data[16 : 16 + n_extra]
    names = _split_names(extra[28:]) if n_extra >= 28 else []
    (n_contigs,) = struct.unpack_from("<i", data, 16 + n_extra)
    at, found = 20 + n_extra, []
    first_leaf = (8**depth - 1) // 7
    for number in range(n_contigs):
        bins, at = _read_bins(data, at, with_offset=True)
        windows = {
            key - first_leaf: offset
            for key, (offset, _) in bins.items()
            if first_leaf <= key < first_leaf + 8**depth
        }
        name = names[number] if number < len(names) else ""
        found.append((name, _to_contig(bins, windows, shift, _pseudo_bin(depth))))
    return found


def _split_names(data: bytes) -> list[str]:
    return [name.decode() for name in data.split(b"\0")[:-1]]


def _pseudo_bin(depth: int) -> int:
    """Return the number of the bin that holds counts instead of records."""
    return (8 ** (depth + 1) - 1) // 7 + 1


_Bins = dict[int, tuple[int, list[tuple[int, int]]]]


def _read_bins(data: bytes, at: int, *, with_offset: bool) -> tuple[_Bins, int]:
    (n_bins,) = struct.unpack_from("<i", data, at)
    at += 4
    bins: _Bins = {}
    for _ in range(n_bins):
        (key,) = struct.unpack_from("<I", data, at)
        at += 4
        offset = 0
        if with_offset:
            (offset,) = struct.unpack_from("<Q", data, at)
            at += 8
        (n_chunks,) = struct.unpack_from("<i", data, at)
        numbers = struct.unpack_from(f"<{2 * n_chunks}Q", data, at + 4)
        at += 4 + 16 * n_chunks
        bins[key] = (offset, list(zip(numbers[::2], numbers[1::2], strict=True)))
    return bins, at


def _to_contig(
    bins: _Bins, windows: dict[int, int], shift: int, pseudo_bin: int
) -> ContigIndex | None:
    _, counted = bins.get(pseudo_bin, (0, []))
    chunks = [
        pair for key, (_, own) in bins.items() for pair in own if key < pseudo_bin
    ]
    if not chunks:
        return None
    return ContigIndex(
        begin=min(begin for begin, _ in chunks),
        end=max(end for _, end in chunks),
        windows=windows,
        shift=shift,
        n_records=sum(counted[1]) if len(counted) > 1 else None,
    )
