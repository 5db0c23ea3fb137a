"""Writing one VCF in every way it may come: BGZF of any shape, plain, gzip, BCF."""

import gzip
import struct
import zlib
from pathlib import Path

import pysam
import pysam.bcftools

BGZF_END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")

#: A subfield of a gzip header that means nothing, as other tools may put before BC.
OTHER_SUBFIELD = b"XY\x03\x00abc"

#: Ways in which one text is put on disk.
INDEXED = ("tbi", "csi", "bcf")

STREAMED = ("stream", "plain", "gzip", "bcf-stream")

ROUTES = (*INDEXED, *STREAMED)


def bgzf_block(data, *, level=6, extra=b""):
    """Return one BGZF block; level 0 stores the bytes as they are."""
    packer = zlib.compressobj(level, zlib.DEFLATED, -15)
    packed = packer.compress(data) + packer.flush()
    size = 12 + len(extra) + 6 + len(packed) + 8
    head = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff" + struct.pack("<H", len(extra) + 6)
    head += extra + b"BC" + struct.pack("<HH", 2, size - 1)
    return head + packed + struct.pack("<II", zlib.crc32(data), len(data))


def bgzf(data, *, block=300, level=6, extra=b"", empty_every=0, end=True):
    """Return bytes as BGZF in small blocks, with an empty one after every so many."""
    blocks = []
    for number, start in enumerate(range(0, len(data), block), 1):
        blocks.append(bgzf_block(data[start : start + block], level=level, extra=extra))
        if empty_every and number % empty_every == 0:
            blocks.append(BGZF_END)
    return b"".join(blocks) + (BGZF_END if end else b"")


def block_starts(data):
    """Return where the blocks of a BGZF file begin, its end included."""
    starts = [0]
    while starts[-1] < len(data):
        (size,) = struct.unpack_from("<H", data, starts[-1] + 16)
        starts.append(starts[-1] + size + 1)
    return starts


def write_route(route, data, folder, **layout):
    """Write a VCF's bytes along a route; return the path of the file."""
    folder = Path(folder)
    if route == "plain":
        path = folder / "a.vcf"
        path.write_bytes(data)
    elif route == "gzip":
        path = folder / "a.vcf.gz"
        path.write_bytes(gzip.compress(data, mtime=0))
    elif route.startswith("bcf"):
        plain = folder / "for_bcf.vcf"
        plain.write_bytes(declare(data))
        path = folder / "a.bcf"
        write_bcf(plain, path)
        with pysam.BGZFile(str(path)) as stream:
            path.write_bytes(bgzf(stream.read(), **layout))
        if route == "bcf":
            index_file(path)
    else:
        path = folder / "a.vcf.gz"
        path.write_bytes(bgzf(data, **layout))
        if route != "stream":
            index_file(path, csi=route == "csi")
    return path


def declare(data):
    """Add to a VCF's header what its records use: a BCF can hold nothing else."""
    head, records = [], []
    for line in data.split(b"\n"):
        (head if line.startswith(b"#") else records).append(line)
    used = {b"contig": set(), b"FILTER": set(), b"INFO": set(), b"FORMAT": set()}
    for line in records:
        cells = line.rstrip(b"\r").split(b"\t")
        if len(cells) > 9:
            used[b"contig"].add(cells[0])
            used[b"FILTER"] |= {*cells[6].split(b";")} - {b".", b"PASS"}
            keys = (word.split(b"=")[0] for word in cells[7].split(b";"))
            used[b"INFO"] |= {*keys} - {b"."}
            used[b"FORMAT"] |= {*cells[8].split(b":")}
    rest = {
        b"contig": b"",
        b"FILTER": b',Description=""',
        b"INFO": b',Number=1,Type=String,Description=""',
        b"FORMAT": b',Number=1,Type=String,Description=""',
    }
    for kind, keys in used.items():
        for key in sorted(keys):
            start = b"##%s=<ID=%s" % (kind, key)
            if not any(line.startswith((start + b",", start + b">")) for line in head):
                head.insert(1, start + rest[kind] + b">")
    return b"\n".join([*head, *records])


def write_bcf(source, path):
    pysam.bcftools.view(
        "--no-version", "-Ob", "-o", str(path), str(source), catch_stdout=False
    )


def index_file(path, *, csi=False):
    """Index a BCF or a compressed VCF as it is."""
    if path.suffix == ".bcf":
        pysam.bcftools.index("-f", str(path), catch_stdout=False)
    else:
        pysam.tabix_index(str(path), preset="vcf", force=True, csi=csi)


def flip(data, at, *, bit=0x10):
    """Return bytes with one changed."""
    return data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]
