"""Guidance of whole cohorts: every kept patient and every medicine."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genostrat.pgx.guidance import patients
from genostrat.pgx.guidance.categories import rank_category, rank_certain
from genostrat.pgx.guidance.entries import Entry, Guidance, Reference, Topic
from genostrat.pgx.guidance.patients import Cohort, advise_patients
from genostrat.pgx.guidance.phenoconversion import Interactions, read_interactions
from genostrat.pgx.guidance.sources.loading import load_guidance
from genostrat.pgx.guidance.sources.own import read_condition
from genostrat.pgx.guidance.warfarin import Clinical
from genostrat.pgx.knowledge.loading import load_knowledge
from genostrat.registry import table_spec
from genostrat.tables import read_table, write_table

RESOURCES = Path(__file__).resolve().parents[3] / "resources"
NM, IM, PM = "Normal Metabolizer", "Intermediate Metabolizer", "Poor Metabolizer"
RM, UM = "Rapid Metabolizer", "Ultrarapid Metabolizer"
NOBODY = Interactions({}, {}, frozenset())


@pytest.fixture(scope="module")
def knowledge():
    return load_knowledge("pypgx", build="GRCh38")


@pytest.fixture(scope="module")
def guidance():
    return load_guidance(["genostrat"])


@pytest.fixture(scope="module")
def interactions():
    return read_interactions(RESOURCES / "pgx_interactions.tsv")


def rows(*entries):
    """Rows of diplotypes: sample, gene, diplotype, phenotype, score, status[, …]."""
    names = [
        *("sample_id", "gene", "diplotype", "phenotype", "activity_score", "status"),
        *("other_phenotypes", "alternatives", "missing_positions"),
    ]
    padded = [(*entry, *[""] * (len(names) - len(entry))) for entry in entries]
    return pd.DataFrame(padded, columns=names)


def cohort(*keep, taken=None, interactions=NOBODY, clinical=None):
    return Cohort(keep, taken, interactions, clinical)


def small(*topics):
    record = {"source": "test", "version": "2"}
    return Guidance(tuple(topics), (record,))


def topic(drug, gene, *pairs, **changes):
    """A topic of (condition, category) pairs."""
    entries = tuple(
        Entry(((read_condition(gene, condition),),), category, "strong", f"{category}.")
        for condition, category in pairs
    )
    reference = changes.pop("reference", Reference("CPIC", 2020, "1"))
    return Topic(
        drug, (gene,), entries, reference, source="test", version="2", **changes
    )


CODAMOL = topic("codamol", "G1", (PM, "avoid"), (NM, "standard"))


def test_every_kept_patient_has_a_row_for_every_topic(knowledge):
    table = rows(
        ("b", "G1", "*2/*2", PM, "", "called"),
        ("out", "G1", "*2/*2", PM, "", "called"),
        ("c", "G1", "", "", "", "not_called"),
    )
    warfamol = topic("warfamol", "G2", (PM, "avoid"))
    found = advise_patients(
        table,
        guidance=small(CODAMOL, warfamol),
        knowledge=knowledge,
        cohort=cohort(*"abc", taken={"codamol": {"b", "out"}}),
    )
    assert found["priority"].tolist() == [1, 2] * 3
    found = found.set_index(["drug", "sample_id"]).sort_index()
    assert list(found.index) == [
        (drug, sample) for drug in ("codamol", "warfamol") for sample in "abc"
    ]
    assert found.loc["codamol", "status"].tolist() == [
        *("not_called", "called", "not_called"),
    ]
    assert found.loc["codamol", "category"].tolist() == [
        *("no_guidance", "avoid", "no_guidance"),
    ]
    assert found.loc["codamol", "on_medication"].tolist() == [False, True, False]
    assert (found["recommendation"] != "").all()


def test_without_medicines_in_the_sheet_nobody_is_said_not_to_take_one(knowledge):
    table = rows(("a", "G1", "*2/*2", PM, "", "called"))
    found = advise_patients(
        table, guidance=small(CODAMOL), knowledge=knowledge, cohort=cohort("a")
    )
    assert found["on_medication"].isna().all()


def test_an_empty_cohort_and_no_diplotypes_are_no_errors(knowledge, guidance):
    for keep in ((), ("a",)):
        found = advise_patients(
            rows(), guidance=guidance, knowledge=knowledge, cohort=cohort(*keep)
        )
        assert len(found) == len(keep) * len(guidance.topics)
        # Silence is not an answer: nothing is standard for want of a result, but for
        # what no result could change.
        if keep:
            usual = found[found["category"] == "standard"]
            assert set(usual["possible_categories"].astype(str)) <= {"standard"}


#: What genes may be, as the caller writes them.
CHOICES = {
    "CYP2C19": [
        ("*1/*1", NM, "", "called"),
        ("*2/*2", PM, "", "called"),
        ("*1/*17", RM, "", "called"),
        ("*1/*2", IM, "", "ambiguous", PM, "*2/*2"),
        None,
    ],
    "CYP2D6": [
        ("*1/*1", NM, "2", "called"),
        ("*4/*41", IM, "0.25", "called"),
        ("*4/*4", PM, "0", "called"),
        ("*1/*1x2", UM, "3", "called"),
        ("", "", "", "not_called"),
        None,
    ],
    "CYP2C9": [("*1/*1", NM, "2", "called"), ("*3/*3", PM, "0", "called"), None],
    "VKORC1": [("Reference/rs9923231", "", "", "called"), None],
    "CYP3A5": [("*3/*3", PM, "", "called"), ("*1/*3", IM, "", "called")],
    "HLA-B": [("*57:01/*07:02", "", "", "called"), None],
    "TPMT": [("*1/*3A", IM, "", "called"), ("*1/*1", NM, "", "called"), None],
    "NUDT15": [("*1/*3", IM, "", "called"), None],
}
MEDICINES = [
    *("clopidogrel", "omeprazole", "codeine", "paroxetine", "warfarin", "amiodarone"),
    *("abacavir", "azathioprine", "fluconazole", "tacrolimus", "clarithromycin"),
    *("rifampicin", "duloxetine", "siponimod"),
]
PATIENT = st.tuples(
    st.fixed_dictionaries({g: st.sampled_from(c) for g, c in CHOICES.items()}),
    st.sets(st.sampled_from(MEDICINES), max_size=5),
    st.sampled_from([None, 70.0]),
)


@settings(max_examples=15, deadline=None)
@given(people=st.lists(PATIENT, min_size=1, max_size=6))
def test_a_cohort_is_each_of_its_patients_alone(
    people, knowledge, guidance, interactions
):
    """The tables of numbers that make a cohort fast change nobody's advice."""
    topics = tuple(t for t in guidance.topics if set(t.genes) & set(CHOICES))
    some = Guidance(topics, guidance.records)
    keep = [f"P{number}" for number in range(len(people))]
    entries, taken, clinical = [], {name: set() for name in MEDICINES}, []
    for sample, (genes, medicines, weight) in zip(keep, people, strict=True):
        entries += [(sample, g, *call) for g, call in genes.items() if call]
        for name in medicines:
            taken[name].add(sample)
        clinical.append(Clinical(60, 170, weight, has_medicines=True))
    table = rows(*entries)

    def advise(numbers):
        return advise_patients(
            table,
            guidance=some,
            knowledge=knowledge,
            cohort=cohort(
                *[keep[n] for n in numbers],
                taken=taken,
                interactions=interactions,
                clinical=[clinical[n] for n in numbers],
            ),
        ).astype(str)

    together = advise(range(len(keep)))
    alone = pd.concat([advise([n]) for n in range(len(keep))], ignore_index=True)
    pd.testing.assert_frame_equal(together, alone)
    check_order(together)
    check_reassurance(together)


def check_order(table):
    """What is taken comes first, and then what is most pressing."""
    for _, mine in table.groupby("sample_id", sort=False):
        places = [
            (
                row.on_medication != "True",
                rank_category(
                    row.category,
                    row.possible,
                    is_assessed=row.status != "not_called",
                ),
            )
            for row in mine.assign(
                possible=mine["possible_categories"].str.split("|")
            ).itertuples()
        ]
        assert places == sorted(places)
        assert mine["priority"].tolist() == [str(n + 1) for n in range(len(mine))]


def check_reassurance(table):
    """Nothing is less pressing than by genotype; no text is blank."""
    assert (table["recommendation"] != "").all()
    for row in table.itertuples():
        mine = rank_certain(row.category, row.possible_categories.split("|"))
        assert mine <= rank_certain(row.genotype_category, [row.genotype_category])


def test_advice_is_sought_once_for_each_kind_of_result(
    knowledge, guidance, monkeypatch
):
    """What makes 2,504 patients fast: few results of a gene are told apart."""
    asked = []
    plain = patients.advise_on
    monkeypatch.setattr(
        patients, "advise_on", lambda *args: asked.append(1) or plain(*args)
    )
    table = rows(
        *(
            (f"p{n}", gene, *choices[n % (len(choices) - 1)])
            for gene, choices in CHOICES.items()
            if None in choices
            for n in range(400)
            if choices[n % (len(choices) - 1)] is not None
        )
    )
    keep = [f"p{n}" for n in range(400)]
    advise_patients(table, guidance=guidance, knowledge=knowledge, cohort=cohort(*keep))
    assert len(asked) < 12 * len(guidance.topics)


def advise_one(guidance, knowledge, interactions, calls, medicines):
    return advise_patients(
        rows(*(("P", gene, *call) for gene, call in calls.items())),
        guidance=guidance,
        knowledge=knowledge,
        cohort=cohort(
            "P", taken={name: {"P"} for name in medicines}, interactions=interactions
        ),
    ).astype(str)


def test_codeine_with_paroxetine(guidance, knowledge, interactions):
    calls = {"CYP2D6": ("*1/*1", NM, "2", "called")}
    both = advise_one(
        guidance, knowledge, interactions, calls, ["codeine", "paroxetine"]
    )
    row = both[(both["drug"] == "codeine") & (both["body"] == "CPIC")].iloc[0]
    assert row["priority"] == "1"
    assert (row["category"], row["genotype_category"]) == ("avoid", "standard")
    assert (row["phenotypes"], row["effective_phenotypes"]) == (NM, PM)
    assert row["diplotypes"] == "*1/*1"
    assert "paroxetine (strong inhibitor of CYP2D6" in row["interaction"]
    assert row["genotype_recommendation"] == "Standard use by age and weight."
    alone = advise_one(guidance, knowledge, interactions, calls, ["codeine"])
    row = alone[(alone["drug"] == "codeine") & (alone["body"] == "CPIC")].iloc[0]
    assert (row["category"], row["interaction"]) == ("standard", "")


@pytest.mark.parametrize("inhibitor", ["omeprazole", "esomeprazole"])
@pytest.mark.parametrize("phenotype", [NM, PM, "Indeterminate"])
def test_clopidogrel_with_omeprazole_is_avoided_whatever_the_genotype(
    guidance, knowledge, interactions, inhibitor, phenotype
):
    calls = {"CYP2C19": ("*1/*1", phenotype, "", "called")}
    medicines = ["clopidogrel", inhibitor]
    found = advise_one(guidance, knowledge, interactions, calls, medicines)
    mine = found[found["drug"] == "clopidogrel"]
    (told,) = mine[mine["body"] == "MHRA"].itertuples()
    assert (told.category, told.strength) == ("avoid", "label")
    assert f"Do not combine with {inhibitor}" in told.recommendation
    # Said once, by the body that says it; the others speak of the genotype.
    others = mine[mine["body"] != "MHRA"]["recommendation"]
    assert not others.str.contains("Do not combine").any()


def test_a_pair_is_told_although_its_body_has_no_other_advice(
    guidance, knowledge, interactions
):
    """Guidelines of the user's alone do not lose the regulator's warning."""
    some = Guidance(
        tuple(t for t in guidance.topics if t.reference.body == "CPIC"),
        guidance.records,
    )
    calls = {"CYP2C19": ("*1/*1", NM, "", "called")}
    medicines = ["clopidogrel", "omeprazole"]
    found = advise_one(some, knowledge, interactions, calls, medicines)
    mine = found[found["drug"] == "clopidogrel"]
    assert set(mine["category"]) == {"avoid"}
    assert mine["recommendation"].str.contains("Do not combine").all()
    assert mine["genotype_recommendation"].ne("").all()


def test_a_strong_inhibitor_tells_where_the_gene_was_not_assessed(
    guidance, knowledge, interactions
):
    found = advise_one(guidance, knowledge, interactions, {}, ["codeine", "fluoxetine"])
    row = found[(found["drug"] == "codeine") & (found["body"] == "CPIC")].iloc[0]
    assert (row["category"], row["genotype_category"]) == ("avoid", "no_guidance")
    assert "CYP2D6 was not assessed" in row["genotype_recommendation"]
    assert row["status"] == "not_called"


def test_abacavir_with_and_without_the_allele_and_without_a_test(
    guidance, knowledge, interactions
):
    seen = {}
    for diplotype in ("*07:02/*57:01", "*07:02/*08:01", "", "*57:01:01", "*07:02"):
        # Half a call is not sure, whatever the half is.
        status = "called" if "/" in diplotype else "ambiguous"
        status = status if diplotype else "not_called"
        calls = {"HLA-B": (diplotype, "", "", status)}
        found = advise_one(guidance, knowledge, interactions, calls, ["abacavir"])
        row = found[(found["drug"] == "abacavir") & (found["body"] == "CPIC")].iloc[0]
        seen[diplotype] = row
    assert seen["*07:02/*57:01"]["category"] == "avoid"
    assert seen["*07:02/*08:01"]["category"] == "standard"
    # The allele is there, whatever the other one is; one without it clears nobody.
    assert seen["*57:01:01"]["category"] == "avoid"
    assert seen["*07:02"]["category"] == "no_guidance"
    assert seen["*07:02"]["possible_categories"].startswith("avoid")
    untested = seen[""]
    assert untested["category"] == "no_guidance"
    assert untested["possible_categories"].startswith("avoid")
    assert "Order HLA-B*57:01 before abacavir" in untested["recommendation"]


def test_columns_of_two_genes_are_in_the_order_of_the_genes(guidance, knowledge):
    table = rows(
        ("a", "TPMT", "*3A/*3C", PM, "", "called"),
        ("a", "NUDT15", "*1/*2", IM, "", "ambiguous", NM, "*1/*1"),
    )
    found = advise_patients(
        table, guidance=guidance, knowledge=knowledge, cohort=cohort("a")
    ).astype(str)
    row = found[(found["drug"] == "mercaptopurine") & (found["body"] == "CPIC")].iloc[0]
    assert row["genes"] == "NUDT15;TPMT"
    assert row["phenotypes"] == f"{IM}|{NM};{PM}"
    assert row["diplotypes"] == "*1/*2;*3A/*3C"
    assert row["status"] == "ambiguous"


def test_an_unknown_wording_is_shown_without_a_category(knowledge):
    cells = ((read_condition("G1", PM),),)
    odd = Topic(
        "codamol",
        ("G1",),
        (Entry(cells, None, "strong", "Ask <b>twice</b>."),),
        Reference("CPIC"),
    )
    table = rows(("a", "G1", "*2/*2", PM, "", "called"))
    found = advise_patients(
        table, guidance=small(odd), knowledge=knowledge, cohort=cohort("a")
    )
    assert found["category"].tolist() == ["no_guidance"]
    assert found["recommendation"].tolist() == [
        "Category not recognised: read the text. Ask <b>twice</b>."
    ]


HOSTILE = ["=cmd()", "a\tb", 'q"uote', "új\u202e", "NA", "001", " x ", "../../etc"]


def test_hostile_identifiers_come_back_as_they_were(
    knowledge, guidance, interactions, tmp_path
):
    keep = [name for name in HOSTILE if "\t" not in name]
    table = rows(*((name, "CYP2D6", "*4/*4", PM, "0", "called") for name in keep))
    found = advise_patients(
        table,
        guidance=guidance,
        knowledge=knowledge,
        cohort=cohort(*keep, taken={"codeine": {keep[0]}}, interactions=interactions),
    )
    path = tmp_path / "guidance.tsv"
    write_table(path, found, table="pgx/guidance.tsv")
    back = read_table(path, table="pgx/guidance.tsv")
    assert back.columns.tolist() == [
        column.name for column in table_spec("pgx/guidance.tsv").columns
    ]
    assert sorted(back["sample_id"].unique()) == sorted(keep)
    assert back["on_medication"].sum() == (
        found[found["sample_id"] == keep[0]]["on_medication"].astype(bool).sum()
    )
    assert np.all(back.groupby("sample_id")["priority"].max() == len(guidance.topics))
