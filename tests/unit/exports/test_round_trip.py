"""Exported genotypes, read again by pgenlib, pysam and our own readers."""

import stat
from pathlib import Path

import numpy as np
import pandas as pd
import pgenlib
import pysam
import pytest
from export_cases import CALLS, KEPT, NAMES, PED, SEX, SITES, write_mixed_store

import genostrat
from genostrat.exports.cleaned import (
    choose_samples,
    list_excluded,
    name_variants,
    prune_variants,
    write_cleaned,
)
from genostrat.exports.imputation import (
    ImputationRules,
    choose_variants,
    describe_imputation,
    write_imputation,
)
from genostrat.genome import sequence
from genostrat.genome.sequence import Genome
from genostrat.genotypes.builds import GRCH37
from genostrat.genotypes.store import Store, write_contig
from genostrat.privacy import owner_only
from genostrat.qc.panel.sites import SiteRules
from genostrat.sheets.identifiers import is_identifier


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return write_mixed_store(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def exported(store, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exported")
    variants = name_variants(store)
    samples = choose_samples(store, PED, family_of={"b": "home"})
    with owner_only():
        write_cleaned(
            folder / "new",
            store,
            variants,
            samples,
            formats=["pgen", "bed", "vcf"],
            build=GRCH37,
            ref_provisional=False,
        )
    return folder / "new/cleaned", variants, samples


def read_pgen(prefix):
    with pgenlib.PgenReader(f"{prefix}.pgen".encode()) as reader:
        found = np.empty((reader.get_variant_ct(), reader.get_raw_sample_ct()), np.int8)
        reader.read_range(0, len(found), found)
    lines = [
        line.split("\t") for line in Path(f"{prefix}.pvar").read_text().splitlines()
    ]
    return found, lines[1:]


def test_only_the_owner_reads_what_is_exported(exported):
    prefix, _, _ = exported
    files = list(prefix.parent.iterdir())
    assert len(files) == 8
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(prefix.parent.stat().st_mode) == 0o700


def test_names_stand_once_and_each_fits_plink(exported):
    _, variants, _ = exported
    names = list(variants["identifier"])
    assert len(set(names)) == len(names)
    assert names[:5] == ["rs1", "1:200:C:T", "1:300:C:CTT", "1:300:C:T", "1:400:A:T"]
    assert all(is_identifier(name) for name in names)


def test_a_made_name_gives_way_to_one_that_is_there(tmp_path):
    write_contig(
        tmp_path,
        "1",
        blocks=[np.zeros((3, 1), np.int8)],
        n_variants=3,
        pvar_lines=[f"1\t5\t{name}\tA\tG\t.\t." for name in ("1:5:A:G", ".", ".")],
        samples=["a"],
        sexes=[""],
    )
    found = name_variants(Store(tmp_path))["identifier"]
    assert list(found) == ["1:5:A:G", "1:5:A:G#2", "1:5:A:G#3"]


def test_pgen_by_pgenlib_has_the_same_genotypes(exported):
    prefix, variants, _ = exported
    found, lines = read_pgen(prefix)
    place = {line[2]: row for row, line in enumerate(lines)}
    order = [place[name] for name in variants["identifier"]]
    np.testing.assert_array_equal(found[order], CALLS[:, KEPT])
    codes = {line[2]: line[0] for line in lines}
    assert codes["par1"] == "PAR1"
    assert codes["par2"] == "PAR2"
    assert codes["x1"] == "X"
    samples = Path(f"{prefix}.psam").read_text().splitlines()
    # A parent who is no sample of the set is none in it.
    assert samples[2] == "home\tb\ta\t0\t2"


def test_vcf_by_pysam_has_the_same_genotypes_and_haploid_calls(exported):
    prefix, variants, _ = exported
    sexes = [SEX[i] for i in KEPT]
    with pysam.VariantFile(f"{prefix}.vcf.gz") as file:
        records = list(file)
        assert list(file.header.samples) == [NAMES[i] for i in KEPT]
        # By its index, too.
        assert [r.id for r in file.fetch("X", 2_999_999, 3_000_001)] == ["x1"]
    for row, record in enumerate(records):
        assert record.id == variants["identifier"][row]
        for sex, call, wanted in zip(
            sexes, record.samples.values(), CALLS[row, KEPT], strict=True
        ):
            alleles = call["GT"]
            has_one = record.chrom in ("Y", "MT") or (
                record.id in ("x1", "x2") and sex == "1"
            )
            if wanted == 1:
                assert sorted(alleles) == [0, 1]
            else:
                assert len(alleles) == 2 - has_one
                expected = None if wanted < 0 else wanted // 2
                assert set(alleles) == {expected}


@pytest.mark.parametrize("suffix", [".pgen", ".bed", ".vcf.gz"])
def test_our_own_readers_read_the_same(exported, suffix, tmp_path):
    prefix, variants, _ = exported
    again = genostrat.read_genotypes(
        f"{prefix}{suffix}", tmp_path / "again", build="GRCh37"
    ).store
    for contig in again.contigs:
        own = variants[variants["contig"] == contig.name]
        found = contig.variants
        order = [list(own["identifier"]).index(name) for name in found["identifier"]]
        assert list(found["position"]) == list(own["position"].iloc[order])
        assert list(found["ref"]) == list(own["ref"].iloc[order])
        wanted = CALLS[own.index[order]][:, KEPT]
        columns = [again.samples.index(NAMES[i]) for i in KEPT]
        genotypes = contig.read(np.arange(len(found)))[:, columns]
        np.testing.assert_array_equal(genotypes, wanted)
    assert sum(len(c.variants) for c in again.contigs) == len(variants)


def test_lists_name_what_was_set_aside_and_what_is_not_linked(store):
    aside = {"1": np.array([1, 3]), "X": np.array([0])}
    names = list_excluded(store.folder, aside)
    assert names == ["1:200:C:T", "1:300:C:T", "par1"]
    left = Store(store.folder, aside)
    variants = name_variants(left)
    assert not set(names) & set(variants["identifier"])
    rules = SiteRules(min_maf=0.01, max_missing_rate=0.05, window=5, step=1, max_r2=0.2)
    pruned = prune_variants(left, variants, unrelated=NAMES[:3], rules=rules)
    common = {"rs1", "1:400:A:T"}
    assert set(pruned.inside) | set(pruned.outside) == common
    nobody = prune_variants(left, variants, unrelated=[], rules=rules)
    assert (nobody.inside, nobody.outside) == ([], [])


RULES = ImputationRules(
    ["indel", "monomorphic", "palindromic", "duplicate"], 0.2, "auto"
)


def choose(store, rules=RULES, **options):
    variants = name_variants(store)
    samples = choose_samples(store, PED, family_of={})
    options = {"genome": None, "ref_provisional": False} | options
    return choose_variants(store, variants, samples, rules=rules, **options), samples


def reasons(chosen):
    return dict(
        zip(chosen.left_out["identifier"], chosen.left_out["reason"], strict=True)
    )


def test_imputation_leaves_out_what_servers_do_not_read(store):
    chosen, _ = choose(store)
    assert reasons(chosen) == {
        "1:300:C:CTT": "indel",
        "1:400:A:T": "palindromic",
        "rs5": "monomorphic",
        "y1": "other_contig",
        "m1": "other_contig",
    }
    assert sum(chosen.n_by_reason.values()) == 5
    kept, _ = choose(store, ImputationRules([], 0.2, "auto"))
    assert set(reasons(kept)) == {"y1", "m1"}


def test_imputation_files_are_sorted_indexed_and_named_for_the_server(store, tmp_path):
    chosen, samples = choose(store)
    for names, prefix in (("auto", ""), ("chr", "chr")):
        rules = ImputationRules(RULES.leave_out, 0.2, names)
        folder = tmp_path / names
        written = write_imputation(
            folder, store, chosen, samples, rules=rules, build=GRCH37
        )
        assert written == {"1": 3, "X": 4}
        with pysam.VariantFile(str(folder / "X.vcf.gz")) as file:
            positions = [record.pos for record in file.fetch(f"{prefix}X")]
        assert positions == sorted(positions)
        record = describe_imputation(
            chosen, written, samples, rules=rules, build=GRCH37
        )
        assert record["contig_prefix"] == prefix
        assert record["n_written"] + record["n_left_out"] == len(SITES)


@pytest.fixture(autouse=True)
def small_builds(monkeypatch):
    """Let genomes have one chromosome of 500 bases."""
    small = {build: {"1": 500} for build in ("GRCh37", "GRCh38")}
    monkeypatch.setattr(sequence, "LENGTHS", small)


def write_genome(path, bases):
    """Write a FASTA with some bases at their places; return it, open."""
    sequence = ["N"] * 500
    for position, base in bases.items():
        sequence[position - 1 : position - 1 + len(base)] = base
    path.write_text(">chr1\n" + "".join(sequence) + "\n")
    pysam.faidx(str(path))
    return Genome(path, build="GRCh37")


@pytest.fixture
def array(tmp_path):
    """An array that does not say which allele is the genome's, nor on what strand."""
    sites = [
        (10, "as_it_is", "A", "G"),
        (20, "swapped", "A", "G"),
        (30, "flipped", "A", "G"),
        (40, "both", "A", "G"),
        (50, "neither", "A", "G"),
        (60, "palindrome", "A", "T"),
        (70, "once", "A", "G"),
        (70, "again", "C", "T"),
    ]
    calls = np.array([[0, 1, 2, 1, 0]] * 8, np.int8)
    calls[7, 0] = -9
    write_contig(
        tmp_path / "array",
        "1",
        blocks=[calls],
        n_variants=8,
        pvar_lines=[f"1\t{p}\t{n}\t{r}\t{a}\t.\t." for p, n, r, a in sites],
        samples=NAMES,
        sexes=[""] * 5,
    )
    genome = {10: "A", 20: "G", 30: "T", 40: "C", 50: "N", 60: "A", 70: "A"}
    return Store(tmp_path / "array"), write_genome(tmp_path / "g.fa", genome), calls


def test_alleles_are_brought_to_the_genome(array, tmp_path):
    store, genome, _ = array
    rules = ImputationRules(RULES.leave_out, 0.2, "auto")
    chosen, samples = choose(store, rules, genome=genome, ref_provisional=True)
    assert chosen.reason == ""
    assert reasons(chosen) == {
        "neither": "other_reference",
        "palindrome": "palindromic",
        "again": "duplicate",
    }
    told = chosen.variants.set_index("identifier")[["ref", "alt"]].agg("".join, axis=1)
    assert dict(told) == {
        "as_it_is": "AG",
        "swapped": "GA",
        "flipped": "TC",
        "both": "CT",
        "once": "AG",
    }
    assert (chosen.n_swapped, chosen.n_flipped, chosen.n_checked) == (2, 2, 8)
    write_imputation(
        tmp_path / "out", store, chosen, samples, rules=rules, build=GRCH37
    )
    with pysam.VariantFile(str(tmp_path / "out/1.vcf.gz")) as file:
        counts = {
            record.id: [sum(call["GT"]) for call in record.samples.values()]
            for record in file
        }
    assert counts["as_it_is"] == counts["flipped"] == [0, 1, 2, 0]
    assert counts["swapped"] == counts["both"] == [2, 1, 0, 2]


def test_without_a_genome_nothing_is_written_of_an_array(array):
    store, _, _ = array
    chosen, _ = choose(store, ref_provisional=True)
    assert "genotypes.fasta" in chosen.reason
    assert len(chosen.variants) == 0
    assert set(reasons(chosen).values()) == {"other_reference"}


def test_a_file_that_names_its_reference_is_never_turned(array):
    store, genome, _ = array
    chosen, _ = choose(store, genome=genome)
    assert list(chosen.variants["identifier"]) == ["as_it_is", "once"]
    assert (chosen.n_swapped, chosen.n_flipped) == (0, 0)


def test_a_genome_of_another_build_is_not_believed(tmp_path):
    write_contig(
        tmp_path / "many",
        "1",
        blocks=[np.array([[0, 1, 2, 1, 0]] * 40, np.int8)],
        n_variants=40,
        pvar_lines=[f"1\t{p}\tv{p}\tA\tG\t.\t." for p in range(1, 41)],
        samples=NAMES,
        sexes=[""] * 5,
    )
    store = Store(tmp_path / "many")
    for n_wrong, is_believed in ((2, True), (3, False)):
        bases = {p: "A" if p > n_wrong else "C" for p in range(1, 41)}
        chosen, _ = choose(store, genome=write_genome(tmp_path / "g.fa", bases))
        assert (chosen.reason == "") == is_believed
        assert len(chosen.variants) == (38 if is_believed else 0)


def test_a_cohort_without_variants_has_empty_exports(tmp_path):
    from genostrat.genotypes.store import write_empty

    write_empty(tmp_path / "none", samples=NAMES, sexes=[""] * 5)
    store = Store(tmp_path / "none")
    chosen, _ = choose(store)
    assert len(chosen.variants) == len(chosen.left_out) == 0
    samples = choose_samples(store, PED, family_of={})
    write_cleaned(
        tmp_path / "out",
        store,
        name_variants(store),
        samples,
        formats=["bed", "vcf"],
        build=GRCH37,
        ref_provisional=False,
    )
    assert pd.read_csv(tmp_path / "out/cleaned.fam", sep="\t", header=None).shape == (
        4,
        6,
    )
