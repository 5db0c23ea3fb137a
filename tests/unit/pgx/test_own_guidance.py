"""The table of guidance that comes with genostrat: whole, cited, and our own."""

import re
from itertools import product

import pytest

from genostrat.errors import GenostratError
from genostrat.pgx.guidance.advice import decide
from genostrat.pgx.guidance.sources import own
from genostrat.pgx.guidance.sources.own import list_files, read_own_guidance
from genostrat.pgx.guidance.states import SCORE_BANDS, State

LADDER = ("Poor", "Intermediate", "Normal", "Rapid", "Ultrarapid")
FUNCTIONS = [State(f"{word} Function") for word in ("Normal", "Decreased", "Poor")]
RISKS = [
    State(f"{word} Risk of Aminoglycoside-Induced Hearing Loss")
    for word in ("Increased", "Uncertain", "Normal")
]
SUSCEPTIBLE = [
    State("Malignant Hyperthermia Susceptibility"),
    State("Uncertain Susceptibility"),
]
RESPONSES = [State("Favorable Response"), State("Unfavorable Response")]


def metabolizers(*words):
    return [State(f"{word} Metabolizer") for word in words]


def scored(gene, *scores):
    return [
        State(phenotype, score)
        for score in scores
        for phenotype, (low, high) in SCORE_BANDS[gene].items()
        if low <= score <= high
    ]


#: Every result that a gene may have, apart from those without a known effect.
RESULTS = {
    "ABCG2": FUNCTIONS,
    "CACNA1S": SUSCEPTIBLE,
    "CFTR": RESPONSES,
    "CYP2B6": metabolizers(*LADDER),
    "CYP2C19": metabolizers(*LADDER),
    "CYP2C9": [
        State(state.phenotype, state.score, alleles)
        for alleles, score in (
            (("*1", "*1"), 2.0),
            (("*1", "*2"), 1.5),
            (("*2", "*2"), 1.0),
            (("*1", "*3"), 1.0),
            (("*2", "*3"), 0.5),
            (("*3", "*3"), 0.0),
            (("*1", "*8"), 1.5),
            (("*3", "*6"), 0.0),
        )
        for state in scored("CYP2C9", score)
    ],
    "CYP2D6": scored("CYP2D6", *(step / 4 for step in range(25))),
    "CYP3A4": metabolizers("Poor", "Intermediate", "Normal"),
    "CYP3A5": metabolizers("Poor", "Intermediate", "Normal"),
    "DPYD": scored("DPYD", 0.0, 0.5, 1.0, 1.5, 2.0),
    "F5": RESPONSES,
    "G6PD": [
        State(f"G6PD {word}")
        for word in ("Normal", "Variable", "Deficient", "Deficient with CNSHA")
    ],
    "HLA-A": [State("", None, a) for a in (("*31:01", "*33:03"), ("*02:01", "*11:01"))],
    "HLA-B": [
        State("", None, alleles)
        for alleles in (
            *(("*07:02", name) for name in ("*57:01", "*58:01", "*15:02", "*15:11")),
            ("*07:02", "*08:01"),
        )
    ],
    "IFNL3": RESPONSES,
    "MT-RNR1": RISKS,
    "NAT2": metabolizers("Poor", "Intermediate", "Rapid"),
    "NUDT15": metabolizers("Poor", "Intermediate", "Normal"),
    "RYR1": SUSCEPTIBLE,
    "SLCO1B1": [*FUNCTIONS, State("Increased Function")],
    "TPMT": metabolizers("Poor", "Intermediate", "Normal"),
    "UGT1A1": metabolizers("Poor", "Intermediate", "Normal"),
    "VKORC1": [State(f"-1639 {bases}") for bases in ("GG", "AG", "AA")],
}
#: CPIC's pairs of level A by drug, as its table of 2025 has them.
LEVEL_A = """
    abacavir allopurinol amikacin amitriptyline atazanavir atomoxetine atorvastatin
    azathioprine capecitabine carbamazepine celecoxib citalopram clopidogrel codeine
    dapsone desflurane dibekacin efavirenz enflurane escitalopram fluorouracil
    flurbiprofen fluvastatin fosphenytoin gentamicin halothane hydralazine ibuprofen
    irinotecan isoflurane ivacaftor kanamycin lansoprazole lornoxicam lovastatin
    meloxicam mercaptopurine methoxyflurane methylene+blue metoprolol neomycin
    netilmicin nitrofurantoin nortriptyline omeprazole ondansetron oxcarbazepine
    pantoprazole paromomycin paroxetine peginterferon+alfa-2a peginterferon+alfa-2b
    pegloticase phenytoin piroxicam pitavastatin pitolisant plazomicin pravastatin
    primaquine rasburicase ribostamycin rosuvastatin sertraline sevoflurane simvastatin
    siponimod streptomycin succinylcholine tacrolimus tafenoquine tamoxifen tenoxicam
    thioguanine tobramycin toluidine+blue tramadol tropisetron voriconazole vortioxetine
    warfarin
"""


@pytest.fixture(scope="module")
def topics():
    return read_own_guidance()[0]


def test_every_pair_of_level_a_is_covered(topics):
    named = {name.replace("+", " ") for name in LEVEL_A.split()}
    assert named <= {topic.drug for topic in topics}


def test_no_result_of_any_gene_meets_silence(topics):
    silent = []
    for topic in topics:
        if topic.computes:
            continue
        for states in product(*(RESULTS[gene] for gene in topic.genes)):
            decision = decide(topic, [(state,) for state in states])
            (outcome,) = decision.outcomes
            if outcome.certain is None:
                silent.append((topic.key, [state.phenotype for state in states]))
    assert not silent


def test_every_row_says_who_when_and_where_to_read_it(topics):
    for topic in topics:
        reference = topic.reference
        assert reference.body
        assert re.fullmatch(r"20\d\d-\d\d", reference.as_of), topic.key
        assert 2000 < reference.year <= 2026
        assert reference.url.startswith("https://")
        assert re.fullmatch(r"PMID \d{8}|doi 10\.\S+|https://\S+", reference.citation)
        if reference.body == "CPIC":
            assert not reference.citation.startswith("https://")
        assert all(entry.text.rstrip(".") for entry in topic.entries)


def test_cpic_grades_and_dpwg_does_not(topics):
    for topic in topics:
        found = {entry.strength for entry in topic.entries}
        if topic.reference.body == "CPIC":
            assert found <= {"strong", "moderate", "optional", "none"}
        elif topic.reference.body in ("MHRA", "SmPC", "FDA", "BNF"):
            assert found <= {"label", "none"}
        else:
            assert found == {"ungraded"}


def test_texts_are_short_enough_to_act_on_and_name_their_own_medicine(topics):
    for topic in topics:
        for entry in topic.entries:
            assert len(entry.text) < 260, entry.text
            assert "{" not in entry.text


def test_disagreements_stand_side_by_side(topics):
    by_drug = {}
    for topic in topics:
        by_drug.setdefault(topic.drug, set()).add(topic.reference.body)
    for drug in (
        "clopidogrel",
        "codeine",
        "capecitabine",
        "nitrofurantoin",
        "tramadol",
    ):
        assert len(by_drug[drug]) > 1


def test_the_tables_hold_no_copied_sentence(topics):
    """A sentence of eight words in a row that a published table has would be one."""
    from genostrat.pgx.knowledge.pypgx import find_pypgx

    text = (find_pypgx()[0] / "recommendation-table.csv").read_text(encoding="utf-8")
    theirs = set(windows(text))
    for topic in topics:
        for entry in topic.entries:
            assert not theirs & set(windows(entry.text)), entry.text


def windows(text, n=8):
    words = re.findall(r"[a-z0-9]+", text.casefold())
    return (tuple(words[i : i + n]) for i in range(len(words) - n + 1))


def break_table(tmp_path, name, line, old, new):
    for path in list_files():
        text = path.read_text(encoding="utf-8")
        if path.name == name:
            lines = text.splitlines()
            found = [i for i, row in enumerate(lines) if row.startswith(line)]
            assert old in lines[found[0]]
            lines[found[0]] = lines[found[0]].replace(old, new, 1)
            text = "\n".join(lines) + "\n"
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "line", "old", "new", "message"),
    [
        (own.ADVICE, "CPIC abacavir", "avoid", "avoidd", "avoid?"),
        (own.ADVICE, "CPIC abacavir", "strong", "sure", "this is no strength"),
        (own.ADVICE, "CPIC abacavir", "with *57:01", "with *57", "result of each gene"),
        (own.ADVICE, "CPIC abacavir", "\tHLA-B\t", "\tHLA-B;HLA-A\t", "each gene"),
        (own.ADVICE, "CPIC abacavir", "CPIC abacavir", "CPIC abacavr", "abacavir?"),
        (own.ADVICE, "CPIC abacavir", "\tabacavir\t", "\t\t", "cell is blank"),
        (own.ADVICE, "guideline\t", "strength", "strenght", "columns it should"),
        (own.ADVICE, "CPIC abacavir", "\tHLA-B\t", "\t", "number of cells"),
        (own.GUIDELINES, "# Guidance as of", "as of", "from", "what date"),
    ],
)
def test_a_damaged_table_is_refused_with_its_line(
    tmp_path, name, line, old, new, message
):
    folder = break_table(tmp_path, name, line, old, new)
    with pytest.raises(GenostratError, match=re.escape(message)) as raised:
        read_own_guidance(folder)
    assert name in str(raised.value)


def test_everything_wrong_is_said_at_once(tmp_path):
    break_table(tmp_path, own.ADVICE, "CPIC abacavir", "avoid", "avoidd")
    path = tmp_path / own.ADVICE
    text = path.read_text(encoding="utf-8").replace("\tstrong\t", "\tsure\t", 3)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(GenostratError) as raised:
        read_own_guidance(tmp_path)
    assert str(raised.value).count("this is no") == 4
