"""PLINK filesets that are not what they should be, and what is said of them."""

import re
from pathlib import Path

import numpy as np
import pytest
from plink_files import (
    CALLS,
    SAMPLES,
    VARIANTS,
    inspect_pgen,
    inspect_plink,
    write_bed,
    write_pgen,
)

from genostrat.errors import GenostratError
from genostrat.genotypes.builds import GRCH38
from genostrat.genotypes.ingest.fileset_pieces import read_fileset_piece
from genostrat.genotypes.ingest.planning import (
    plan_pieces,
)
from genostrat.genotypes.plink.filesets import (
    inspect_filesets,
)
from genostrat.genotypes.records import ReadOptions

M = -9


def spoil(path, change):
    data = path.read_bytes()
    path.write_bytes(change(data))


HOSTILE = {
    "cut bed": ("plink", ".bed", lambda d: d[:-1], r"cut short[\s\S]*11 bytes: 4 var"),
    "long bed": ("plink", ".bed", lambda d: d + b"\0", "too long"),
    "empty bed": ("plink", ".bed", lambda d: b"", r"empty \(0 bytes\)"),
    "magic": ("plink", ".bed", lambda d: b"\x1f\x8b" + d[2:], "not a .bed file"),
    "sample-major": (
        "plink",
        ".bed",
        lambda d: d[:2] + b"\0" + d[3:],
        "one sample after the other",
    ),
    "short bim": (
        "plink",
        ".bim",
        lambda d: d[: d.index(b"2\tv3")],
        r"too long, or is not of this \.bim",
    ),
    "short line": ("plink", ".bim", lambda d: d[:-3], r"a\.bim, line 4: .* 5 fields"),
    "position": (
        "plink",
        ".bim",
        lambda d: d.replace(b"\t200\t", b"\t2e2\t"),
        r"a\.bim, line 2, column 4: a position is not a whole number[\s\S]*2e2",
    ),
    "huge position": (
        "plink",
        ".bim",
        lambda d: d.replace(b"\t200\t", b"\t9999999999\t"),
        "line 2, column 4",
    ),
    "no variants": ("plink", ".bim", lambda d: b"", "no variants"),
    "unsorted": (
        "plink",
        ".bim",
        lambda d: d.replace(b"\t200\t", b"\t20\t"),
        r"line 2: positions are not in ascending order[\s\S]*20 after 100 on 1",
    ),
    "mixed prefixes": (
        "plink",
        ".bim",
        lambda d: d.replace(b"2\tv3", b"chr2\tv3"),
        "with and without chr are mixed",
    ),
    "other contigs": (
        "plink",
        ".bim",
        lambda d: b"".join(b"9" + line for line in d.splitlines(keepends=True)),
        "no variants on chromosomes 1-22",
    ),
    "alleles 1 and 2": (
        "plink",
        ".bim",
        lambda d: re.sub(rb"\t[ACGT]\t[ACGT]", b"\t1\t2", d),
        r"no allele of this file is a sequence[\s\S]*1, 2[\s\S]*--update-alleles",
    ),
    "alleles 1 to 4": (
        "plink",
        ".bim",
        lambda d: re.sub(rb"\t[ACGT]\t[ACGT]", b"\t0\t4", d),
        "plink --alleleACGT",
    ),
    "alleles A and B": (
        "plink",
        ".bim",
        lambda d: re.sub(rb"\t[ACGT]\t[ACGT]", b"\tA\tB", d),
        r"A, B[\s\S]*--update-alleles",
    ),
    "binary bim": ("plink", ".bim", lambda d: b"\xff\xfe" + d, "line 1: .*not UTF-8"),
    "duplicate": (
        "plink",
        ".fam",
        lambda d: d.replace(b"s1", b"s3"),
        r"stand in this file more than once[\s\S]*s3[\s\S]*e\.g\. F0_s3",
    ),
    "the very same": (
        "plink",
        ".fam",
        lambda d: d.replace(b"F1 s1", b"F0 s3"),
        "--remove or --update-ids",
    ),
    "short fam": ("plink", ".fam", lambda d: b"F1 s1\n" + d, r"line 1: .*too few"),
    "no samples": ("plink", ".fam", lambda d: b"", "no samples"),
    "fewer samples": ("pgen", ".psam", lambda d: d[:-6], "5 samples[\\s\\S]*4, as"),
    "no header": (
        "pgen",
        ".pvar",
        lambda d: d[d.index(b"\n") + 1 :],
        r"a\.pvar, line 1: .*no header line that starts with #CHROM",
    ),
    "no ALT": ("pgen", ".pvar", lambda d: d.replace(b"ALT", b"A1"), "ALT missing"),
    "two IDs": ("pgen", ".pvar", lambda d: d.replace(b"ALT", b"ALT\tID"), "each once"),
    "pvar fields": (
        "pgen",
        ".pvar",
        lambda d: d.replace(b"v2\tG", b"v2\t\tG"),
        "line 3: .* 6 fields",
    ),
    "pvar unsorted": (
        "pgen",
        ".pvar",
        lambda d: d.replace(b"\t200\t", b"\t20\t"),
        r"a\.pvar, line 3: positions are not in ascending order",
    ),
    "fewer variants": (
        "pgen",
        ".pvar",
        lambda d: d[: d.index(b"X\t")],
        r"4 variants[\s\S]*3, as the \.pvar has",
    ),
    "bed as pgen": ("pgen", ".pgen", lambda d: b"\x6c\x1b\x01" + d, "not a .pgen"),
    "more alleles": (
        "pgen",
        ".pgen",
        lambda d: d[:11] + bytes([d[11] ^ 0x3]) + d[12:],
        "damaged",
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_bad_filesets_are_refused_with_place_and_cure(tmp_path, case):
    kind, suffix, change, expected = HOSTILE[case]
    if kind == "plink":
        write_bed(tmp_path / "a", SAMPLES, VARIANTS, CALLS)
    else:
        write_pgen(tmp_path / "a", SAMPLES, VARIANTS, CALLS)
    spoil(tmp_path / f"a{suffix}", change)
    with pytest.raises(GenostratError, match=expected) as caught:
        inspect_filesets([tmp_path / "a"], kind=kind)
    assert all(p.file and p.fix for p in caught.value.problems)


def test_a_pgen_cut_anywhere_is_refused_before_it_is_read(tmp_path):
    rng = np.random.default_rng(2)
    names = [f"s{n}" for n in range(40)]
    variants = [f"1 {n + 1} v{n} A G" for n in range(30)]
    calls = rng.choice([0, 1, 2, M], size=(30, 40))
    prefix = write_pgen(tmp_path / "a", names, variants, calls)
    whole = (tmp_path / "a.pgen").read_bytes()
    for length in range(0, len(whole), 7):
        (tmp_path / "a.pgen").write_bytes(whole[:length])
        with pytest.raises(GenostratError, match=r"a\.pgen"):
            inspect_pgen(prefix)


def test_a_pgen_damaged_after_it_was_checked_is_an_error(tmp_path):
    prefix = write_pgen(tmp_path / "a", SAMPLES, VARIANTS, CALLS)
    files = [inspect_pgen(prefix)]
    spoil(tmp_path / "a.pgen", lambda data: data[:-2])
    with pytest.raises(GenostratError, match=r"a\.pgen: .*damaged or was cut short"):
        read_fileset_piece(
            plan_pieces(files, n_pieces=1)[0],
            files=files,
            samples=SAMPLES,
            options=ReadOptions(frozenset(), "missing", False, GRCH38, {}),
            folder=tmp_path / "piece",
        )


def test_missing_parts_of_a_fileset_are_named_together(tmp_path):
    write_bed(tmp_path / "a", SAMPLES, VARIANTS, CALLS)
    (tmp_path / "a.bim").unlink()
    (tmp_path / "a.fam").unlink()
    with pytest.raises(GenostratError) as caught:
        inspect_plink(tmp_path / "a")
    assert [Path(p.file).name for p in caught.value.problems] == [
        "a.bim",
        "a.fam",
    ]


def test_damaged_zstd_and_whole_zstd(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    write_pgen(tmp_path / "a", SAMPLES, VARIANTS, CALLS)
    # a header may have been written in another encoding
    text = b"##INFO=<Description='caf\xe9'>\n" + (tmp_path / "a.pvar").read_bytes()
    (tmp_path / "a.pvar").unlink()
    packed = tmp_path / "a.pvar.zst"
    with pyarrow.output_stream(str(packed), compression="zstd") as stream:
        stream.write(text)
    assert len(inspect_pgen(tmp_path / "a").variants) == 4
    packed.write_bytes(packed.read_bytes()[:-9])
    with pytest.raises(GenostratError, match=r"a\.pvar\.zst"):
        inspect_pgen(tmp_path / "a")
