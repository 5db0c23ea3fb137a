"""Mendelian errors against brute force, bcftools, and planted wrong parents."""

import itertools
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest

from genostrat.genotypes.builds import GRCH38
from genostrat.genotypes.store import Store, write_contig
from genostrat.qc.relatedness.mendel import choose_sexes, count_mendel_errors
from genostrat.sheets.pedigree import Pedigree

OUTSIDE_PAR = 5_000_000


def write(folder, genotypes, names, *, contig="1", start=100):
    write_contig(
        folder,
        contig,
        blocks=[genotypes.astype(np.int8)],
        n_variants=len(genotypes),
        pvar_lines=[
            f"{contig}\t{start + i}\tv{i}\tA\tG\t.\tPASS" for i in range(len(genotypes))
        ],
        samples=names,
        sexes=[""] * len(names),
    )
    return Store(folder)


def count(store, pedigree, *, sexes=None, max_error_rate=0.05, min_sites=1, threads=1):
    return count_mendel_errors(
        store,
        pedigree,
        sexes=sexes or {},
        build=GRCH38,
        max_error_rate=max_error_rate,
        min_sites=min_sites,
        threads=threads,
    )


def known(names, parents):
    return Pedigree(person_of={name: name for name in names}, parents=parents)


def draw(rng, n_variants, n_people):
    frequency = rng.uniform(0.02, 0.98, n_variants)[:, None]
    return rng.binomial(2, frequency, (n_variants, n_people))


def child_of(rng, mother, father):
    return rng.binomial(1, mother / 2) + rng.binomial(1, father / 2)


def with_gaps(rng, genotypes, share=0.05):
    genotypes[rng.random(genotypes.shape) < share] = -9
    return genotypes


def can_have(father, mother, child):
    gametes = {0: [0], 1: [0, 1], 2: [1]}
    return child in [a + b for a in gametes[father] for b in gametes[mother]]


def count_by_hand(genotypes, trio):
    n_sites = n_errors = 0
    for row in genotypes:
        father, mother, child = (int(row[i]) for i in trio)
        called = min(father, mother, child) >= 0
        if called and {father, mother, child} not in ({0}, {2}):
            n_sites += 1
            n_errors += not can_have(father, mother, child)
    return n_sites, n_errors


def count_duo_by_hand(genotypes, parent, child):
    n_sites = n_errors = 0
    for row in genotypes:
        one, two = row[parent], row[child]
        others = np.delete(row, [parent, child])
        others = others[others >= 0]
        rare = 0 if others.sum() > len(others) else 2
        if min(one, two) >= 0 and rare in (one, two):
            n_sites += 1
            n_errors += {one, two} == {0, 2}
    return n_sites, n_errors


def test_counts_equal_brute_force_at_any_number_of_threads(tmp_path):
    rng = np.random.default_rng(1)
    names = [f"s{i}" for i in range(11)]
    genotypes = with_gaps(rng, draw(rng, 4000, 11))
    parents = {"s2": ("s0", "s1"), "s5": ("s3", ""), "s6": ("", "s4"), "s9": ("x", "")}
    store = write(tmp_path, genotypes[:2500], names)
    write(tmp_path, genotypes[2500:], names, contig="7")
    table = count(store, known(names, parents))
    pd.testing.assert_frame_equal(table, count(store, known(names, parents), threads=3))
    assert table[["child", "father", "mother"]].to_numpy().tolist() == [
        ["s2", "s0", "s1"],
        ["s5", "s3", ""],
        ["s6", "", "s4"],
    ]
    found = table[["n_sites", "n_errors"]].to_numpy().tolist()
    assert found == [
        list(count_by_hand(genotypes, (0, 1, 2))),
        list(count_duo_by_hand(genotypes, 3, 5)),
        list(count_duo_by_hand(genotypes, 4, 6)),
    ]
    rates = table["n_errors"] / table["n_sites"]
    np.testing.assert_allclose(table["error_rate"], rates)


@pytest.mark.skipif(not shutil.which("bcftools"), reason="bcftools is not installed")
def test_errors_of_trios_equal_bcftools(tmp_path):
    rng = np.random.default_rng(2)
    names = ["dad", "mum", "kid", "kid2", "other"]
    genotypes = draw(rng, 1500, 5)
    genotypes[:, 2] = child_of(rng, genotypes[:, 0], genotypes[:, 1])
    # Where a parent is missing bcftools compares the other two; that is a duo of ours.
    genotypes[with_gaps(rng, np.zeros(1500, int)) < 0] = -9
    store = write(tmp_path / "store", genotypes, names)
    text = {0: "0/0", 1: "0/1", 2: "1/1", -9: "./."}
    lines = [
        "##fileformat=VCFv4.2",
        "##contig=<ID=1>",
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
        "\t".join(["#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT", *names]),
    ]
    for i, row in enumerate(genotypes):
        calls = [text[int(g)] for g in row]
        lines.append("\t".join([f"1\t{100 + i}\t.\tA\tG\t.\tPASS\t.\tGT", *calls]))
    (tmp_path / "cohort.vcf").write_text("\n".join(lines) + "\n")
    trios = [("mum", "dad", "kid"), ("mum", "dad", "kid2"), ("other", "dad", "kid")]
    parents = {"kid": ("dad", "mum"), "kid2": ("dad", "mum")}
    ours = count(store, known(names, parents)).set_index("child")["n_errors"].to_dict()
    ours["other"] = int(
        count(store, known(names, {"kid": ("dad", "other")}))["n_errors"].iloc[0]
    )
    (tmp_path / "trios.txt").write_text("".join(f"{','.join(t)}\n" for t in trios))
    command = ["bcftools", "+mendelian", str(tmp_path / "cohort.vcf")]
    command += ["-T", str(tmp_path / "trios.txt"), "-m", "c"]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    # Columns: good, bad, skipped, trio (mother, father, child).
    theirs = {}
    for line in (result.stdout + result.stderr).splitlines():
        cells = line.split("\t") if "\t" in line else line.split()
        if len(cells) == 4 and not line.startswith("#"):
            theirs[cells[3]] = int(cells[1])
    assert theirs == {
        "mum,dad,kid": ours["kid"],
        "mum,dad,kid2": ours["kid2"],
        "other,dad,kid": ours["other"],
    }
    assert ours["kid2"] > 100


def test_right_parents_are_consistent_and_wrong_ones_are_not(tmp_path):
    rng = np.random.default_rng(3)
    founders = draw(rng, 3000, 30)
    kid = child_of(rng, founders[:, 0], founders[:, 1])
    errors = rng.random(3000) < 0.004
    kid[errors] = rng.integers(0, 3, errors.sum())
    genotypes = np.column_stack([founders, kid])
    names = [f"p{i:02}" for i in range(30)] + ["kid"]
    store = write(tmp_path, genotypes, names)
    judged = {}
    for parents in itertools.product(("p01", "p02", ""), ("p00", "p03", "")):
        if any(parents):
            table = count(store, known(names, {"kid": parents}), min_sites=50)
            judged[parents] = (table["status"].iloc[0], table["error_rate"].iloc[0])
    right = {parents for parents, (status, _) in judged.items() if status[0] == "c"}
    assert right == {("p01", "p00"), ("p01", ""), ("", "p00")}
    assert max(judged[parents][1] for parents in right) < 0.02
    assert min(
        rate for parents, (_, rate) in judged.items() if parents not in right
    ) > (0.08)


def test_rare_variants_do_not_hide_a_wrong_single_parent(tmp_path):
    """Strangers share the common allele nearly everywhere; that is no consistency."""
    rng = np.random.default_rng(4)
    frequency = rng.choice([0.03, 0.97], 20_000)[:, None]
    genotypes = rng.binomial(2, frequency, (20_000, 20))
    names = [f"p{i:02}" for i in range(20)]
    table = count(write(tmp_path, genotypes, names), known(names, {"p00": ("p01", "")}))
    assert table["error_rate"].iloc[0] > 0.8
    assert table["n_sites"].iloc[0] < 100


def x_family(rng, n_variants):
    father = 2 * rng.binomial(1, 0.4, n_variants)
    mother = rng.binomial(2, 0.4, n_variants)
    from_mother = rng.binomial(1, mother / 2)
    return np.column_stack([father, mother, 2 * from_mother, father // 2 + from_mother])


def test_x_follows_the_mother_in_sons_and_both_in_daughters(tmp_path):
    rng = np.random.default_rng(5)
    names = ["dad", "mum", "son", "girl"]
    parents = {"son": ("dad", "mum"), "girl": ("dad", "mum")}
    family = x_family(rng, 800)
    store = write(tmp_path, family, names, contig="X", start=OUTSIDE_PAR)
    sexes = {"son": "male", "girl": "female"}
    table = count(store, known(names, parents), sexes=sexes).set_index("child")
    assert (table["n_errors_x"] == 0).all()
    assert (table["n_sites_x"] > 100).all()
    assert (table["n_sites"] == 0).all()
    assert (table["status"] == "not_assessable").all()
    swapped = {"son": "female", "girl": "male"}
    table = count(store, known(names, parents), sexes=swapped).set_index("child")
    assert table.loc["son", "n_errors_x"] > 50
    assert table.loc["son", "n_sites_x"] > 300
    blank = count(store, known(names, parents), sexes={})
    assert (blank["n_sites_x"] == 0).all()
    alone = count(store, known(names, {"son": ("dad", "")}), sexes=sexes)
    assert alone["n_sites_x"].tolist() == [0], "a son has his father's Y"


def test_the_pseudo_autosomal_regions_are_left_out(tmp_path):
    rng = np.random.default_rng(6)
    names = ["dad", "mum", "son"]
    # The first half of the variants lies before the end of the first region.
    start = GRCH38.par["X"][0][1] - 99
    store = write(tmp_path, x_family(rng, 200)[:, :3], names, contig="X", start=start)
    inside = write(
        tmp_path / "in", x_family(rng, 200)[:, :3], names, contig="X", start=start - 300
    )
    sexes, parents = {"son": "male"}, {"son": ("dad", "mum")}
    assert (
        0 < count(store, known(names, parents), sexes=sexes)["n_sites_x"].iloc[0] < 99
    )
    assert count(inside, known(names, parents), sexes=sexes)["n_sites_x"].iloc[0] == 0


def test_heterozygous_men_are_skipped_on_x(tmp_path):
    genotypes = np.array([[0, 2, 1], [1, 2, 2], [0, 2, 2], [0, 0, 2]])
    store = write(tmp_path, genotypes, list("fmc"), contig="X", start=OUTSIDE_PAR)
    parents = {"c": ("f", "m")}
    son = count(store, known("fmc", parents), sexes={"c": "male"})
    assert (son["n_sites_x"].iloc[0], son["n_errors_x"].iloc[0]) == (3, 1)
    girl = count(store, known("fmc", parents), sexes={"c": "female"})
    assert (girl["n_sites_x"].iloc[0], girl["n_errors_x"].iloc[0]) == (3, 2)


def test_without_families_or_informative_sites_nothing_breaks(tmp_path):
    store = write(tmp_path, np.zeros((50, 3), int), list("abc"))
    empty = count(store, known("abc", {}))
    assert len(empty) == 0
    assert list(empty.columns)[:7] == [
        *("child", "father", "mother", "n_sites", "n_errors", "error_rate", "status")
    ]
    table = count(store, known("abc", {"a": ("b", "c")}))
    assert table["n_sites"].iloc[0] == 0
    assert np.isnan(table["error_rate"].iloc[0])
    assert table["status"].iloc[0] == "not_assessable"
    lost = write(tmp_path / "lost", np.full((5, 3), -9), list("abc"))
    table = count(lost, known("abc", {"a": ("b", "")}))
    assert table["status"].iloc[0] == "not_assessable"


def test_a_person_with_two_samples_is_two_children_and_one_parent(tmp_path):
    pedigree = Pedigree(
        person_of={"k1": "k", "k2": "k", "d1": "d", "d2": "d", "g": "g"},
        parents={"k": ("d", ""), "g": ("", "k")},
    )
    store = write(tmp_path, np.ones((3, 5), int), ["k1", "k2", "d2", "d1", "g"])
    table = count(store, pedigree)
    rows = table[["child", "father", "mother"]].to_numpy().tolist()
    assert rows == [["g", "", "k1"], ["k1", "d1", ""], ["k2", "d1", ""]]


def test_the_sex_of_the_chromosomes_goes_before_that_of_the_sheet():
    sex = pd.DataFrame(
        {
            "sample_id": ["a", "b", "c"],
            "inferred_sex": ["male", "", ""],
            "reported_sex": ["female", "female", ""],
        }
    )
    assert choose_sexes(sex) == {"a": "male", "b": "female", "c": ""}
