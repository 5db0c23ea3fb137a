"""Small PLINK filesets for tests, written from the description of the format."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pgenlib
import pytest

from genostrat.genotypes.plink.filesets import inspect_fileset

#: Two-bit codes of a .bed: A1 is counted, and A1 is PLINK 2's ALT.
BED_CODES = {2: 0b00, -9: 0b01, 1: 0b10, 0: 0b11}
PVAR_HEADER = "#CHROM\tPOS\tID\tREF\tALT"

#: A small cohort: samples out of order, and four variants as of a .bim or .pvar.
SAMPLES = ["s3", "s1", "s5", "s2", "s4"]
CALLS = [0, 1, 2, 2, 0], [1, 1, -9, 0, 2], [-9] * 5, [0, 0, 0, 2, 1]
VARIANTS = ["1 100 v1 G A", "1 200 v2 G A", "2 50 v3 C T", "X 3000000 v4 C T"]

needs_plink2 = pytest.mark.skipif(
    shutil.which("plink2") is None, reason="plink2 is not installed"
)


def inspect_plink(prefix):
    return inspect_fileset(f"{prefix}.bed")


def inspect_pgen(prefix):
    return inspect_fileset(f"{prefix}.pgen")


def bed_bytes(calls):
    """Compose a .bed: three bytes, then four genotypes a byte, the first lowest."""
    data = bytearray(b"\x6c\x1b\x01")
    for row in calls:
        for at in range(0, len(row), 4):
            codes = [BED_CODES[int(call)] for call in row[at : at + 4]]
            data.append(sum(code << 2 * n for n, code in enumerate(codes)))
    return bytes(data)


def write_samples(path, samples):
    """Write a .fam or .psam."""
    if path.suffix == ".psam":
        lines = ["#IID\tSEX", *(f"{name}\tNA" for name in samples)]
    else:
        lines = [f"F{n} {name} 0 0 0 -9" for n, name in enumerate(samples)]
    path.write_text("\n".join(lines) + "\n")


def write_bed(prefix, samples, variants, calls):
    """Write a PLINK 1 fileset; variants are `contig position name A1 A2`."""
    prefix = Path(prefix)
    lines = []
    for contig, position, name, a1, a2 in map(str.split, variants):
        lines.append("\t".join((contig, name, "0", position, a1, a2)))
    Path(f"{prefix}.bim").write_text("".join(f"{line}\n" for line in lines))
    write_samples(Path(f"{prefix}.fam"), samples)
    Path(f"{prefix}.bed").write_bytes(bed_bytes(calls))
    return prefix


def write_pgen(prefix, samples, variants, calls, *, header=PVAR_HEADER, flags=False):
    """Write a PLINK 2 fileset; variants are lines, blanks for tabs."""
    prefix = Path(prefix)
    lines = ["\t".join(variant.split()) for variant in variants]
    Path(f"{prefix}.pvar").write_text("\n".join([header, *lines]) + "\n")
    write_samples(Path(f"{prefix}.psam"), samples)
    with pgenlib.PgenWriter(
        f"{prefix}.pgen".encode(),
        len(samples),
        variant_ct=len(lines),
        nonref_flags=flags,
    ) as writer:
        writer.append_biallelic_batch(np.array(calls, np.int8))
    return prefix


def run_plink2(*arguments):
    """Run plink2 with one thread; its messages are shown when it fails."""
    command = ["plink2", *map(str, arguments), "--threads", "1", "--memory", "700"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
