"""PLINK filesets are read as the same data from a VCF, and taken in by a cohort."""

import json

import intake_cases
import numpy as np
import pandas as pd
import pytest
from plink_files import (
    CALLS,
    SAMPLES,
    VARIANTS,
    inspect_plink,
    needs_plink2,
    run_plink2,
    write_bed,
    write_pgen,
    write_samples,
)
from vcf_files import write_vcf

from genostrat.errors import GenostratError
from genostrat.genome.contigs import canonical_contig
from genostrat.genotypes.builds import GRCH38
from genostrat.genotypes.ingest.fileset_pieces import read_fileset_piece
from genostrat.genotypes.ingest.gathering import (
    gather_pieces,
)
from genostrat.genotypes.ingest.pieces import (
    read_piece,
)
from genostrat.genotypes.ingest.planning import (
    plan_pieces,
)
from genostrat.genotypes.plink.filesets import (
    inspect_fileset,
    inspect_filesets,
)
from genostrat.genotypes.plink.references import check_references
from genostrat.genotypes.plink.selection import select_variants
from genostrat.genotypes.records import ReadOptions
from genostrat.genotypes.store import Store
from genostrat.genotypes.vcf.inspection import count_records, inspect_vcfs
from genostrat.tables import read_arrays

M = -9


def options(**changes):
    values = {
        "filters": frozenset({"PASS", "."}),
        "half_calls": "missing",
        "absent_is_reference": False,
        "build": GRCH38,
        "markers": {},
    }
    return ReadOptions(**(values | changes))


def ingest(files, folder, *, n_pieces=1, samples=None, read=None):
    """Read filesets into a store; return it with its counts and metrics."""
    samples = samples or sorted(files[0].samples)
    folders = []
    for number, regions in enumerate(plan_pieces(files, n_pieces=n_pieces)):
        folders.append(folder / f"piece{number}")
        read_fileset_piece(
            regions,
            files=files,
            samples=samples,
            options=read or options(),
            folder=folders[-1],
        )
    sexes = [""] * len(samples)
    store = folder / "store"
    gathered = gather_pieces(folders, samples=samples, sexes=sexes, store=store)
    return Store(store), gathered.counts, gathered.metrics


def rows_of(contig):
    """Return the rows of a contig: variant and genotypes, in the store's order."""
    variants = contig.variants
    keys = zip(variants["position"], variants["ref"], variants["alt"], strict=True)
    calls = contig.read(np.arange(len(variants))).tolist()
    return list(zip(keys, calls, strict=True))


def test_a_bed_written_by_hand_is_read_as_the_format_says(tmp_path):
    prefix = tmp_path / "hand"
    prefix.with_suffix(".bim").write_text("1 rs1 0 100 G A\n1 rs2 0 200 C T\n")
    prefix.with_suffix(".fam").write_text("".join(f"f {s} 0 0 0 -9\n" for s in SAMPLES))
    # samples from the lowest bits: 00 is A1 A1, 01 missing, 10 A1 A2, 11 A2 A2
    data = b"\x6c\x1b\x01" + bytes([0b11100100, 0b10, 0b01111011, 0b00])
    prefix.with_suffix(".bed").write_bytes(data)
    store, counts, metrics = ingest([inspect_plink(prefix)], tmp_path)
    # in the file's order: A1A1 missing A1A2 A2A2 A1A2; then A2A2 A1A2 A2A2 missing A1A1
    assert rows_of(store.contig("1")) == [
        ((100, "A", "G"), [M, 0, 2, 1, 1]),
        ((200, "T", "C"), [1, M, 0, 2, 0]),
    ]
    assert counts["genotypes"] == {"missing": 2, "hom_ref": 3, "other": 5}
    assert not metrics.drop(columns="sample_id").to_numpy().any()


@pytest.mark.parametrize("n_samples", [1, 4, 5, 17])
@pytest.mark.parametrize("write", [write_bed, write_pgen])
def test_genotypes_do_not_depend_on_order_subset_or_scatter(tmp_path, write, n_samples):
    rng = np.random.default_rng(n_samples)
    names = [f"s{n:02}" for n in rng.permutation(n_samples)]
    calls = rng.choice([0, 1, 2, M], size=(300, n_samples)).astype(np.int8)
    # a .bim has A1, the counted allele, before A2
    alleles = "G A" if write is write_bed else "A G"
    variants = [f"{1 + n // 200} {n + 1}000 v{n} {alleles}" for n in range(300)]
    prefix = write(tmp_path / "a b;c", names, variants, calls)
    kind = "plink" if write is write_bed else "pgen"
    files = inspect_filesets([prefix], kind=kind)
    wanted = sorted(names)[: max(1, n_samples - 2)]
    bytes_seen = []
    for n_pieces in (1, 4):
        folder = tmp_path / str(n_pieces)
        store, counts, _ = ingest(files, folder, n_pieces=n_pieces, samples=wanted)
        assert counts["records_by_contig"] == count_records(files)
        bytes_seen.append([f.read_bytes() for f in sorted(store.folder.iterdir())])
    assert bytes_seen[0] == bytes_seen[1]
    found = [row for contig in store.contigs for _, row in rows_of(contig)]
    places = [names.index(name) for name in wanted]
    np.testing.assert_array_equal(found, calls[:, places])
    assert (store.contig("1").variants[["ref", "alt"]] == ["A", "G"]).all(axis=None)


def test_alleles_of_a_bim_are_judged_as_those_of_a_vcf(tmp_path):
    variants = [
        "1 100 mono 0 A",  # no sample has A1
        "1 200 none 0 0",
        "1 300 insertion I D",
        "1 400 numbers 1 3",
        "1 500 small c t",
        "1 500 . C T",  # the same variant twice
        "1 500 other G T",
        "1 500 third C T",
        "1 600 deletion <DEL> A",
        "1 700 list A,C G",
        "0 0 unplaced A G",
        "1 -7 removed A G",
        "contig_9 5 patch A G",
    ]
    calls = [[0] * 5] * 4 + [[1] * 5] * 9
    file = inspect_plink(write_bed(tmp_path / "a", SAMPLES, variants, calls))
    store, counts, _ = ingest([file], tmp_path)
    assert [key for key, _ in rows_of(store.contig("1"))] == [
        (100, "A", "."),
        (500, "T", "C"),
        (500, "T", "G"),
    ]
    assert counts["dropped"] == {
        "reference_not_acgt": 3,
        "symbolic_allele": 2,
        "duplicate_variant": 2,
    }
    assert counts["n_records"] == 10
    assert counts["genotypes"] == {"hom_ref": 5, "other": 20}
    doubts = check_references(file, {}).doubts
    assert doubts[0].startswith("3 of 13 variants of a.bim are not on chromosomes")


def test_both_ends_of_a_region_belong_to_it(tmp_path):
    file = inspect_plink(write_bed(tmp_path / "a", SAMPLES, VARIANTS, CALLS))
    for start, end, names in [(100, 200, "v1 v2"), (101, 200, "v2"), (1, 199, "v1")]:
        selection, counts = select_variants(
            file, contig="1", start=start, end=end, options=options()
        )
        found = [line.split("\t")[2] for line in selection.lines.to_pylist()]
        assert found == names.split()
        assert counts.n_records == len(found)


def test_contig_codes_of_plink(tmp_path):
    assert [canonical_contig(c) for c in ("23", "x", "chrX", "25", "XY", "PAR1")] == [
        "X"
    ] * 6
    assert [canonical_contig(c) for c in ("24", "26", "chrM", "MT", "22")] == [
        *("Y", "MT", "MT", "MT", "22")
    ]
    assert [canonical_contig(c) for c in ("0", "27", "chrUn_1", "")] == [None] * 4
    places = ["23 3000000", "23 9000000", "24 5000000", "25 100000", "25 155800000"]
    variants = [f"{place} v G A" for place in [*places, "26 73"]]
    calls = [[n % 3] * 5 for n in range(6)]
    file = inspect_plink(write_bed(tmp_path / "a", SAMPLES, variants, calls))
    store, counts, _ = ingest([file], tmp_path, n_pieces=3)
    # the pseudo-autosomal regions take their places on X
    assert [(key[0], row[0]) for key, row in rows_of(store.contig("X"))] == [
        (100_000, 0),
        (3_000_000, 0),
        (9_000_000, 1),
        (155_800_000, 1),
    ]
    assert counts["contigs"] == {"X": 4, "Y": 1, "MT": 1}
    # a merge of single samples is judged on autosomes alone
    assert counts["genotypes"] == {}


RECORDS = [
    "1 100 . A C,* 50 PASS . GT 0/1 1|2 ./. 2|1 1/1",
    "1 200 rs1 A C . . . GT 0|1 . 1|0 1/1 0/1",
    "1 300 . A . . PASS . GT 0/0 ./. 0|0 0/0 0/0",
    "1 400 . A <DEL> . PASS . GT 0/1 1/1 0/0 0/0 0/0",
    "1 500 . A G 3.25 LowQual . GT 0/1 1/1 0/0 0/0 0/0",
    "1 600 . N G . PASS . GT 0/1 1/1 0/0 0/0 0/0",
    "1 900 . AT A . PASS . GT 0|1 ./. 1/1 1|0 0/0",
    "1 900 again AT A . PASS . GT 0/1 ./. 1/1 0/0 0/0",
    "1 900 . AT G 7 PASS . GT 0/0 0/0 0/1 0/0 0/0",
    "1 900 . AT A . PASS . GT 0/0 0/0 0/1 0/0 0/0",
    "1 1000 . a g . PASS . GT 0/1 ./. 1/1 0/0 0/0",
    "1 1100 . A C,<NON_REF>,T . PASS . GT 0|3 1|2 3|3 3|1 0/0",
    "2 100 . C CTT,G,CT . PASS . GT 0|1 2|1 3|0 1/3 ./.",
    "X 100000 par A G . PASS . GT 0/1 1/1 0|1 0/0 ./.",
    "X 5000000 hap A G . PASS . GT 0 1/1 1 . 0/1",
    "X 5000001 . A G,C . PASS . GT 0 1/2 2 . 0|2",
    "Y 5000000 . A T . PASS . GT 1 . 0 . .",
    "MT 73 . A G . PASS . GT 1 0 1 . 0",
]
CONTIGS = ("1", "2", "X", "Y", "MT")


def read_both(tmp_path, records, *, kind, read, arguments=()):
    """Read records as VCF and as the fileset that plink2 makes of them."""
    path = write_vcf(tmp_path / "a.vcf.gz", SAMPLES, records, contigs=CONTIGS)
    write_samples(tmp_path / "sex.psam", SAMPLES)
    sexes = "".join(f"{name}\t{n % 2 + 1}\n" for n, name in enumerate(SAMPLES))
    (tmp_path / "sex.psam").write_text(f"#IID\tSEX\n{sexes}")
    prefix = tmp_path / "made by plink"
    run_plink2("--vcf", path, "--psam", tmp_path / "sex.psam", *arguments, prefix)
    vcfs = inspect_vcfs([path])
    filesets = inspect_filesets([prefix], kind=kind)
    assert filesets[0].lengths == (vcfs[0].lengths if kind == "pgen" else {})
    order = sorted(SAMPLES)
    read_piece(
        plan_pieces(vcfs, n_pieces=1)[0],
        files=[path],
        samples=order,
        file_samples=[vcfs[0].samples],
        options=read,
        folder=tmp_path / "vcf",
    )
    gathered = gather_pieces(
        [tmp_path / "vcf"], samples=order, sexes=[""] * 5, store=tmp_path / "store"
    )
    theirs = ingest(filesets, tmp_path / kind, read=read)
    return (Store(tmp_path / "store"), gathered.counts), theirs


def assert_same_stores(ours, theirs):
    names = sorted(path.name for path in ours.folder.iterdir())
    assert sorted(path.name for path in theirs.folder.iterdir()) == names
    for name in names:
        pair = [(store.folder / name).read_bytes() for store in (ours, theirs)]
        assert pair[0] == pair[1], name


@needs_plink2
@pytest.mark.parametrize(
    ("arguments", "changes"),
    [
        (["--make-pgen", "--out"], {}),
        (["--make-pgen", "vzs", "--out"], {"keep_phase": True}),
        (["--make-pgen", "--out"], {"absent_is_reference": True}),
        (["--make-pgen", "--out"], {"filters": frozenset(), "keep_phase": True}),
        (["--make-pgen", "--output-chr", "26", "--out"], {"keep_phase": True}),
    ],
    ids=["plain", "zst-phase", "absent", "unfiltered-phase", "codes"],
)
def test_pgen_of_plink2_gives_the_store_of_its_vcf(tmp_path, arguments, changes):
    read = options(**changes)
    (store, counts), (other, found, metrics) = read_both(
        tmp_path, RECORDS, kind="pgen", read=read, arguments=arguments
    )
    assert_same_stores(store, other)
    assert found == counts
    # rows that are a part of their record; on X a VCF has haploid calls too
    rows, theirs = (
        read_arrays(tmp_path / folder / "irregular.npz")
        for folder in ("vcf", "pgen/piece0")
    )
    assert [theirs[key].tolist() for key in "01"] == [
        rows[key].tolist() for key in "01"
    ]
    assert theirs["0"].size
    assert counts["n_multiallelic"] == 4
    # what a PGEN cannot say is not said to be nought of something
    assert not metrics["n_called_x"].any()


@needs_plink2
def test_bed_of_plink2_gives_the_genotypes_of_its_vcf(tmp_path):
    read = options(filters=frozenset())
    records = [r for r in RECORDS if "," not in r]
    arguments = ["--output-chr", "26", "--make-bed", "--out"]
    (store, counts), (other, found, _) = read_both(
        tmp_path, records, kind="plink", read=read, arguments=arguments
    )
    for contig in store.contigs:
        same = other.contig(contig.name)
        assert rows_of(same) == rows_of(contig)
        assert list(same.variants["identifier"]) == list(contig.variants["identifier"])
    del counts["contigs"], found["contigs"]
    assert found == counts


@needs_plink2
def test_swapped_alleles_are_reported_and_not_mended(tmp_path):
    rng = np.random.default_rng(8)
    calls = rng.choice([0, 1, 2], p=[0.1, 0.2, 0.7], size=(40, 30))
    names = [f"s{n:02}" for n in range(30)]
    variants = [f"1 {n + 1}000 rs{n} A C" for n in range(40)]
    source = write_pgen(tmp_path / "true", names, variants, calls)
    made = tmp_path / "made"
    run_plink2("--pfile", source, "--maj-ref", "force", "--make-bed", "--out", made)
    markers = {("1", 1000 * n, "A", "C"): "GRCh38" for n in range(1, 41, 2)}
    file = inspect_plink(made)
    check = check_references(file, markers)
    assert (check.n_known, check.n_swapped) == (20, 20)
    assert check.evidence.verdict()[0] == "GRCh38"
    assert "of 20 known variants, 20 have the genome's reference allele as" in str(
        check.doubts
    )
    store, counts, _ = ingest([file], tmp_path, read=options(markers=markers))
    assert rows_of(store.contig("1")) == [
        ((1000 * (n + 1), "C", "A"), list(2 - row)) for n, row in enumerate(calls)
    ]
    # alleles either way round still show the build
    assert counts["markers"]["GRCh38"] == 20
    # plink2 carries the doubt over into a pgen made of the bed
    run_plink2("--bfile", made, "--make-pgen", "--out", tmp_path / "carried")
    assert inspect_fileset(tmp_path / "carried.pgen").ref_provisional
    assert not inspect_fileset(f"{source}.pgen").ref_provisional


def test_provisional_references_of_a_pgen_are_known_by_its_flags(tmp_path):
    variants = ["1 100 a A G", "1 200 b A T"]
    for flags in (True, False):
        prefix = write_pgen(
            tmp_path / str(flags), SAMPLES, variants, CALLS[:2], flags=flags
        )
        assert inspect_fileset(f"{prefix}.pgen").ref_provisional is flags
    # a wrong reference is reported whatever the flags say
    known = {("1", 100, "G", "A"): "GRCh38"}
    # which of A and T is the reference may be a matter of strand
    assert (
        check_references(
            inspect_fileset(tmp_path / "False.pgen"),
            known | {("1", 200, "T", "A"): "GRCh38"},
        ).n_known
        == 1
    )
    assert (
        "not every reference allele"
        in check_references(inspect_fileset(tmp_path / "False.pgen"), known).doubts[0]
    )


def test_filesets_of_one_cohort_must_agree(tmp_path):
    one = write_bed(tmp_path / "1", SAMPLES, VARIANTS[:2], CALLS[:2])
    two = write_bed(tmp_path / "2", SAMPLES[::-1], VARIANTS[2:], CALLS[2:])
    files = inspect_filesets([one, two], kind="plink")
    store, *_ = ingest(files, tmp_path)
    assert rows_of(store.contig("2"))[0][1] == [M] * 5
    # the second file has the samples the other way round: s4 s2 s5 s1 s3
    assert rows_of(store.contig("X"))[0][1] == [2, 0, 1, 0, 0]
    other = write_bed(tmp_path / "3", ["s1", "z"], VARIANTS[:1], [[0, 0]])
    with pytest.raises(GenostratError, match="contig 1 stands in two") as caught:
        inspect_filesets([one, two, other], kind="plink")
    assert "4 missing: s2, s3, s4, s5; 1 more: z" in str(caught.value)


def check(tmp_path, genotypes, ids, **more):
    sheet = tmp_path / "samples.tsv"
    pd.DataFrame({"sample_id": ids, "sex": ""}).to_csv(sheet, sep="\t", index=False)
    config = {
        "samples": {"path": str(sheet)},
        "genotypes": genotypes | {"build": "GRCh38"},
    }
    return intake_cases.check(tmp_path, config, n_pieces=2, **more)


def test_intake_records_the_source_and_its_doubts(tmp_path):
    prefix = str(write_bed(tmp_path / "my data.v1", SAMPLES, VARIANTS, CALLS))
    known = {("1", 100, "G", "A"): "GRCh38", ("1", 200, "A", "G"): "GRCh38"}
    known |= {("2", 50, "T", "C"): "GRCh38"}
    intake = check(tmp_path, {"plink": prefix}, sorted(SAMPLES), markers=known)
    record = json.loads(json.dumps(intake.record))
    assert record["source"] == "plink"
    assert record["ref_provisional"] is True
    assert record["files"] == [f"{prefix}.bed"]
    assert record["records"] == {"1": 2, "2": 1, "X": 1}
    assert record["formats"] == ["GT"]
    assert record["build_shown_by"] == "3 known variants"
    assert "of 3 known variants, 1 have" in record["warnings"][-1]
    assert intake.genotyped == sorted(SAMPLES)


def test_intake_finds_the_wrong_build_and_names_joined_identifiers(tmp_path):
    prefix = str(write_pgen(tmp_path / "a", SAMPLES, VARIANTS, CALLS))
    known = {("1", 100, "G", "A"): "GRCh37", ("1", 200, "G", "A"): "GRCh37"}
    known |= {("2", 50, "C", "T"): "GRCh37"}
    with pytest.raises(GenostratError, match="the data are on GRCh37"):
        check(tmp_path, {"pgen": [prefix]}, sorted(SAMPLES), markers=known)
    doubled = [f"{name}_{name}" for name in sorted(SAMPLES)]
    with pytest.raises(GenostratError, match="twice, as FAMILY_SAMPLE"):
        check(tmp_path, {"pgen": prefix}, doubled)
