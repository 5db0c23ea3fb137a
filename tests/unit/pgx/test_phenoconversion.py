"""Medicines that change what an enzyme does: the table, and its rules by an oracle."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genostrat.errors import GenostratError
from genostrat.pgx.guidance.medications import gather_names, read_synonyms
from genostrat.pgx.guidance.phenoconversion import (
    COLUMNS,
    DrugEffect,
    read_interactions,
    shift_states,
)
from genostrat.pgx.guidance.sources.loading import load_guidance
from genostrat.pgx.guidance.states import State

RESOURCES = Path(__file__).resolve().parents[3] / "resources"
TABLE = RESOURCES / "pgx_interactions.tsv"
NM, IM, PM = "Normal Metabolizer", "Intermediate Metabolizer", "Poor Metabolizer"
RM, UM = "Rapid Metabolizer", "Ultrarapid Metabolizer"


@pytest.fixture(scope="module")
def table():
    return read_interactions(TABLE)


def effect(kind, strength, enzyme="CYP2D6", medicine="m"):
    return DrugEffect(medicine, enzyme, kind, strength, "source")


STRONG, MODERATE = effect("inhibitor", "strong"), effect("inhibitor", "moderate")
INDUCER = effect("inducer", "strong")


@pytest.mark.parametrize(
    ("medicine", "gene", "kind", "strength"),
    [
        # FDA, Drug Development and Drug Interactions: strong and moderate index drugs.
        ("paroxetine", "CYP2D6", "inhibitor", "strong"),
        ("fluoxetine", "CYP2D6", "inhibitor", "strong"),
        ("bupropion", "CYP2D6", "inhibitor", "strong"),
        ("quinidine", "CYP2D6", "inhibitor", "strong"),
        ("terbinafine", "CYP2D6", "inhibitor", "strong"),
        ("duloxetine", "CYP2D6", "inhibitor", "moderate"),
        ("cinacalcet", "CYP2D6", "inhibitor", "moderate"),
        ("mirabegron", "CYP2D6", "inhibitor", "moderate"),
        ("fluconazole", "CYP2C19", "inhibitor", "strong"),
        ("fluvoxamine", "CYP2C19", "inhibitor", "strong"),
        ("rifampicin", "CYP2C19", "inducer", "strong"),
        ("fluconazole", "CYP2C9", "inhibitor", "moderate"),
        ("amiodarone", "CYP2C9", "inhibitor", "moderate"),
        ("clarithromycin", "CYP3A5", "inhibitor", "strong"),
        ("clarithromycin", "CYP3A4", "inhibitor", "strong"),
        ("rifampicin", "CYP2B6", "inducer", "moderate"),
        ("omeprazole", "CYP2C19", "inhibitor", "moderate"),
        ("esomeprazole", "CYP2C19", "inhibitor", "moderate"),
    ],
)
def test_the_table_has_what_matters_most(table, medicine, gene, kind, strength):
    (found,) = table.acting_on(gene, {medicine})
    assert (found.effect, found.strength) == (kind, strength)
    assert found.source


def test_weak_effects_change_nothing(table):
    text = TABLE.read_text().splitlines()
    lines = [line.split("\t") for line in text if not line.startswith("#")]
    weak = {(m, e) for m, e, _, s, *_ in lines[1:] if s == "weak"}
    assert len(weak) > 10
    for medicine, enzyme in weak:
        if enzyme != "CYP3A":
            assert not table.acting_on(enzyme, {medicine})


def test_every_medicine_of_the_table_is_recognised_in_a_sheet(table):
    names = gather_names(
        load_guidance(["genostrat"]).drugs,
        synonyms=read_synonyms(RESOURCES / "drug_synonyms.tsv"),
        interacting=table.medicines,
    )
    known = set().union(*names.drugs.values())
    assert table.medicines <= known


def test_what_a_medicine_does_to_its_own_breakdown_is_not_counted_twice(table):
    taken = {"paroxetine", "duloxetine"}
    assert [e.medicine for e in table.acting_on("CYP2D6", taken)] == [
        *("paroxetine", "duloxetine"),
    ]
    own = table.acting_on("CYP2D6", taken, drug="paroxetine")
    assert [e.medicine for e in own] == ["duloxetine"]


def test_clopidogrel_and_both_proton_pump_inhibitors_are_a_pair(table):
    pairs = {p.medicine: p for p in table.pairs["clopidogrel"]}
    assert set(pairs) == {"omeprazole", "esomeprazole"}
    assert {p.category for p in pairs.values()} == {"avoid"}
    assert {p.body for p in pairs.values()} == {"MHRA"}


#: Activity scores of CYP2D6 with the phenotypes of Caudle 2020, written out.
SCORES = {
    **{0.0: PM, 0.25: IM, 0.5: IM, 0.75: IM, 1.0: IM, 1.25: NM, 1.5: NM, 1.75: NM},
    **{2.0: NM, 2.25: NM, 2.5: UM, 3.0: UM, 4.0: UM},
}
#: Half of each, which the rule for moderate inhibitors gives, in quarters rounded down.
HALF = {
    **{0.0: 0.0, 0.25: 0.0, 0.5: 0.25, 0.75: 0.25, 1.0: 0.5, 1.25: 0.5, 1.5: 0.75},
    **{1.75: 0.75, 2.0: 1.0, 2.25: 1.0, 2.5: 1.25, 3.0: 1.5, 4.0: 2.0},
}


@pytest.mark.parametrize("score", sorted(SCORES))
def test_scores_of_cyp2d6_go_to_nothing_or_to_half(score):
    states = [State(SCORES[score], score)]
    strong = shift_states("CYP2D6", states, [STRONG])
    assert strong.states == (State(PM, 0.0),)
    moderate = shift_states("CYP2D6", states, [MODERATE])
    assert moderate.states == (State(SCORES[HALF[score]], HALF[score]),)
    assert strong.is_shift
    assert moderate.is_shift


def test_a_phenotype_without_its_score_keeps_every_score_that_it_may_have():
    shift = shift_states("CYP2D6", [State(NM)], [MODERATE])
    # 1.25 to 2.25, halved: all intermediate.
    assert {s.phenotype for s in shift.states} == {IM}
    assert {s.score for s in shift.states} == {0.5, 0.75, 1.0}
    shift = shift_states("CYP2D6", [State(UM)], [MODERATE])
    assert {s.phenotype for s in shift.states} >= {NM}


LADDER = {
    "strong": {PM: PM, IM: PM, NM: PM, RM: PM, UM: PM},
    "moderate": {PM: PM, IM: PM, NM: IM, RM: NM, UM: NM},
    "inducer": {PM: PM, IM: NM, NM: RM, RM: UM, UM: UM},
}


@pytest.mark.parametrize("gene", ["CYP2C19", "CYP2B6"])
@pytest.mark.parametrize("rule", sorted(LADDER))
def test_phenotypes_without_scores_take_a_step(gene, rule):
    given_effect = {"strong": STRONG, "moderate": MODERATE, "inducer": INDUCER}[rule]
    for before, after in LADDER[rule].items():
        shift = shift_states(gene, [State(before)], [given_effect])
        assert [s.phenotype for s in shift.states] == [after]
        likely = shift_states(gene, [State(f"Likely {before}")], [given_effect])
        assert [s.phenotype for s in likely.states] == [after]


def test_the_strongest_of_several_inhibitors_counts():
    states = [State(NM, 2.0)]
    both = shift_states("CYP2D6", states, [STRONG, MODERATE])
    assert both.states == (State(PM, 0.0),)
    assert both.cause.count("m (") == 2


def test_inhibitor_and_inducer_together_leave_everything_between_open():
    shift = shift_states("CYP2C19", [State(NM)], [INDUCER, MODERATE])
    assert {s.phenotype for s in shift.states} == {IM, NM, RM}


def test_a_strong_inhibitor_settles_a_gene_that_was_not_assessed():
    assert shift_states("CYP2D6", [], [STRONG]).states == (State(PM, 0.0),)
    unknown = shift_states("CYP2D6", [], [MODERATE])
    assert (unknown.states, unknown.is_shift) == ((), False)
    vague = [State("Indeterminate")]
    assert shift_states("CYP2D6", vague, [MODERATE]).states == tuple(vague)


def test_without_a_rule_the_genotype_stays_and_the_medicine_is_told():
    for gene, effects in (("CYP3A5", [STRONG]), ("CYP2D6", [INDUCER])):
        shift = shift_states(gene, [State(NM, 2.0)], effects)
        assert (shift.states, shift.is_shift) == ((State(NM, 2.0),), False)
        assert shift.cause
    # The dosing of warfarin counts interactions by itself.
    shift = shift_states("CYP2C9", [State(NM, 2.0)], [MODERATE], drug="warfarin")
    assert not shift.is_shift
    assert shift_states("CYP2D6", [State(NM, 2.0)], []) is None


@given(
    scores=st.lists(st.sampled_from(sorted(SCORES)), min_size=1, unique=True),
    effects=st.lists(st.sampled_from([STRONG, MODERATE]), min_size=1, unique=True),
)
def test_inhibitors_never_make_an_enzyme_more_active(scores, effects):
    states = [State(SCORES[s], s) for s in scores]
    effects = sorted(effects, key=lambda e: e.strength, reverse=True)
    shift = shift_states("CYP2D6", states, effects)
    assert max(s.score for s in shift.states) <= max(scores)
    assert all(SCORES.get(s.score, s.phenotype) == s.phenotype for s in shift.states)


@pytest.mark.parametrize(
    "line",
    [
        "a\tCYP2D6\tinhibitor\tvery strong\tFDA\t\t\t",
        "a\tCYP2D6\tblocker\tstrong\tFDA\t\t\t",
        "a\tCYP2D6\tinhibitor\tstrong\t\t\t\t",
        "a\tCYP2D6\tinhibitor\tstrong\tFDA\tb\tforbid\ttext",
        "a\tCYP2D6\tinhibitor\tstrong\tFDA\tb\tavoid\t",
        "a\tCYP2D6",
    ],
)
def test_a_damaged_table_is_refused_with_its_lines(tmp_path, line):
    path = tmp_path / "t.tsv"
    path.write_text("\t".join(COLUMNS) + f"\n{line}\n{line}\n")
    with pytest.raises(GenostratError) as caught:
        read_interactions(path)
    assert [p.line for p in caught.value.problems] == [2, 3]
    path.write_text("medicine\n")
    with pytest.raises(GenostratError):
        read_interactions(path)
