"""The reader and the store against a full parse by pysam, and on hostile records."""

import itertools
import shutil

import numpy as np
import pandas as pd
import pysam
import pytest
from oracle import read_options
from oracle_comparison import read_with_genostrat
from vcf_files import simple_records, write_vcf

from genostrat.errors import GenostratError
from genostrat.genotypes.builds import GRCH38
from genostrat.genotypes.ingest.calls import (
    build_store,
)
from genostrat.genotypes.ingest.gathering import (
    gather_pieces,
)
from genostrat.genotypes.ingest.merges import looks_merged
from genostrat.genotypes.ingest.pieces import (
    read_piece,
)
from genostrat.genotypes.ingest.planning import (
    plan_pieces,
)
from genostrat.genotypes.kernels.records import pack_codes, unpack_codes
from genostrat.genotypes.records import INTENSITY_UNIT
from genostrat.genotypes.store import Store
from genostrat.genotypes.vcf.inspection import count_records, inspect_vcfs

HOSTILE = [
    # multi-allelic with a deletion that spans the place, and half-calls
    "1 100 . A C,* 50 PASS . GT:AD:DP:GQ 0/1:10,10,0:20:99 1/2 0/.:1,2,3:.:.",
    # haploid, missing and diploid in one record; trailing fields dropped
    "1 200 rs1 A C . . . GT:DP 0:10 . 1",
    # no alternate allele
    "1 300 . A . . PASS . GT:DP 0/0:10 .:5 0|0",
    "1 400 . A <DEL> . PASS . GT 0/1 1/1 0/0",
    "1 500 . A G . LowQual . GT 0/1 1/1 0/0",
    "1 600 . N G . PASS . GT 0/1 1/1 0/0",
    # FORMAT without GT, then GT not first and phased
    "1 700 . A G . PASS . DP 10 . 3",
    "1 800 . A G . PASS . DP:GT 10:0|1 .:1|0 3:1|1",
    "1 900 . AT A . PASS . GT 0/1 ./. 1/1",
    # the same variant twice, and a second alternate allele in a record of its own
    "1 900 . AT A . PASS . GT 0/1 ./. 1/1",
    "1 900 . AT G . PASS . GT 0/0 0/0 0/1",
    "1 1000 . a g . PASS . GT 0/1 ./1 1/1",
    "1 1100 . A C,<NON_REF>,T . PASS . GT 0/3 1/2 3/3",
]
M = -9
EXPECTED = {
    (100, "A", "C"): [1, M, M],
    (200, "A", "C"): [0, M, 2],
    (300, "A", "."): [0, M, 0],
    (800, "A", "G"): [1, 1, 2],
    (900, "AT", "A"): [1, M, 2],
    (900, "AT", "G"): [0, 0, 1],
    (1000, "A", "G"): [1, M, 2],
    (1100, "A", "C"): [0, 1, 0],
    (1100, "A", "T"): [1, 0, 2],
}


def ingest(paths, folder, *, n_pieces=1, samples=None, read=None):
    """Read files into a store; return it with the counts and metrics."""
    files = inspect_vcfs(paths)
    samples = sorted(files[0].samples) if samples is None else samples
    folders = []
    for number, regions in enumerate(plan_pieces(files, n_pieces=n_pieces)):
        folders.append(folder / f"piece{number}")
        read_piece(
            regions,
            files=paths,
            samples=samples,
            file_samples=[file.samples for file in files],
            options=read or read_options(),
            folder=folders[-1],
        )
    sexes = [""] * len(samples)
    store = folder / "store"
    gathered = gather_pieces(folders, samples=samples, sexes=sexes, store=store)
    return Store(store), gathered.counts, gathered.metrics


def calls_of(contig):
    genotypes = contig.read(np.arange(len(contig.variants)))
    keys = zip(
        contig.variants["position"],
        contig.variants["ref"],
        contig.variants["alt"],
        strict=True,
    )
    return {key: list(map(int, row)) for key, row in zip(keys, genotypes, strict=True)}


def test_hostile_records_are_read_as_documented(tmp_path):
    path = write_vcf(tmp_path / "a.vcf.gz", ["s1", "s2", "s3"], HOSTILE)
    store, counts, metrics = ingest([path], tmp_path)
    assert calls_of(store.contig("1")) == EXPECTED
    assert counts["dropped"] == {
        "symbolic_allele": 2,
        "filter": 1,
        "reference_not_acgt": 1,
        "no_genotypes": 1,
        "duplicate_variant": 1,
    }
    assert counts["n_records"] == len(HOSTILE)
    assert list(metrics["n_half_call"]) == [0, 1, 1]
    # DP of called genotypes only: s1 20+10+10+10; s3's 1/2 and half-call do not count
    assert list(metrics["dp_sum"]) == [50, 0, 3]


def test_a_half_call_can_be_taken_for_reference(tmp_path):
    path = write_vcf(tmp_path / "a.vcf.gz", ["s1", "s2", "s3"], HOSTILE)
    store, *_ = ingest([path], tmp_path, read=read_options(half_calls="reference"))
    calls = calls_of(store.contig("1"))
    assert calls[(100, "A", "C")] == [1, M, 0]
    assert calls[(1000, "A", "G")] == [1, 1, 2]


def test_absent_calls_become_reference_only_when_asked(tmp_path):
    path = write_vcf(tmp_path / "a.vcf.gz", ["s1", "s2", "s3"], HOSTILE)
    store, *_ = ingest([path], tmp_path, read=read_options(absent_is_reference=True))
    calls = calls_of(store.contig("1"))
    assert calls[(900, "AT", "A")] == [1, 0, 2]
    # a half-call is not an absent call
    assert calls[(1000, "A", "G")] == [1, M, 2]


def parse_with_pysam(path, samples):
    """Count alternate alleles of bi-allelic records the slow way."""
    found = {}
    with pysam.VariantFile(str(path)) as stream:
        for record in stream:
            row = []
            for name in samples:
                alleles = record.samples[name]["GT"]
                if None in alleles:
                    row.append(M)
                elif len(alleles) == 1:
                    row.append(2 * alleles[0])
                else:
                    row.append(sum(alleles))
            found[(record.pos, record.ref, record.alts[0])] = row
    return found


@pytest.mark.parametrize("n_pieces", [1, 2, 7])
@pytest.mark.parametrize("kind", ["vcf.gz", "bcf"])
def test_store_equals_a_full_parse_whatever_the_scatter(tmp_path, n_pieces, kind):
    rng = np.random.default_rng(n_pieces)
    names = [f"s{number:02}" for number in rng.permutation(13)]
    records = simple_records(400, 13, rng, step=500_000)
    records += simple_records(90, 13, rng, contig="X", step=1_500_000)
    path = write_vcf(tmp_path / "a.vcf.gz", names, records, contigs=("1", "X"))
    if kind == "bcf":
        target = tmp_path / "a.bcf"
        pysam.bcftools.view("-Ob", "-o", str(target), str(path), catch_stdout=False)
        pysam.bcftools.index(str(target), catch_stdout=False)
        path = target
    store, counts, _ = ingest([path], tmp_path, n_pieces=n_pieces)
    assert store.samples == sorted(names)
    merged = calls_of(store.contig("1")) | calls_of(store.contig("X"))
    assert merged == parse_with_pysam(path, store.samples)
    assert counts["n_stored"] == 490


def test_scatter_does_not_change_a_byte(tmp_path):
    rng = np.random.default_rng(3)
    records = [
        f"1 {i * 400_000 + 1} . A G . PASS . GT:AD:DP:GQ "
        + " ".join(
            f"{gt}:{a},{b}:{a + b}:{q}"
            for gt, a, b, q in zip(
                rng.choice(["0/0", "0/1", "1/1"], 9),
                rng.integers(0, 40, 9),
                rng.integers(0, 40, 9),
                rng.integers(5, 99, 9),
                strict=True,
            )
        )
        for i in range(300)
    ]
    path = write_vcf(tmp_path / "a.vcf.gz", [f"s{i}" for i in range(9)], records)
    seen = []
    for n_pieces in (1, 5):
        store, _, metrics = ingest([path], tmp_path / str(n_pieces), n_pieces=n_pieces)
        files = sorted(store.folder.iterdir())
        seen.append(([file.read_bytes() for file in files], metrics.to_csv()))
        assert metrics["charr_n"].sum() > 0
    assert seen[0] == seen[1]


def test_files_with_samples_in_another_order_are_joined(tmp_path):
    rng = np.random.default_rng(4)
    one = write_vcf(tmp_path / "1.vcf.gz", ["a", "b", "c"], simple_records(20, 3, rng))
    two = write_vcf(
        tmp_path / "2.vcf.gz",
        ["c", "a", "b"],
        simple_records(20, 3, rng, contig="2"),
        contigs=("2",),
    )
    store, *_ = ingest([one, two], tmp_path)
    assert calls_of(store.contig("1")) == parse_with_pysam(one, ["a", "b", "c"])
    assert calls_of(store.contig("2")) == parse_with_pysam(two, ["a", "b", "c"])


def test_triploid_genotypes_are_refused_with_their_place(tmp_path):
    records = ["1 100 . A C . PASS . GT 0/1/1 0/0/0"]
    path = write_vcf(tmp_path / "a.vcf.gz", ["a", "b"], records)
    with pytest.raises(
        GenostratError,
        match=r"more than two alleles\s+found: +chr1:100 at virtual offset",
    ):
        ingest([path], tmp_path)


@pytest.mark.parametrize("n_samples", [1, 3, 4, 5, 17])
def test_packing_is_undone_by_unpacking(n_samples):
    rng = np.random.default_rng(n_samples)
    block = rng.choice([0, 1, 2, -9], size=(50, n_samples)).astype(np.int8)
    width = -(-n_samples // 4)
    packed = np.zeros((len(block), width), np.uint8)
    for calls, row in zip(block, packed, strict=True):
        codes = np.zeros(4 * width, np.uint8)
        codes[:n_samples] = np.where(calls < 0, 3, calls)
        pack_codes(codes, row)
    again = np.empty_like(block)
    unpack_codes(packed, again)
    np.testing.assert_array_equal(again, block)


def test_pieces_cover_every_position_once(tmp_path):
    rng = np.random.default_rng(5)
    records = simple_records(50, 2, rng) + simple_records(10, 2, rng, contig="2")
    path = write_vcf(tmp_path / "a.vcf.gz", ["a", "b"], records, contigs=("1", "2"))
    for n_pieces in (1, 2, 3, 8):
        pieces = plan_pieces(inspect_vcfs([path]), n_pieces=n_pieces)
        assert len(pieces) == n_pieces
        regions = [region for piece in pieces for region in piece]
        for contig in ("1", "2"):
            own = [r for r in regions if r.contig == contig]
            assert own[0].start == 1
            assert own[-1].end > GRCH38.lengths[contig]
            assert all(a.end + 1 == b.start for a, b in itertools.pairwise(own))


@pytest.mark.parametrize(
    ("n_samples", "missing", "hom_ref", "other", "merged"),
    [
        (10, 4500, 0, 500, True),
        (9, 100, 4000, 900, False),
        (9, 0, 0, 900, False),  # an array of common variants with few missing
        # what real people give: at sites that vary in at least one of them
        (2, 238, 0, 656, True),  # unrelated
        (2, 85, 0, 1677, True),  # parent and child
        (3, 393, 0, 2607, True),  # a trio
        (2, 11, 74, 1677, False),  # parent and child, called jointly
        (3, 15, 379, 2606, False),  # a trio, called jointly
        (2, 60, 5, 1935, False),  # two copies of a sample, called jointly and badly
        (2, 9, 0, 31, False),  # too few to tell
        (1, 400, 0, 600, False),
        (3, 3000, 0, 0, False),
    ],
)
def test_a_merge_of_single_sample_files_is_recognised(
    n_samples, missing, hom_ref, other, merged
):
    genotypes = {"missing": missing, "hom_ref": hom_ref, "other": other}
    assert looks_merged(genotypes, n_samples=n_samples) == merged


@pytest.mark.parametrize("n_samples", [2, 3, 4])
def test_families_pass_when_called_jointly_and_are_refused_when_merged(
    tmp_path, n_samples
):
    """A child shares most of its variants with a parent: the hardest merge to see."""
    rng = np.random.default_rng(1)
    frequency = rng.beta(0.6, 1.5, 3000)
    haplotypes = (rng.random((3000, 4)) < frequency[:, None]).astype(int)
    father, mother, *children = haplotypes[:, :2], haplotypes[:, 2:]
    for _ in range(2):
        picks = rng.integers(2, size=(3000, 2))
        own = [father[range(3000), picks[:, 0]], mother[range(3000), picks[:, 1]]]
        children.append(np.stack(own, axis=1))
    family = np.stack([children[0], father, mother, children[1]])[:n_samples]
    names = [f"p{i}" for i in range(n_samples)]
    for joint in (True, False):
        records = []
        for place, row in enumerate(family.transpose(1, 0, 2).sum(axis=2)):
            if row.any():
                calls = [("0/0" if joint else "./."), "0/1", "1/1"]
                cells = " ".join(calls[n] for n in row)
                records.append(f"1 {100 * place + 100} . A G . PASS . GT {cells}")
        path = write_vcf(tmp_path / f"{joint}.vcf.gz", names, records)
        if joint:
            read_with_genostrat([path], tmp_path / "joint", judge="refuse")
        else:
            with pytest.raises(GenostratError, match="merged into one"):
                read_with_genostrat([path], tmp_path / "merged", judge="refuse")


def run_build_store(
    tmp_path, records, *, declared="GRCh38", absent="refuse", read=None
):
    names = [f"s{i}" for i in range(6)]
    path = write_vcf(tmp_path / "a.vcf.gz", names, records, lengths=False)
    folder = tmp_path / "piece"
    read_piece(
        plan_pieces(inspect_vcfs([path]), n_pieces=1)[0],
        files=[path],
        samples=names,
        file_samples=[names],
        options=read or read_options(),
        folder=folder,
    )
    intake = {
        "files": [str(path)],
        "records": {"1": len(records)},
        "build_declared": declared,
        "build_detected": None,
        "build_shown_by": "",
        "chr_prefix": True,
        "formats": ["GT"],
        "warnings": [],
    }
    return build_store(
        [folder],
        intake=intake,
        samples=names,
        sheet=pd.DataFrame({"sample_id": names, "sex": "male"}),
        absent_calls=absent,
        store=tmp_path / "store",
    )


def merged_records():
    return [
        f"1 {100 * (i + 1)} . A G . PASS . GT "
        + " ".join("0/1" if j == i % 6 else "./." for j in range(6))
        for i in range(60)
    ]


def test_merged_files_are_refused_with_the_reason(tmp_path):
    with pytest.raises(GenostratError, match="single-sample files merged"):
        run_build_store(tmp_path, merged_records())


def test_merged_files_are_read_when_config_says_what_absence_means(tmp_path):
    read = read_options(absent_is_reference=True)
    summary, _ = run_build_store(
        tmp_path, merged_records(), absent="reference", read=read
    )
    assert any(
        "homozygous reference, by the user's choice" in w for w in summary["warnings"]
    )


def test_no_variant_passing_filters_is_an_error_that_says_so(tmp_path):
    records = ["1 100 . A G . LowQual . GT 0/1 0/1 0/0 0/0 0/0 0/0"]
    with pytest.raises(GenostratError, match=r"no variant is left[\s\S]*1 filter"):
        run_build_store(tmp_path, records)


def test_known_variants_show_a_wrong_build(tmp_path):
    markers = {("1", 100 * i, "A", "G"): "GRCh37" for i in range(1, 6)}
    records = [
        f"1 {100 * i} . A G . PASS . GT 0/1 0/0 0/0 0/0 0/0 1/1" for i in range(1, 9)
    ]
    read = read_options(markers=markers)
    with pytest.raises(
        GenostratError, match=r"says GRCh38, but the data are on GRCh37"
    ):
        run_build_store(tmp_path, records, read=read)


@pytest.mark.parametrize("n_bytes", [1, 200])
def test_a_damaged_block_is_an_error_not_a_short_read(tmp_path, n_bytes):
    rng = np.random.default_rng(6)
    records = simple_records(4000, 40, rng)
    names = [f"s{i}" for i in range(40)]
    path = write_vcf(tmp_path / "a.vcf.gz", names, records)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + n_bytes] = bytes(b ^ 0x55 for b in data[middle:][:n_bytes])
    path.write_bytes(data)
    shutil.copystat(f"{path}.tbi", path)
    files = inspect_vcfs([path])
    intake = {"files": [str(path)], "records": count_records(files)}

    def read_and_gather():
        read_piece(
            plan_pieces(files, n_pieces=1)[0],
            files=[path],
            samples=names,
            file_samples=[names],
            options=read_options(),
            folder=tmp_path / "piece",
        )
        build_store(
            [tmp_path / "piece"],
            intake=intake,
            samples=names,
            sheet=pd.DataFrame({"sample_id": names, "sex": ""}),
            absent_calls="refuse",
            store=tmp_path / "store",
        )

    with pytest.raises(GenostratError, match=r"a\.vcf\.gz"):
        read_and_gather()


def test_depths_and_intensities_of_x_and_y_are_summed(tmp_path):
    """Whatever the calls; where a Y is not read the depth is 0, on X not known."""
    records = [
        "1 500 . A G . PASS . GT:DP:LRR 0/0:30:0.1 0/1:20:-0.25 ./.:9:.",
        # without DP, the reads of all alleles
        "1 600 . A G . PASS . GT:AD 0/0:20,1 0/1:9,8 1/1:0,7",
        "1 700 . A G . PASS . GT:LRR 0/0:. 0/1:-1e-1 1/1:nan",
        "X 100000 . A G . PASS . GT:DP 0/0:99 0/1:99 1/1:99",
        "X 5000000 . A G . PASS . GT:DP:LRR 0/0:30:0 0:15:-0.5 ./.:.:.",
        "X 5000100 . A C,T . PASS . GT:AD 0/1:10,9,1 0:11,0,0 2/2:.",
        "X 5000200 . A G . LowQual . GT:DP 0/0:99 0/1:99 1/1:99",
        "Y 100000 . A G . PASS . GT:DP 0:99 0:99 0:99",
        "Y 5000000 . A G . PASS . GT:DP ./.:0 0:15 ./.",
        "Y 5000100 . A G . PASS . GT:LRR ./.:-2.5 0:0.0625 .:-1",
        "Y 5000200 . A G . PASS . GT ./. 0 .",
    ]
    names = ["s3", "s1", "s2"]
    path = write_vcf(tmp_path / "a.vcf.gz", names, records, contigs=("1", "X", "Y"))
    _, _, metrics = ingest([path], tmp_path, n_pieces=2)
    found = metrics.set_index("sample_id").loc[names]
    million = INTENSITY_UNIT
    assert found["dp_sum"].tolist() == [51, 37, 7]
    assert found["dp_n"].tolist() == [2, 2, 1]
    assert found["x_dp_sum"].tolist() == [50, 26, 0]
    assert found["x_dp_n"].tolist() == [2, 2, 0]
    assert found["y_dp_sum"].tolist() == [0, 15, 0]
    assert found["y_dp_n"].tolist() == [1, 1, 1]
    assert found["lrr_sum"].tolist() == [0.1 * million, -0.35 * million, 0]
    assert found["lrr_n"].tolist() == [1, 2, 0]
    assert found["x_lrr_sum"].tolist() == [0, -0.5 * million, 0]
    assert found["x_lrr_n"].tolist() == [1, 1, 0]
    assert found["y_lrr_sum"].tolist() == [-2.5 * million, 0.0625 * million, -million]
    assert found["y_lrr_n"].tolist() == [1, 1, 1]
