"""Advice for given results: nothing guessed, nothing reassured, nothing hidden."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genostrat.pgx.guidance.advice import advise_on, decide
from genostrat.pgx.guidance.answers import Result, Shift
from genostrat.pgx.guidance.categories import ACTIONABLE, CATEGORIES, rank_category
from genostrat.pgx.guidance.entries import Entry, Reference, Topic
from genostrat.pgx.guidance.sources.loading import load_guidance
from genostrat.pgx.guidance.sources.own import read_condition
from genostrat.pgx.guidance.states import State

NM, IM, PM = "Normal Metabolizer", "Intermediate Metabolizer", "Poor Metabolizer"
RM, UM = "Rapid Metabolizer", "Ultrarapid Metabolizer"
PCI = "acute coronary syndrome or PCI"
STROKE = "after stroke or TIA, or other neurovascular disease"


@pytest.fixture(scope="module")
def topics():
    return load_guidance(["genostrat"]).topics


@pytest.fixture(scope="module")
def advise(topics):
    def look_up(drug, *, body="CPIC", indication=None, **genes):
        (topic,) = (
            t
            for t in topics
            if (t.drug, t.reference.body) == (drug, body)
            and indication in (None, t.indication)
            and {g.replace("_", "-") for g in genes} <= set(t.genes)
        )
        return advise_on(
            topic,
            [Result(g, as_states(genes.get(g.replace("-", "_")))) for g in topic.genes],
        )

    return look_up


def as_states(given):
    """Return possibilities: of a phenotype, a list of some, alleles, or none."""
    if given is None:
        return ()
    if isinstance(given, list):
        return tuple(state for one in given for state in as_states(one))
    if isinstance(given, State):
        return (given,)
    if isinstance(given, float):
        bands = {0.0: PM, 0.5: IM, 1.0: IM, 1.5: NM, 2.0: NM, 3.0: UM}
        return (State(bands[given], given),)
    if "/" in given:
        return (State("", None, tuple(sorted(given.split("/")))),)
    return (State(given),)


HLA = {"HLA_A": "*02:01/*11:01", "HLA_B": "*07:02/*08:01"}


@pytest.mark.parametrize(
    ("drug", "genes", "category", "strength"),
    [
        ("abacavir", {"HLA_B": "*57:01/*07:02"}, "avoid", "strong"),
        ("abacavir", {"HLA_B": "*07:02/*08:01"}, "standard", "strong"),
        ("allopurinol", {"HLA_B": "*58:01/*40:01"}, "avoid", "strong"),
        ("codeine", {"CYP2D6": 0.0}, "avoid", "strong"),
        ("codeine", {"CYP2D6": 3.0}, "avoid", "strong"),
        ("codeine", {"CYP2D6": 1.0}, "monitor", "moderate"),
        ("nortriptyline", {"CYP2D6": 0.5}, "change_dose", "moderate"),
        ("nortriptyline", {"CYP2D6": 1.0}, "change_dose", "optional"),
        ("tamoxifen", {"CYP2D6": 0.5}, "avoid", "moderate"),
        ("tamoxifen", {"CYP2D6": 1.0}, "avoid", "optional"),
        ("metoprolol", {"CYP2D6": 0.0}, "change_dose", "moderate"),
        # A rapid metaboliser on citalopram was “avoid” in 2015, and is not any more.
        ("citalopram", {"CYP2C19": RM}, "monitor", "optional"),
        ("citalopram", {"CYP2C19": UM}, "avoid", "strong"),
        ("citalopram", {"CYP2C19": IM}, "change_dose", "moderate"),
        # Most people: as usual, not to be watched.
        ("omeprazole", {"CYP2C19": NM}, "standard", "moderate"),
        ("omeprazole", {"CYP2C19": PM}, "monitor", "moderate"),
        ("azathioprine", {"TPMT": IM, "NUDT15": IM}, "change_dose", "strong"),
        ("azathioprine", {"TPMT": NM, "NUDT15": PM}, "avoid", "strong"),
        (
            "gentamicin",
            {"MT_RNR1": "Increased Risk of Aminoglycoside-Induced Hearing Loss"},
            "avoid",
            "strong",
        ),
        ("rasburicase", {"G6PD": "G6PD Deficient"}, "avoid", "strong"),
        ("methylene blue", {"G6PD": "G6PD Deficient"}, "avoid", "moderate"),
        ("nitrofurantoin", {"G6PD": "G6PD Deficient"}, "monitor", "optional"),
        ("nitrofurantoin", {"G6PD": "G6PD Deficient with CNSHA"}, "avoid", "moderate"),
        (
            "sevoflurane",
            {"RYR1": "Malignant Hyperthermia Susceptibility"},
            "avoid",
            "strong",
        ),
        (
            "succinylcholine",
            {"CACNA1S": "Malignant Hyperthermia Susceptibility"},
            "avoid",
            "strong",
        ),
        (
            "fluvastatin",
            {"CYP2C9": State(PM, 0.0), "SLCO1B1": "Poor Function"},
            "avoid",
            "optional",
        ),
    ],
)
def test_categories_and_strengths_of_the_guidelines(
    advise, drug, genes, category, strength
):
    advice = advise(drug, **genes)
    assert (advice.category, advice.strength) == (category, strength)


def test_clopidogrel_is_told_by_indication(advise):
    found = {i: advise("clopidogrel", indication=i, CYP2C19=IM) for i in (PCI, STROKE)}
    assert found[PCI].strength == "strong"
    assert "prasugrel" in found[PCI].recommendation
    assert found[STROKE].strength == "moderate"
    other = advise(
        "clopidogrel", indication="other cardiovascular indications", CYP2C19=IM
    )
    assert (other.category, other.strength) == ("no_guidance", "none")


def test_prasugrel_is_never_recommended_after_a_stroke(topics):
    texts = [
        (topic.indication, entry.text)
        for topic in topics
        if topic.drug == "clopidogrel"
        for entry in topic.entries
        if "prasugrel" in entry.text.casefold()
    ]
    after_stroke = [text for where, text in texts if "stroke" in where]
    assert after_stroke
    for text in after_stroke:
        assert "no prasugrel" in text.casefold()
    # Nor where the indication could be a stroke.
    for where, text in texts:
        if "stroke" not in where and where not in (PCI, "PCI"):
            assert "no prasugrel after a stroke" in text


def test_absence_of_a_call_is_not_a_negative_result(advise):
    advice = advise("abacavir")
    assert advice.category == "no_guidance"
    assert advice.possible[0] == "avoid"
    assert advice.recommendation == (
        "HLA-B was not assessed. Order HLA-B*57:01 before abacavir; not assessed is"
        " not negative."
    )
    lone = advise("abacavir", HLA_B=State("", None, ("*07:02",)))
    assert (lone.category, lone.possible[0]) == ("no_guidance", "avoid")
    assert "Order HLA-B*57:01" in lone.recommendation


def test_one_negative_hla_gene_does_not_clear_carbamazepine(advise):
    advice = advise(
        "carbamazepine", indication="not taken before", HLA_B="*07:02/*08:01"
    )
    assert (advice.category, advice.possible[0]) == ("no_guidance", "avoid")
    assert "Order HLA-A*31:01" in advice.recommendation
    both = advise("carbamazepine", indication="not taken before", **HLA)
    assert both.category == "standard"
    one = advise("carbamazepine", indication="not taken before", HLA_B="*15:02/*08:01")
    assert one.category == "avoid"


def test_a_change_that_is_due_anyway_is_not_hidden_by_a_missing_gene(advise):
    assert advise("amitriptyline", CYP2C19=UM).category == "avoid"
    assert advise("amitriptyline", CYP2D6=0.0).category == "avoid"
    assert advise("rosuvastatin", ABCG2="Poor Function").category == "change_dose"
    assert advise("azathioprine", TPMT=PM).category == "avoid"


@pytest.mark.parametrize(
    ("drug", "genes"),
    [
        ("amitriptyline", {"CYP2C19": NM}),
        ("amitriptyline", {"CYP2D6": 2.0}),
        ("fluvastatin", {"CYP2C9": State(NM, 2.0)}),
        ("rosuvastatin", {"ABCG2": "Normal Function", "SLCO1B1": "Indeterminate"}),
        ("sertraline", {"CYP2C19": NM}),
    ],
)
def test_nothing_is_as_usual_while_a_gene_could_change_it(advise, drug, genes):
    advice = advise(drug, **genes)
    assert advice.category == "no_guidance"
    assert set(advice.possible) & set(ACTIONABLE)
    assert "could change the advice" in advice.recommendation


def test_advice_for_an_unknown_gene_stands_with_what_it_could_be(advise):
    advice = advise("azathioprine", TPMT=NM)
    assert advice.category == "monitor"
    assert advice.possible == ("avoid", "change_dose", "monitor")
    assert "NUDT15 was not assessed" in advice.recommendation
    unknown = advise("mavacamten", body="SmPC")
    assert unknown.category == "change_dose"


def test_the_floor_is_the_least_that_every_possibility_asks_for(advise):
    each = advise("azathioprine", TPMT=[IM, PM], NUDT15=NM)
    assert (each.category, each.possible) == ("change_dose", ("avoid", "change_dose"))
    watch = advise("codeine", CYP2D6=[0.0, 1.0])
    assert (watch.category, watch.possible) == ("monitor", ("avoid", "monitor"))
    # An unknown gene that can only ask for more leaves what the other one asks for.
    statin = advise("fluvastatin", SLCO1B1="Decreased Function")
    assert (statin.category, statin.possible[0]) == ("monitor", "avoid")
    some = advise("azathioprine", TPMT=[NM, IM], NUDT15=NM)
    assert (some.category, some.possible) == (
        "no_guidance",
        ("change_dose", "standard"),
    )
    assert "depends on which it is" in some.recommendation


def test_a_phenotype_without_its_score_keeps_what_all_its_scores_share(advise):
    advice = advise("nortriptyline", CYP2D6=IM)
    assert (advice.category, advice.strength) == ("change_dose", "")
    wide = advise("tamoxifen", CYP2D6=IM)
    assert (wide.category, wide.strength) == ("avoid", "")


def test_an_allele_of_unknown_effect_is_not_good_news(advise):
    for result in ("Indeterminate", State("", None, ("*2", "*99"))):
        advice = advise("clopidogrel", indication=PCI, CYP2C19=result)
        assert advice.category == "no_guidance"
        assert advice.possible[0] == "avoid"
        assert "effect of CYP2C19 is not known" in advice.recommendation


def test_medicines_taken_add_to_the_genotypes_advice_and_never_hide_it(topics):
    (codeine,) = (
        t for t in topics if (t.drug, t.reference.body) == ("codeine", "CPIC")
    )
    cause = "paroxetine (strong inhibitor)"

    def advise(genotype, effective):
        shift = Shift("CYP2D6", (effective,), cause)
        return advise_on(codeine, [Result("CYP2D6", (genotype,), shift)])

    worse = advise(State(NM, 2.0), State(PM, 0.0))
    assert (worse.category, worse.genotype_category) == ("avoid", "standard")
    assert "does not relieve pain" in worse.recommendation
    assert worse.genotype_recommendation == "Standard use by age and weight."
    # What the genotype forbids is not allowed because something hinders the enzyme.
    better = advise(State(UM, 3.0), State(NM, 1.5))
    assert (better.category, better.genotype_category) == ("avoid", "avoid")
    assert better.recommendation.startswith("Avoid codeine: it is turned into morphine")
    assert "While the medicines taken now last: Standard use" in better.recommendation
    # The same either way is said once.
    same = advise(State(PM, 0.0), State(PM, 0.0))
    assert same.genotype_recommendation == ""
    assert "While" not in same.recommendation
    assert {a.interaction for a in (worse, better, same)} == {cause}


def test_a_medicine_that_no_rule_counts_is_to_be_watched(topics):
    """CYP3A5 and clarithromycin: the genotype's standard use is not the whole story."""
    (topic,) = (
        t for t in topics if (t.drug, t.reference.body) == ("tacrolimus", "CPIC")
    )
    poor = State(PM)
    alone = advise_on(topic, [Result("CYP3A5", (poor,))])
    assert alone.category == "standard"
    shift = Shift("CYP3A5", (poor,), "clarithromycin", is_shift=False)
    advice = advise_on(topic, [Result("CYP3A5", (poor,), shift)])
    assert (advice.category, advice.genotype_category) == ("monitor", "standard")
    assert advice.strength == ""
    assert "does not tell how active CYP3A5 is" in advice.recommendation
    assert alone.recommendation in advice.recommendation


CODES = "abcd"


def made_up(categories):
    """Return a topic whose phenotypes a, b, c and d have these categories."""
    entries = tuple(
        Entry(((read_condition("G1", f"{code} phenotype"),),), category, "strong", code)
        for code, category in zip(CODES, categories, strict=True)
    )
    return Topic("codamol", ("G1",), entries, Reference("CPIC"))


@given(
    categories=st.lists(st.sampled_from(CATEGORIES), min_size=4, max_size=4),
    possible=st.sets(st.sampled_from(CODES), min_size=1),
)
def test_no_possibility_is_less_pressing_than_what_is_said(categories, possible):
    """An oracle of its own: the category against those of each possibility alone."""
    topic = made_up(categories)
    alone = [categories[CODES.index(code)] for code in possible]
    states = [State(f"{code} phenotype") for code in sorted(possible)]
    decision = decide(topic, [states])
    assert set(decision.possible) == set(alone)
    if len(set(alone)) == 1:
        assert decision.category == alone[0]
    elif decision.category == "no_guidance":
        assert {"standard", "no_guidance"} & set(alone)
    else:
        # Every possibility asks for at least as much.
        floor = CATEGORIES.index(decision.category)
        assert all(CATEGORIES.index(name) <= floor for name in alone)
        assert decision.category != "standard"
    assert rank_category(decision.category, decision.possible) <= max(
        rank_category(name, [name]) for name in alone
    )


@given(
    categories=st.lists(st.sampled_from(CATEGORIES), min_size=4, max_size=4),
    stated=st.sampled_from(CATEGORIES),
)
def test_an_unknown_gene_is_standard_only_if_every_phenotype_is(categories, stated):
    topic = made_up(categories)
    entry = Entry(((read_condition("G1", "unknown"),),), stated, "strong", "unknown")
    both = Topic("codamol", ("G1",), (*topic.entries, entry), topic.reference)
    assert decide(topic, [()]).category == "no_guidance"
    decision = decide(both, [()])
    if decision.category == "standard":
        assert not set(categories) & set(ACTIONABLE)
    if set(categories) & set(ACTIONABLE):
        assert set(decision.possible) & set(ACTIONABLE)
