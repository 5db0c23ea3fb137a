"""Guidance of whole cohorts: every kept patient and every drug."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from genostrat.pgx.definitions import Guideline, Knowledge, Recommendation
from genostrat.pgx.guidance import patients as guidance
from genostrat.pgx.guidance.advice import advise_on
from genostrat.pgx.guidance.answers import Result
from genostrat.pgx.guidance.drugs import gather_drugs
from genostrat.pgx.guidance.patients import advise_patients
from genostrat.pgx.knowledge.loading import load_knowledge
from genostrat.registry import table_spec
from genostrat.tables import read_table, write_table

NM, IM, PM = "Normal Metabolizer", "Intermediate Metabolizer", "Poor Metabolizer"
UM = "Ultrarapid Metabolizer"
MHS, US = "Malignant Hyperthermia Susceptibility", "Uncertain Susceptibility"


@pytest.fixture(scope="module")
def knowledge():
    return load_knowledge("pypgx", build="GRCh38")


@pytest.fixture(scope="module")
def drugs(knowledge):
    return {drug.name: drug for drug in gather_drugs(knowledge)}


def small_knowledge(*recommendations, guidelines=()):
    return Knowledge(
        source="test",
        version="1",
        sha256="0" * 64,
        build="GRCh38",
        genes={},
        recommendations=recommendations,
        guidelines=guidelines,
        guidance_source="test-guidance",
        guidance_version="2",
    )


def rows(*entries):
    names = [
        "sample_id",
        "gene",
        "diplotype",
        "phenotype",
        "other_phenotypes",
        "status",
    ]
    return pd.DataFrame(entries, columns=names)


ONE = Recommendation("codamol", ("G1",), (PM,), "Avoid codamol use.")


def test_an_unknown_wording_is_shown_without_a_category():
    odd = replace(ONE, text="Ask <b>twice</b>.")
    table = rows(("a", "G1", "*2/*2", PM, "", "called"))
    found = advise_patients(
        table, knowledge=small_knowledge(odd), keep=["a"], taken=None
    )
    assert found["category"].tolist() == ["no_guidance"]
    assert found["recommendation"].tolist() == [
        "Category not recognised: read the text. “Ask <b>twice</b>.”"
    ]


def test_an_ambiguous_call_without_named_alternatives_is_not_certain():
    normal = replace(ONE, phenotypes=(NM,), text="Prescribe desired starting dose.")
    table = rows(
        ("a", "G1", "*2/*2", PM, "", "ambiguous"),
        ("b", "G1", "*1/*1", NM, "", "ambiguous"),
    )
    found = advise_patients(
        table, knowledge=small_knowledge(ONE, normal), keep=["a", "b"], taken=None
    )
    assert found["category"].tolist() == ["no_guidance", "no_guidance"]
    assert "Avoid codamol use." in found["recommendation"].iloc[0]


@pytest.mark.parametrize(
    ("second", "category"), [(PM, "avoid"), ("Indeterminate", "no_guidance")]
)
def test_avoidance_is_inferred_from_known_phenotypes_only(second, category):
    texts = {(PM, NM): "Avoid codamol use.", (IM, second): "Avoid codamol altogether."}
    items = [
        Recommendation("codamol", ("G1", "G2"), phenotypes, text)
        for phenotypes, text in texts.items()
    ]
    (drug,) = gather_drugs(small_knowledge(*items))
    advice = advise_on(drug, [Result("G1", (PM,)), Result("G2", (second,))])
    assert advice.category == category


def test_every_kept_patient_meets_every_drug():
    guideline = Guideline("G2", "warfamol", "A", "https://example.org/")
    table = rows(
        ("b", "G1", "*2/*2", PM, "", "called"),
        ("b", "G2", "*1/*3", "", "", "called"),
        ("out", "G1", "*2/*2", PM, "", "called"),
        ("c", "G1", "", "", "", "not_called"),
    )
    found = advise_patients(
        table,
        knowledge=small_knowledge(ONE, guidelines=(guideline,)),
        keep=["a", "b", "c"],
        taken={"codamol": {"b", "out"}},
    ).set_index(["drug", "sample_id"])
    assert sorted(found.index) == [
        (drug, sample) for drug in ("codamol", "warfamol") for sample in "abc"
    ]
    assert found.loc["codamol", "status"].tolist() == [
        "not_called",
        "called",
        "not_called",
    ]
    assert found.loc["codamol", "on_medication"].tolist() == [False, True, False]
    assert found.loc["warfamol", "on_medication"].tolist() == [False] * 3
    mine = found.loc[("warfamol", "b")]
    assert "G2 *1/*3." in mine["recommendation"]
    assert (mine["genes"], mine["diplotypes"], mine["phenotypes"]) == (
        "G2",
        "*1/*3",
        "",
    )
    assert (mine["source"], mine["source_version"]) == ("test-guidance", "2")


def test_columns_of_two_gene_drugs_are_in_the_order_of_the_genes(knowledge):
    table = rows(
        ("a", "TPMT", "*3A/*3C", PM, "", "called"),
        ("a", "NUDT15", "*1/*2", IM, NM, "ambiguous"),
    )
    found = advise_patients(table, knowledge=knowledge, keep=["a"], taken=None)
    row = found[found["drug"] == "mercaptopurine"].iloc[0]
    assert row["genes"] == "NUDT15;TPMT"
    assert row["phenotypes"] == f"{IM}|{NM};{PM}"
    assert row["diplotypes"] == "*1/*2;*3A/*3C"
    assert row["status"] == "ambiguous"
    assert row["on_medication"] is None or pd.isna(row["on_medication"])


def test_diplotypes_do_not_change_advice_that_rests_on_phenotypes(knowledge):
    table = rows(
        ("a", "CYP2C19", "*2/*2", PM, "", "called"),
        ("b", "CYP2C19", "*2/*3", PM, "", "called"),
        ("c", "CYP2C19", "*2/*99", "", "", "called"),
        ("d", "CYP2C19", "*3/*98", "", "", "called"),
    )
    found = advise_patients(table, knowledge=knowledge, keep=list("abcd"), taken=None)
    mine = found[found["drug"] == "clopidogrel"]
    assert mine["recommendation"].nunique() == 3
    assert mine["diplotypes"].tolist() == ["*2/*2", "*2/*3", "*2/*99", "*3/*98"]
    assert "*3/*98" in mine["recommendation"].iloc[3]


def test_the_table_survives_being_written_and_read(tmp_path, knowledge):
    hostile = '=cmd|"<script>alert(1)</script>'
    table = rows((hostile, "CYP2C19", "*2/*2", PM, "", "called"))
    found = advise_patients(
        table, knowledge=knowledge, keep=[hostile], taken={"clopidogrel": {hostile}}
    )
    path = tmp_path / "guidance.tsv"
    write_table(path, found, table="pgx/guidance.tsv")
    again = read_table(path, table="pgx/guidance.tsv")
    mine = again[again["drug"] == "clopidogrel"].iloc[0]
    assert mine["sample_id"] == hostile
    assert mine["on_medication"] is np.True_ or mine["on_medication"] is True
    assert mine["category"] == "avoid"
    named = [column.name for column in table_spec("pgx/guidance.tsv").columns]
    assert list(again.columns) == named
    assert (again["recommendation"] != "").all()


def random_calls(rng, knowledge, *, keep, genes):
    """Draw calls as a matcher would write them, with every status."""
    n = len(keep)
    frames = []
    for name in genes:
        effects = knowledge.genes[name].effects.values()
        known = sorted({effect.phenotype for effect in effects} | {""})
        weights = rng.dirichlet(np.full(len(known), 0.4))
        first, other = rng.choice(known, (2, n), p=weights)
        status = rng.choice(["called", "ambiguous", "not_called"], n, p=[0.8, 0.1, 0.1])
        alleles = np.minimum(rng.geometric(0.4, (n, 2)), 30)
        frames.append(
            pd.DataFrame(
                {
                    "sample_id": keep,
                    "gene": name,
                    "diplotype": [f"*{a}/*{b}" for a, b in alleles],
                    "phenotype": first,
                    "other_phenotypes": np.where(other == first, "", other),
                    "status": status,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def genes_with_guidance(knowledge):
    named = {gene for drug in gather_drugs(knowledge) for gene in drug.genes}
    return sorted(named & knowledge.genes.keys())


def test_the_cohort_gets_what_each_patient_alone_would(knowledge, drugs):
    keep = [f"s{i}" for i in range(10)]
    calls = random_calls(
        np.random.default_rng(5),
        knowledge,
        keep=keep,
        genes=genes_with_guidance(knowledge),
    )
    shuffled = calls.sample(frac=1, random_state=3)
    found = advise_patients(shuffled, knowledge=knowledge, keep=keep, taken=None)
    by_patient = calls.set_index(["sample_id", "gene"]).to_dict("index")
    for row in found.itertuples():
        results = []
        for gene in drugs[row.drug].genes:
            mine = by_patient[row.sample_id, gene]
            possible = {
                "called": [mine["phenotype"]],
                "ambiguous": [mine["phenotype"], *mine["other_phenotypes"].split("|")],
                "not_called": [],
            }[mine["status"]]
            diplotype = mine["diplotype"] if possible else ""
            results.append(Result(gene, tuple(dict.fromkeys(possible)), diplotype))
        advice = advise_on(drugs[row.drug], results)
        assert row.category == advice.category
        assert row.recommendation == advice.recommendation
        assert row.possible_categories == "|".join(advice.possible)


def test_advice_is_sought_once_for_each_combination_of_results(knowledge, monkeypatch):
    keep = [f"s{i}" for i in range(300)]
    three = random_calls(
        np.random.default_rng(1),
        knowledge,
        keep=["a", "b", "c"],
        genes=genes_with_guidance(knowledge),
    )
    twins = [
        three[three["sample_id"] == "abc"[i % 3]].assign(sample_id=name)
        for i, name in enumerate(keep)
    ]
    asked = []

    def count(drug, results):
        asked.append(drug.name)
        return advise_on(drug, results)

    monkeypatch.setattr(guidance, "advise_on", count)
    found = advise_patients(
        pd.concat(twins, ignore_index=True), knowledge=knowledge, keep=keep, taken={}
    )
    assert max(Counter(asked).values()) <= 3
    assert len(found) == len(keep) * found["drug"].nunique()
    assert found["drug"].nunique() > 80
