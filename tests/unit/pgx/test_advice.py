"""Advice on a drug for given results, against what the source's table says."""

import pytest

from genostrat.pgx.guidance.advice import advise_on
from genostrat.pgx.guidance.answers import Result
from genostrat.pgx.guidance.drugs import gather_drugs
from genostrat.pgx.knowledge.loading import load_knowledge

NM, IM, PM = "Normal Metabolizer", "Intermediate Metabolizer", "Poor Metabolizer"
UM = "Ultrarapid Metabolizer"
MHS, US = "Malignant Hyperthermia Susceptibility", "Uncertain Susceptibility"


@pytest.fixture(scope="module")
def knowledge():
    return load_knowledge("pypgx", build="GRCh38")


@pytest.fixture(scope="module")
def drugs(knowledge):
    return {drug.name: drug for drug in gather_drugs(knowledge)}


@pytest.fixture(scope="module")
def advise(drugs):
    def look_up(name, **phenotypes):
        """Phenotypes by gene: text, a list of possible ones, or None."""
        drug = drugs[name]
        assert set(phenotypes) <= set(drug.genes)
        results = []
        for gene in drug.genes:
            given = phenotypes.get(gene)
            names = (
                [] if given is None else [given] if isinstance(given, str) else given
            )
            results.append(Result(gene, tuple(names), "*1/*2" if names else ""))
        return advise_on(drug, results)

    return look_up


def text_for(knowledge, drug, *phenotypes):
    (found,) = (
        item.text
        for item in knowledge.recommendations
        if item.drug == drug and item.phenotypes == phenotypes
    )
    return found


@pytest.mark.parametrize(
    ("drug", "phenotypes", "category"),
    [
        ("clopidogrel", {"CYP2C19": PM}, "avoid"),
        ("clopidogrel", {"CYP2C19": IM}, "avoid"),
        ("clopidogrel", {"CYP2C19": NM}, "standard"),
        ("simvastatin", {"SLCO1B1": "Poor Function"}, "avoid"),
        ("simvastatin", {"SLCO1B1": "Normal Function"}, "standard"),
        ("pravastatin", {"SLCO1B1": "Decreased Function"}, "monitor"),
        ("atorvastatin", {"SLCO1B1": "Decreased Function"}, "change_dose"),
        ("capecitabine", {"DPYD": IM}, "change_dose"),
        ("capecitabine", {"DPYD": PM}, "avoid"),
        ("codeine", {"CYP2D6": UM}, "avoid"),
        ("codeine", {"CYP2D6": IM}, "monitor"),
        ("hydrocodone", {"CYP2D6": UM}, "no_guidance"),
        ("tacrolimus", {"CYP3A5": PM}, "standard"),
        ("tacrolimus", {"CYP3A5": NM}, "change_dose"),
        ("tamoxifen", {"CYP2D6": NM}, "standard"),
        ("tamoxifen", {"CYP2D6": IM}, "avoid"),
        ("azathioprine", {"TPMT": PM, "NUDT15": NM}, "avoid"),
        ("azathioprine", {"TPMT": IM, "NUDT15": NM}, "change_dose"),
        ("azathioprine", {"TPMT": NM, "NUDT15": NM}, "standard"),
        ("amitriptyline", {"CYP2C19": NM, "CYP2D6": PM}, "avoid"),
        ("amitriptyline", {"CYP2C19": NM, "CYP2D6": IM}, "change_dose"),
        ("amitriptyline", {"CYP2C19": NM, "CYP2D6": NM}, "standard"),
        ("sevoflurane", {"RYR1": MHS, "CACNA1S": US}, "avoid"),
        ("atazanavir", {"UGT1A1": PM}, "avoid"),
        ("atazanavir", {"UGT1A1": IM}, "standard"),
    ],
)
def test_called_genes_get_the_text_of_the_source_as_it_is(
    advise, knowledge, drugs, drug, phenotypes, category
):
    advice = advise(drug, **phenotypes)
    ordered = [phenotypes[gene] for gene in drugs[drug].genes]
    assert advice.category == category
    assert advice.possible == (category,)
    assert advice.recommendation == text_for(knowledge, drug, *ordered)


def test_a_gene_that_was_not_called_leaves_no_category(advise):
    advice = advise("clopidogrel", CYP2C19=None)
    assert advice.category == "no_guidance"
    assert advice.possible == ("avoid", "standard")
    assert advice.recommendation == (
        "CYP2C19 was not called. The advice on clopidogrel depends on it."
    )


def test_alternatives_of_one_category_keep_it_and_give_every_text(advise, knowledge):
    advice = advise("clopidogrel", CYP2C19=[PM, IM])
    assert advice.category == "avoid"
    for phenotype in (PM, IM):
        quoted = f"“{text_for(knowledge, 'clopidogrel', phenotype)}”"
        assert f"CYP2C19 {phenotype}: {quoted}" in advice.recommendation
    assert advice.recommendation.startswith(f"CYP2C19 could be {PM} or {IM}.")
    assert "same category" in advice.recommendation


def test_alternatives_with_one_text_give_it_once(advise, knowledge):
    advice = advise("atomoxetine", CYP2D6=[NM, IM])
    text = text_for(knowledge, "atomoxetine", NM)
    assert advice.category == "standard"
    assert advice.recommendation.count(text) == 1
    assert "Either way" in advice.recommendation


def test_alternatives_of_different_categories_leave_none(advise, knowledge):
    advice = advise("clopidogrel", CYP2C19=[NM, IM])
    assert advice.category == "no_guidance"
    assert advice.possible == ("avoid", "standard")
    assert "depends on which it is" in advice.recommendation
    for phenotype in (NM, IM):
        assert text_for(knowledge, "clopidogrel", phenotype) in advice.recommendation


def test_alternatives_that_all_ask_for_a_change_say_so(advise):
    advice = advise("azathioprine", TPMT=[IM, PM], NUDT15=NM)
    assert advice.category == "no_guidance"
    assert advice.possible == ("avoid", "change_dose")
    assert "Each asks for a change" in advice.recommendation


def test_two_ambiguous_genes_are_crossed(advise):
    advice = advise("azathioprine", TPMT=[NM, IM], NUDT15=[NM, PM])
    assert advice.possible == ("avoid", "change_dose", "standard")
    assert advice.category == "no_guidance"
    for tpmt in (NM, IM):
        for nudt15 in (NM, PM):
            assert f"NUDT15 {nudt15}, TPMT {tpmt}" in advice.recommendation


def test_the_source_answers_for_a_gene_without_a_result(advise, knowledge):
    advice = advise("azathioprine", TPMT=PM, NUDT15=None)
    assert advice.category == "avoid"
    expected = text_for(knowledge, "azathioprine", "None", PM)
    assert advice.recommendation == expected
    advice = advise("azathioprine", TPMT=NM, NUDT15=None)
    assert advice.category == "monitor"
    assert advice.possible == ("avoid", "change_dose", "monitor", "standard")


@pytest.mark.parametrize(
    ("drug", "known", "unknown", "shown"),
    [
        # One in ten patients is a poor metabolizer of CYP2D6: avoid.
        ("amitriptyline", {"CYP2C19": NM}, {"CYP2D6": None}, "starting dose"),
        ("fluvastatin", {"CYP2C9": NM}, {"SLCO1B1": None}, "desired starting dose"),
        ("fluvastatin", {"CYP2C9": NM}, {"SLCO1B1": "Indeterminate"}, "starting dose"),
        # The text warns of myopathy, but not of what CYP2C9 could add to it.
        (
            "fluvastatin",
            {"SLCO1B1": "Decreased Function"},
            {"CYP2C9": None},
            "myopathy",
        ),
        ("rosuvastatin", {"ABCG2": "Normal Function"}, {"SLCO1B1": None}, "desired"),
    ],
)
def test_nothing_is_as_usual_while_a_gene_could_change_it(
    advise, drug, known, unknown, shown
):
    advice = advise(drug, **known, **unknown)
    assert advice.category == "no_guidance"
    assert set(advice.possible) & {"avoid", "change_dose"}
    assert next(iter(unknown)) in advice.recommendation
    assert shown in advice.recommendation
    assert "It could change the advice" in advice.recommendation


def test_a_change_that_is_due_anyway_is_not_hidden_by_a_missing_gene(advise):
    assert advise("amitriptyline", CYP2C19=UM).category == "avoid"
    assert advise("amitriptyline", CYP2D6=PM).category == "avoid"
    assert advise("fluvastatin", CYP2C9=IM).category == "change_dose"
    assert advise("rosuvastatin", ABCG2="Poor Function").category == "change_dose"


def test_susceptibility_in_either_gene_is_enough(advise, knowledge):
    text = text_for(knowledge, "halothane", US, MHS)
    assert text_for(knowledge, "halothane", MHS, MHS) == "", "else this tests nothing"
    both = advise("halothane", CACNA1S=MHS, RYR1=MHS)
    assert both.category == "avoid"
    assert text in both.recommendation
    for gene in ("CACNA1S", "RYR1"):
        other = {"CACNA1S": "RYR1", "RYR1": "CACNA1S"}[gene]
        one = advise("halothane", **{gene: MHS})
        assert one.category == "avoid"
        assert f"{other} was not called" in one.recommendation
        assert text in one.recommendation
        none = advise("halothane", **{gene: US})
        assert none.category == "no_guidance"
        assert "avoid" in none.possible
        assert f"{other} was not called" in none.recommendation


def test_texts_for_one_gene_are_not_taken_for_a_pair_they_do_not_fit(advise):
    # All texts for an indeterminate CYP2D6 are to avoid, because of CYP2C19 alone.
    advice = advise("doxepin", CYP2C19=NM, CYP2D6="Indeterminate")
    assert advice.category == "no_guidance"
    assert "no recommendation on doxepin" in advice.recommendation


def test_no_text_is_said_to_be_none(advise):
    advice = advise("clopidogrel", CYP2C19="Indeterminate")
    assert (advice.category, advice.possible) == ("no_guidance", ("no_guidance",))
    assert advice.recommendation == (
        "The source has no recommendation on clopidogrel for CYP2C19 Indeterminate."
    )


def test_a_diplotype_without_phenotype_is_named(advise):
    advice = advise("clopidogrel", CYP2C19="")
    assert advice.category == "no_guidance"
    assert "CYP2C19 *1/*2 has no phenotype" in advice.recommendation


@pytest.mark.parametrize(
    ("drug", "genes"),
    [
        ("warfarin", ("CYP2C9", "CYP4F2", "VKORC1")),
        ("phenytoin", ("CYP2C9", "HLA-B")),
        ("abacavir", ("HLA-B",)),
        ("rasburicase", ("G6PD",)),
        ("gentamicin", ("MT-RNR1",)),
    ],
)
def test_a_guideline_without_texts_is_not_passed_over(drugs, drug, genes):
    assert drugs[drug].genes == genes
    first, *others = genes
    results = [Result(first, (PM,), "*3/*3"), *(Result(g, ()) for g in others)]
    advice = advise_on(drugs[drug], results)
    assert advice.category == "no_guidance"
    assert "CPIC guideline (level A)" in advice.recommendation
    assert f"{first} *3/*3 ({PM})" in advice.recommendation
    assert all(f"{gene} not called" in advice.recommendation for gene in others)
    assert drugs[drug].url in advice.recommendation
    assert drugs[drug].url.startswith("https://cpicpgx.org/")


def test_drugs_of_weak_evidence_are_left_out(drugs, knowledge):
    weak = {g.drug for g in knowledge.guidelines if g.level not in ("A", "A/B", "B")}
    with_texts = {item.drug for item in knowledge.recommendations}
    assert len(weak - with_texts) > 20
    assert not (weak - with_texts) & {n for n, d in drugs.items() if d.level == ""}
    assert with_texts <= drugs.keys()


def test_genes_of_a_guideline_without_texts_are_mentioned(advise):
    advice = advise("sertraline", CYP2C19=NM)
    assert advice.category == "standard"
    assert "also names CYP2B6" in advice.recommendation
