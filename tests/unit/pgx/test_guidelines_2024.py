"""Our table of guidance, row by row against the guidelines as curators hold them.

The files are CPIC's and DPWG's guidelines of March 2024 in the form of PharmCAT, and
two reports of November 2025. Every lookup key is asked of both; where the answers
differ, the difference must be one of those explained here.
"""

import gzip
import json
from collections import Counter
from itertools import product
from pathlib import Path

import pytest

from benchmarks.real_data import DATA
from genostrat.pgx.guidance.advice import decide
from genostrat.pgx.guidance.sources import pharmcat
from genostrat.pgx.guidance.sources.own import read_own_guidance
from genostrat.pgx.guidance.states import SCORE_BANDS, State
from genostrat.pgx.knowledge.loading import load_knowledge
from genostrat.pgx.phenotypes import find_effect

HOME = Path(__file__).resolve().parents[3]
FOLDER = DATA / "pgx_guidelines_2024"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no guidelines at {FOLDER}"),
]

#: Names of indications in the files, where ours say more.
INDICATIONS = {
    "stroke or other neurovascular disease": (
        "after stroke or TIA, or other neurovascular disease"
    ),
    "taken for more than 3 months": "taken for more than 3 months without a reaction",
    "no alternative available": "not taken before, no alternative available",
}
#: DPWG's texts for several indications in one, by the one that is held against ours.
SPLIT = {"clopidogrel": "PCI", "quetiapine": "depression"}
PUMP = ("omeprazole", "lansoprazole", "pantoprazole", "dexlansoprazole")
USUAL = {"normal metabolizer", "rapid metabolizer"}


@pytest.fixture(scope="module")
def own():
    found = {}
    for topic in read_own_guidance()[0]:
        key = (topic.drug, topic.reference.body, topic.genes)
        found.setdefault(key, {})[topic.indication] = topic
    return found


def as_state(condition, genes):
    """Return a result that meets one condition, as a call of ours would have it."""
    if condition.kind == "unknown":
        return None
    if condition.kind == "score":
        for phenotype, (low, high) in SCORE_BANDS[condition.gene].items():
            if low <= condition.low <= high:
                return State(phenotype, condition.low)
    if condition.kind == "with":
        return State("", None, tuple(sorted((condition.names[0], "*99:01"))))
    if condition.kind == "without":
        return State("", None, ("*98:01", "*99:01"))
    if condition.kind == "is":
        effect = find_effect(genes[condition.gene], condition.names)
        return State(effect.phenotype, effect.activity_score, condition.names)
    return State(condition.names[0])


def explain(topic, entry, states, mine):
    """Return why the answers differ; None for a difference that is not explained."""
    named = {name for cell in entry.cells for c in cell for name in c.names}
    body, drug = topic.reference.body, topic.drug
    unknown = None in states and entry.category in ("standard", "monitor")
    if unknown and mine.category == "no_guidance" and len(mine.possible) > 1:
        return "as usual is not said while a gene that could change it is unknown"
    if None in states and mine.category == entry.category:
        return "the same, with the strength that all results share"
    if (
        body == "DPWG"
        and entry.category == "no_guidance"
        and mine.category == "standard"
    ):
        return "DPWG lists only results that differ from the dose of everybody"
    if drug in PUMP and named <= USUAL and mine.category == "standard":
        return "more for H. pylori and oesophagitis only: not to be watched otherwise"
    if "MT-RNR1" in topic.genes and mine.category == "standard":
        return "levels and hearing are checked in everybody: as usual"
    if drug == "voriconazole" and topic.indication == "children":
        return "the dose is to be guided by levels"
    if (body, drug) in {("DPWG", "atorvastatin"), ("DPWG", "eliglustat")}:
        return "to be avoided only with further risk factors or other medicines"
    return None


def find_own(own, topic):
    found = own[topic.drug, topic.reference.body, topic.genes]
    wanted = INDICATIONS.get(topic.indication, topic.indication)
    if topic.reference.body == "DPWG":
        wanted = SPLIT.get(topic.drug, wanted)
    if wanted not in found and len(found) == 1:
        return next(iter(found.values()))
    return found[wanted]


def test_every_lookup_key_has_the_guidelines_category_and_strength(own):
    genes = load_knowledge("pypgx", build="GRCh38").genes
    theirs, _ = pharmcat.read(FOLDER)
    seen, unexplained = Counter(), []
    for topic in theirs:
        mine = find_own(own, topic)
        for entry in topic.entries:
            states = [as_state(cell[0], genes) for cell in entry.cells]
            decision = decide(mine, [() if s is None else (s,) for s in states])
            category = entry.category or "no_guidance"
            same = decision.category == category
            if same and decision.strength in (entry.strength, ""):
                seen["the same"] += 1
                continue
            reason = explain(topic, entry, states, decision)
            seen[reason] += 1
            if reason is None:
                unexplained.append(
                    (topic.key, states, category, entry.strength, decision.category)
                )
    assert not unexplained
    assert sum(seen.values()) > 2400
    assert seen["the same"] > 0.88 * sum(seen.values())


def test_compound_intermediates_get_the_dose_of_the_update_of_march_2024(own):
    state = State("Intermediate Metabolizer")
    for drug in ("azathioprine", "mercaptopurine", "thioguanine"):
        topic = own[drug, "CPIC", ("NUDT15", "TPMT")]["any"]
        (outcome,) = decide(topic, [(state,), (state,)]).outcomes
        assert "20 to 50 %" in outcome.certain.text


def read_reports():
    for path in sorted((FOLDER / "example_reports_2025").glob("*.json.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            yield json.load(stream)


def test_reports_of_november_2025_agree(own, tmp_path):
    """Two patients' reports: the annotations that reached them, and their flags."""
    checked = Counter()
    for report in read_reports():
        for name, drugs in report["drugs"].items():
            body = name.split(" ")[0]
            if body not in ("CPIC", "DPWG"):
                continue
            packages = [make_package(body, drug, r) for drug, r in drugs.items()]
            path = tmp_path / "prescribing_guidance.json"
            path.write_text(json.dumps({"version": "2025-11", "guidelines": packages}))
            topics, version = pharmcat.read(path)
            assert version == "2025-11"
            for topic in topics:
                checked.update(compare(topic, own))
    assert not [key for key in checked if key[0] == "other"], checked
    assert sum(checked.values()) > 150


def make_package(body, drug, record):
    """Return a report's annotations in the form of today's guideline file."""
    return {
        "guideline": {"source": body, "url": (record["urls"] or [""])[0]},
        "citations": record["citations"],
        "recommendations": [
            {
                "population": annotation["population"],
                "classification": {"term": annotation["classification"]},
                "relatedChemicals": [{"name": drug}],
                "text": {"html": annotation["drugRecommendation"]},
                "lookupKey": annotation["lookupKey"],
                **{
                    flag: annotation[flag]
                    for flag in (
                        "dosingInformation",
                        "alternateDrugAvailable",
                        "otherPrescribingGuidance",
                    )
                },
            }
            for guideline in record["guidelines"]
            for annotation in guideline["annotations"]
            if annotation["lookupKey"]
        ],
    }


#: Of the reports: what our table leaves out, or holds in another form.
NOT_HELD = {
    ("atazanavir", "DPWG"),
    ("rosuvastatin", "DPWG"),
    # A sample with *1/*1, which our rows for normal metabolisers answer.
    ("eliglustat", "DPWG"),
}


def compare(topic, own):
    genes = load_knowledge("pypgx", build="GRCh38").genes
    key = (topic.drug, topic.reference.body, topic.genes)
    if key not in own:
        found = "left out" if key[:2] in NOT_HELD else "other"
        return [(found, *key)] * len(topic.entries)
    results = []
    mine = find_own(own, topic)
    for entry in topic.entries:
        states = [as_state(cell[0], genes) for cell in entry.cells]
        decision = decide(mine, [() if s is None else (s,) for s in states])
        category = entry.category or "no_guidance"
        same = decision.category == category and (
            decision.strength in (entry.strength, "")
        )
        fine = same or explain(topic, entry, states, decision)
        kind = ("same",) if fine else ("other", *key, category, decision.category)
        results.append(kind)
    return results


def test_texts_of_third_parties_hold_no_control_characters_or_markup():
    topics, _ = pharmcat.read(FOLDER)
    for topic in topics:
        for entry in topic.entries:
            assert entry.text.isprintable()
            assert "<" not in entry.text or "< " in entry.text or "<2" in entry.text
            assert entry.category is not None
        if topic.drug == "clopidogrel":
            for entry in topic.entries:
                if "rasugrel" in entry.text:
                    assert "contraindicated after a stroke" in entry.text
    assert {len(list(product(*[range(2)] * len(t.genes)))) for t in topics} <= {2, 4, 8}


def test_the_folder_is_a_source_that_config_may_name():
    from genostrat.pgx.guidance.sources.loading import load_guidance

    both = load_guidance(["genostrat", str(FOLDER)])
    assert [record["source"] for record in both.records] == ["genostrat", "PharmCAT"]
    assert len(both.records[1]["sha256"]) == 64
    assert not both.findings
