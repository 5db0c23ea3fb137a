from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from unit.pgx.pgx_fixture import make_gene, make_knowledge, make_records, tpmt_like

from genostrat.pgx.calling import call_diplotypes, choose_sexes
from genostrat.pgx.matching.rows import CallPolicy
from genostrat.pgx.outside.calls import OutsideCall
from genostrat.tables import read_table, write_table

REFERENCE = [(100, "C", "G"), (200, "C", "T"), (300, "T", "C")]


def lines(*rows):
    """Give genotypes at the sites of `tpmt_like`, site by site."""
    return [(*site, row.split()) for site, row in zip(REFERENCE, rows, strict=True)]


def call(records, *genes, sexes=None, samples=None, **policy):
    outside = policy.pop("outside", ())
    return call_diplotypes(
        records,
        make_knowledge(*genes or [tpmt_like()]),
        samples=samples or records.samples,
        sexes=sexes or {},
        policy=CallPolicy(**policy),
        outside=outside,
        findings={"2 samples are left out": ["GENE1"]},
    )


def rows_of(calls, gene="GENE1"):
    table = calls.diplotypes.astype(object)
    table = table[table["gene"] == gene]
    return {row.sample_id: row for row in table.itertuples()}


def test_a_cohort():
    records = make_records(
        lines(
            "0/0 0/1 0/0 0|0 0|0 0/0",
            "0/0 0/0 0/1 0|1 1|0 ./.",
            "0/0 0/0 0/1 0|1 0|1 0/0",
        )
    )
    calls = call(records)
    rows = rows_of(calls)
    assert [rows[f"s{i}"].diplotype for i in range(6)] == [
        "*1/*1",
        "*1/*2",
        "*1/*3A",
        "*1/*3A",
        "*3B/*3C",
        "*1/*1",
    ]
    assert [rows[f"s{i}"].phased for i in range(6)] == [
        True,
        True,
        False,
        True,
        True,
        True,
    ]
    assert rows["s2"].alternatives == "*3B/*3C"
    assert rows["s2"].status == "ambiguous"
    assert rows["s2"].other_phenotypes == "poor"
    last = rows["s5"]
    assert (last.n_assayed, last.n_required) == (2, 3)
    assert last.missing_positions == "10:200"
    assert last.alternatives == "*1/*3B|*3B/*3B"
    assert last.reason == (
        "the phenotype depends on 10:200; 1 of 3 positions is missing (1 not called)"
    )
    coverage = calls.coverage.iloc[0]
    assert coverage["n_assayed"] == 3
    assert [coverage[f"n_{name}"] for name in ("called", "ambiguous")] == [4, 2]
    assert "2 samples are left out" in coverage["notes"]


def test_only_the_samples_asked_for_in_their_order():
    records = make_records(lines("0/0 0/1 1/1", "0/0 0/0 0/0", "0/0 0/0 0/0"))
    table = call(records, samples=["s2", "s0"]).diplotypes
    assert table["sample_id"].tolist() == ["s2", "s0"]
    assert table["diplotype"].tolist() == ["*2/*2", "*1/*1"]


def test_phase_sets_are_respected():
    records = make_records(
        lines(
            "0/0 0/0 0/0",
            "0|1:5 0|1:5 0|1:5",
            "0|1:5 0|1:9 1|0:5",
        )
    )
    rows = rows_of(call(records))
    assert [rows[name].diplotype for name in ("s0", "s1", "s2")] == [
        "*1/*3A",
        "*1/*3A",
        "*3B/*3C",
    ]
    assert [rows[name].n_alternatives for name in ("s0", "s1", "s2")] == [0, 1, 0]
    assert [rows[name].phased for name in ("s0", "s1", "s2")] == [True, False, True]


def test_absent_is_not_reference_unless_asked_for():
    records = make_records(lines("0/1", "0/0", "0/0")[:2])
    row = rows_of(call(records))["s0"]
    assert row.status == "ambiguous"
    assert "1 not in the file" in row.reason
    row = rows_of(call(records, absent="reference"))["s0"]
    assert (row.status, row.diplotype) == ("called", "*1/*2")
    assert row.n_assayed == 2
    assert row.missing_positions == "10:300"
    assert "taken for the reference" in row.reason


@pytest.mark.parametrize("name", ["CYP2C19", "CYP3A5", "UGT1A1"])
def test_absent_is_never_reference_where_that_would_mislead(name):
    records = make_records(lines("0/1", "0/0", "0/0")[:2])
    gene = tpmt_like(name=name)
    calls = call(records, gene, absent="reference")
    row = rows_of(calls, name)["s0"]
    assert row.status == "ambiguous"
    assert f"pgx.absent: reference is NOT followed for {name}" in row.reason
    assert "NOT followed" in calls.coverage["notes"][0]
    forced = call(records, gene, absent="reference", force_absent_reference=(name,))
    assert rows_of(forced, name)["s0"].status == "called"
    assert "TAKEN FOR THE REFERENCE" in forced.coverage["notes"][0]


def test_a_gene_without_any_record_is_not_called():
    records = make_records(lines("0/1", "0/0", "0/0"), contig="11")
    for absent in ("missing", "reference"):
        calls = call(records, absent=absent)
        row = rows_of(calls)["s0"]
        assert (row.status, row.diplotype) == ("not_called", "")
        assert "none of the 3 positions has a usable genotype" in row.reason
        assert calls.coverage["reason"][0].startswith("none of the 3 positions")


def test_filtered_and_mismatching_records_are_missing_and_say_so():
    records = make_records(
        [
            (100, "C", "G", ["0/0"], False),
            (200, "A", "T", ["0/0"]),
            *lines("", "", "0/0")[2:],
        ]
    )
    row = rows_of(call(records))["s0"]
    assert row.missing_positions == "10:100,10:200"
    assert "1 failed the file's filters, 1 REF mismatch" in row.reason


def test_too_many_phasings_are_refused():
    sites = [(100 * number, "A", ["C"]) for number in range(1, 13)]
    alleles = [("*1", {}, "", None)]
    alleles += [(f"*{number + 2}", {number: [1]}, "", None) for number in range(12)]
    gene = make_gene(sites, alleles)

    def row(n_open, most):
        genotypes = ["0/1"] * n_open + ["0/0"] * (12 - n_open)
        records = make_records(
            [
                (site[0], "A", "C", [text])
                for site, text in zip(sites, genotypes, strict=True)
            ]
        )
        return rows_of(call(records, gene, max_explanations=most))["s0"]

    refused = row(11, 1000)
    assert refused.status == "not_called"
    assert "1024 phasings" in refused.reason
    assert refused.diplotype == ""
    assert row(10, 1000).status == "ambiguous"
    assert row(4, 4).status == "not_called"


def test_long_lists_of_alternatives_stand_in_their_own_table(tmp_path):
    sites = [(100 * number, "A", ["C"]) for number in range(1, 21)]
    alleles = [("*1", {}, "", None)]
    alleles += [(f"*{number + 2}", {number: [1]}, "", None) for number in range(20)]
    gene = make_gene(sites, alleles)
    records = make_records([(100, "A", "C", ["0/0", "0/0", "0/1"])])
    calls = call(records, gene, max_explanations=150)
    rows = rows_of(calls)
    # Nineteen alleles may hide: each on one copy, or two of them, or one twice.
    assert rows["s0"].n_alternatives == 19 + 19 * 20 // 2
    assert rows["s0"].alternatives.count("|") == 99
    assert "209 alternatives, of which 150 are listed" in rows["s0"].reason
    assert rows["s0"].explanation == rows["s1"].explanation
    listed = calls.alternatives[
        calls.alternatives["explanation"] == rows["s0"].explanation
    ]
    assert len(listed) == 150
    assert listed["needs"].iloc[0] == "10:200 A>C"
    # One copy has *2 already: another allele hides on the other, on the same, or both.
    assert rows["s2"].n_alternatives == 3 * 19
    assert rows["s2"].explanation == ""
    for name in ("diplotypes", "alternatives", "coverage"):
        path = tmp_path / f"{name}.tsv"
        write_table(path, getattr(calls, name), table=f"pgx/{name}.tsv")
        assert len(read_table(path, table=f"pgx/{name}.tsv"))


def x_gene():
    effects = {("A", "A"): "deficient", ("A", "B"): "variable", ("B", "B"): "normal"}
    effects |= {("A",): "deficient", ("B",): "normal"}
    return make_gene(
        [(100, "C", ["T"]), (200, "C", ["T"])],
        [("B", {}, "", None), ("A", {0: [1]}, "", None)],
        reference="B",
        contig="X",
        inheritance="x",
        effects=effects,
    )


def test_one_copy_of_x_in_males():
    genotypes = ["0/0", "1/1", "0/1", "1", "0/1", "1/1", "0/1", "1/1"]
    records = make_records(
        [
            (100, "C", "T", genotypes),
            (200, "C", "T", ["0/0"] * 3 + ["0"] + ["0/0"] * 4),
        ],
        contig="X",
    )
    sexes = dict.fromkeys(["s0", "s1", "s2"], "male") | dict.fromkeys(
        ["s4", "s5"], "female"
    )
    rows = rows_of(call(records, x_gene(), sexes=sexes))
    assert [rows[f"s{i}"].diplotype for i in range(8)] == [
        "B",
        "A",
        "",
        "A",
        "A/B",
        "A/A",
        "A/B",
        "A/A",
    ]
    assert [rows[f"s{i}"].phenotype for i in (0, 1, 3, 4, 5)] == [
        "normal",
        "deficient",
        "deficient",
        "variable",
        "deficient",
    ]
    assert rows["s1"].allele_2 == ""
    assert rows["s2"].status == "not_called"
    assert "X:100 in a male" in rows["s2"].reason
    # Two sequences show two copies; two equal calls may be one copy written twice.
    assert rows["s6"].status == "called"
    assert (rows["s7"].status, rows["s7"].alternatives) == ("called", "A")
    assert "sex is not known" in rows["s7"].reason


def test_mitochondria_of_two_kinds_are_not_called():
    gene = make_gene(
        [(100, "C", ["T"])],
        [("Reference", {}, "", None), ("m.100C>T", {0: [1]}, "", None)],
        reference="Reference",
        contig="MT",
        inheritance="mt",
    )
    records = make_records([(100, "C", "T", ["1", "0/0", "0/1"])], contig="MT")
    rows = rows_of(call(records, gene))
    assert rows["s0"].diplotype == "m.100C>T"
    assert rows["s1"].diplotype == "Reference"
    assert rows["s2"].status == "not_called"
    assert "mitochondria of both kinds" in rows["s2"].reason


def test_diplotypes_without_a_phenotype_are_called_and_say_so():
    effects = {("*1", "*1"): "normal"}
    gene = make_gene(
        [(100, "C", ["T"])],
        [("*1", {}, "", None), ("*2", {0: [1]}, "", None)],
        effects=effects,
    )
    row = rows_of(call(make_records([(100, "C", "T", ["0/1"])]), gene))["s0"]
    assert (row.status, row.phenotype) == ("called", "")
    assert row.reason == "no phenotype in test 1 for *1/*2"


def test_positions_that_the_source_requires():
    gene = replace(tpmt_like(), required=(1,))
    records = make_records(lines("0/0", "./.", "0/0"))
    row = rows_of(call(records, gene))["s0"]
    assert row.status == "not_called"
    assert "10:200 without which test 1 does not call GENE1 is missing" in row.reason


def test_what_the_source_takes_of_equal_explanations():
    picks = {frozenset({("*1", "*3A"), ("*3B", "*3C")}): ("*3B", "*3C")}
    gene = replace(tpmt_like(), picks=picks)
    records = make_records(lines("0/0", "0/1", "0/1"))
    row = rows_of(call(records, gene))["s0"]
    assert (row.diplotype, row.alternatives) == ("*3B/*3C", "*1/*3A")
    assert "the source takes *3B/*3C" in row.reason


def test_outside_calls_stand_in_and_meet_our_own():
    silent = tpmt_like(name="CYP2D6", because="copies are not seen in genotypes")
    records = make_records(lines("0/0 0/0", "0/0 0/0", "0/0 0/0"))
    outside = [
        OutsideCall("s0", "CYP2D6", "Cyrius", (("*1", "*2"),)),
        OutsideCall("s0", "GENE1", "Cyrius", (("*1", "*2"),)),
        OutsideCall("not kept", "CYP2D6", "Cyrius", (("*1", "*2"),)),
    ]
    calls = call(records, silent, tpmt_like(), outside=outside)
    theirs = rows_of(calls, "CYP2D6")
    assert theirs["s0"].status == "called"
    assert theirs["s0"].source == "outside:Cyrius"
    assert theirs["s1"].status == "not_called"
    assert theirs["s1"].reason == "copies are not seen in genotypes"
    assert rows_of(calls)["s0"].status == "ambiguous"
    assert rows_of(calls)["s1"].status == "called"
    assert calls.coverage.set_index("gene").loc["CYP2D6", "n_called"] == 1


def test_sexes_of_the_chromosomes_come_before_those_of_the_sheet():
    table = pd.DataFrame(
        {
            "sample_id": ["a", "b", "c"],
            "inferred_sex": ["male", "", ""],
            "reported_sex": ["female", "male", "male"],
            "status": ["mismatch", "not_assessable", "ambiguous"],
        }
    )
    assert choose_sexes(table) == {"a": "male", "b": "male", "c": ""}


def test_a_cohort_without_samples_or_records(tmp_path):
    for samples in ([], ["a"]):
        records = make_records([], samples=samples)
        calls = call(records, replace(x_gene(), name="G6PD"), tpmt_like())
        assert len(calls.diplotypes) == 2 * len(samples)
        assert set(calls.diplotypes["status"]) <= {"not_called"}
        for name in ("diplotypes", "alternatives", "coverage"):
            path = tmp_path / f"{name}.tsv"
            write_table(path, getattr(calls, name), table=f"pgx/{name}.tsv")


def with_reads(records, depths, qualities):
    """Give every record the samples' depths and qualities; None gives none."""
    shape = records.alleles.shape[:2]

    def spread(values):
        row = [255 if value is None else value for value in values]
        return np.broadcast_to(np.array(row, np.uint8), shape)

    return replace(records, depth=spread(depths), quality=spread(qualities))


def test_genotypes_on_few_reads_are_missing_and_say_so():
    genotypes = "0/0 0/0 0/0 0/0 0/1 0/0"
    records = with_reads(
        make_records(lines(genotypes, genotypes, genotypes)),
        depths=[30, 0, 4, 5, None, None],
        qualities=[99, 0, 30, 20, 19, None],
    )
    calls = call(records, min_depth=5, min_genotype_quality=20)
    rows = rows_of(calls)
    assert [rows[f"s{i}"].status for i in range(6)] == [
        "called",
        "not_called",
        "not_called",
        "called",
        "not_called",
        "called",
    ]
    assert "3 on fewer reads than pgx.min_depth" in rows["s1"].reason
    assert "3 of lower quality than pgx.min_genotype_quality" in rows["s4"].reason
    coverage = calls.coverage.iloc[0]
    assert (coverage["n_low_depth"], coverage["n_low_quality"]) == (6, 3)
    assert coverage["evidence"] == "both"
    assert {row.status for row in rows_of(call(records)).values()} == {"called"}


@pytest.mark.parametrize(
    ("depths", "qualities", "evidence"),
    [([9], [None], "depth"), ([None], [9], "quality"), ([None], [None], "neither")],
)
def test_what_a_file_does_not_give_is_said(depths, qualities, evidence):
    records = with_reads(make_records(lines("0/0", "0/0", "0/0")), depths, qualities)
    calls = call(records, min_depth=5)
    assert calls.coverage["evidence"].tolist() == [evidence]
    assert rows_of(calls)["s0"].status == "called"


def test_a_base_read_on_too_little_does_not_tell_an_indel():
    gene = make_gene(
        [(100, "CA", ["C"])],
        [("*1", {}, "", None), ("*2", {0: [1]}, "No Function", None)],
        effects={("*1", "*1"): "n", ("*1", "*2"): "i", ("*2", "*2"): "p"},
    )
    records = make_records(
        [(100, "C", "", ["0/0", "0/0"]), (101, "A", "", ["0/0"] * 2)]
    )
    rows = rows_of(call(with_reads(records, [20, 2], [50, 50]), gene, min_depth=5))
    assert (rows["s0"].status, rows["s1"].status) == ("called", "not_called")


def adjacent():
    """Return a gene whose two alleles without function are neighbouring bases."""
    no = "No Function"
    return make_gene(
        [(100, "C", ["T"]), (101, "G", ["A"])],
        [("*1", {}, "", None), ("*3", {0: [1]}, no, None), ("*4", {1: [1]}, no, None)],
        effects={
            ("*1", "*1"): "normal",
            ("*1", "*3"): "intermediate",
            ("*1", "*4"): "intermediate",
            ("*3", "*3"): "poor",
            ("*3", "*4"): "poor",
            ("*4", "*4"): "poor",
        },
    )


@pytest.mark.parametrize("with_other", [False, True])
def test_bases_that_one_record_exchanges_stand_on_one_chromosome(with_other):
    # 0/1 of CG>TA is both variants on one copy; two records would leave that open.
    alts, number = ("TG,TA", 2) if with_other else ("TA", 1)
    together = make_records([(100, "CG", alts, [f"0/{number}", f"{number}/0", "0/0"])])
    rows = rows_of(call(together, adjacent()))
    assert [rows[name].phenotype for name in ("s0", "s1", "s2")] == [
        "intermediate",
        "intermediate",
        "normal",
    ]
    assert {rows[name].status for name in ("s0", "s1", "s2")} == {"called"}
    assert rows["s0"].phased
    apart = make_records([(100, "C", "T", ["0/1"]), (101, "G", "A", ["0/1"])])
    assert rows_of(call(apart, adjacent()))["s0"].diplotype == "*3/*4"


def test_both_alleles_of_an_exchange_of_bases_keep_their_chromosomes():
    # CG>TG on one chromosome, CG>CA on the other.
    records = make_records([(100, "CG", "TG,CA", ["1/2", "2/2", "0/2"])])
    rows = rows_of(call(records, adjacent()))
    assert [rows[f"s{i}"].diplotype for i in range(3)] == ["*3/*4", "*4/*4", "*1/*4"]


def test_a_record_that_begins_before_a_position_still_tells_it():
    records = make_records([(99, "ACG", "ATG,ACA", ["0/1", "2/2"])])
    rows = rows_of(call(records, adjacent()))
    assert [rows[f"s{i}"].diplotype for i in range(2)] == ["*1/*3", "*4/*4"]


def test_unread_halves_do_not_make_phasings_too_many():
    sites = [(100 * number, "A", ["C"]) for number in range(1, 14)]
    alleles = [("*1", {}, "", None), ("*2", {0: [1]}, "No Function", None)]
    alleles += [(f"*{number + 2}", {number: [1]}, "", None) for number in range(1, 13)]
    names = [allele[0] for allele in alleles]
    effects = {
        (one, other): "poor" if one == other == "*2" else "other"
        for one in names
        for other in names
    }
    gene = make_gene(sites, alleles, effects=effects)

    def row(first, rest):
        lines = [(100, "A", "C", [first])]
        lines += [(site[0], "A", "C", [rest]) for site in sites[1:]]
        return rows_of(call(make_records(lines), gene))["s0"]

    assert row("0/0", "0/.").phenotype == "other"
    # Two copies without function are that, however the rest is phased.
    settled = row("1/1", "0/1")
    assert (settled.status, settled.phenotype) == ("called", "poor")
    assert row("0/1", "0/1").status == "not_called"
