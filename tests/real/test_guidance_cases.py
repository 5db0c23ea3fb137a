"""Fifty made-up patients with medicines: the guideline's category for each pair.

The cases are not part of the repository: a folder `shared/cases` beside it, or the one
beside the data that GENOSTRAT_DATA names, is used where it is there.
"""

import re

import pytest
from running import said, snakemake

from benchmarks.real_data import DATA
from genostrat.pgx.guidance.categories import rank_category
from genostrat.tables import read_table

CASE = DATA.parent / "cases/pgx/guidance_50"
PANEL = CASE.with_name("nhs_panel")

pytestmark = [
    pytest.mark.shared,
    pytest.mark.workflow,
    pytest.mark.skipif(not CASE.is_dir(), reason=f"no cases at {CASE}"),
]

#: Patient, medicine, body and the category of its guideline for the genotype planted.
EXPECTED = """
P01 clopidogrel CPIC avoid          P02 clopidogrel CPIC avoid
P03 codeine CPIC avoid              P03 tramadol CPIC avoid
P04 codeine CPIC avoid              P05 codeine CPIC avoid
P06 tramadol CPIC monitor           P07 codeine CPIC monitor
P08 codeine CPIC avoid              P09 simvastatin CPIC avoid
P10 simvastatin CPIC avoid          P10 atorvastatin CPIC change_dose
P11 warfarin CPIC change_dose       P12 warfarin CPIC standard
P13 azathioprine CPIC avoid         P14 azathioprine CPIC change_dose
P14 mercaptopurine CPIC change_dose P15 capecitabine CPIC change_dose
P15 capecitabine MHRA change_dose   P16 fluorouracil CPIC avoid
P17 capecitabine CPIC change_dose   P17 capecitabine MHRA change_dose
P19 abacavir CPIC avoid             P20 abacavir CPIC standard
P21 carbamazepine CPIC avoid        P22 carbamazepine CPIC avoid
P23 citalopram CPIC avoid           P23 escitalopram CPIC avoid
P23 sertraline CPIC avoid           P24 voriconazole CPIC avoid
P25 tacrolimus CPIC change_dose     P26 tacrolimus CPIC standard
P27 atomoxetine CPIC change_dose    P28 efavirenz CPIC change_dose
P29 rasburicase CPIC avoid          P29 nitrofurantoin BNF avoid
P29 nitrofurantoin CPIC monitor     P30 gentamicin CPIC avoid
P31 sevoflurane CPIC avoid          P31 succinylcholine CPIC avoid
P32 ivacaftor CPIC standard         P33 irinotecan DPWG change_dose
P34 allopurinol CPIC avoid          P35 phenytoin CPIC change_dose
P36 metoprolol CPIC change_dose     P36 metoprolol DPWG change_dose
P37 omeprazole CPIC change_dose     P37 lansoprazole CPIC change_dose
P38 amitriptyline CPIC avoid        P39 ibuprofen CPIC change_dose
P39 celecoxib CPIC change_dose      P40 dapsone CPIC avoid
P40 nitrofurantoin BNF avoid        P41 siponimod DPWG avoid
P42 tamoxifen CPIC avoid            P43 mavacamten DPWG change_dose
P44 flucloxacillin DPWG monitor     P46 ondansetron CPIC avoid
P46 paroxetine CPIC avoid           P46 risperidone DPWG avoid
P47 clopidogrel MHRA avoid          P47 clopidogrel CPIC standard
P47 omeprazole CPIC standard        P48 codeine CPIC avoid
P48 paroxetine CPIC standard        P50 citalopram CPIC monitor
"""
#: Where no result answers, the category that must not be hidden. P18 carries the tag of
#: HapB3 where its causal position was not read.
OPEN = {("P18", "capecitabine"): "change_dose", ("P45", "codeine"): "avoid"}


#: Cohorts and what their configs name besides the checks of quality.
COHORTS = {
    "g50": f"""
samples: {{path: {CASE / "guide.tsv"}}}
genotypes: {{vcf: {CASE / "guide.vcf"}, build: GRCh38}}
outside_calls: [{{path: {CASE / "guide_out.tsv"}, format: pharmcat}}]
""",
    "bad": f"""
samples: {{path: {CASE / "guide.tsv"}}}
genotypes: {{vcf: {CASE / "guide.vcf"}, build: GRCh38}}
outside_calls: [{{path: {CASE / "bad_out.tsv"}, format: pharmcat}}]
""",
    "nhs": f"""
samples: {{path: {PANEL / "nhs.tsv"}}}
genotypes: {{vcf: {PANEL / "nhs.vcf"}, build: GRCh38}}
pgx: {{genes: [DPYD]}}
""",
    "accepted": f"""
samples: {{path: {PANEL / "nhs.tsv"}}}
genotypes: {{vcf: {PANEL / "nhs.vcf"}, build: GRCh38}}
pgx: {{genes: [DPYD], panels: [nhs_dpyd]}}
""",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cases")
    (folder / "cohorts").mkdir()
    quality = "qc: {on_duplicate: flag, on_low_call_rate: flag, on_sex_mismatch: flag}"
    for name, text in COHORTS.items():
        (folder / f"cohorts/{name}.yaml").write_text(f"{text}{quality}\n")
    done = snakemake(
        folder,
        *("--config", f"cohorts=[{','.join(COHORTS)}]"),
        f"cohort_dir={folder / 'cohorts'}",
        "--",
        *(f"results/{name}/report/patients" for name in COHORTS),
    )
    return folder / "results", said(done)


@pytest.fixture(scope="module")
def results(run):
    return run[0] / "g50"


@pytest.fixture(scope="module")
def taken(results):
    table = read_table(results / "pgx/guidance.tsv", table="pgx/guidance.tsv")
    return table[table["on_medication"].eq(True)]


def test_every_pair_has_the_guidelines_category(taken):
    wanted = list(zip(*[iter(EXPECTED.split())] * 4, strict=True))
    assert len(wanted) > 60
    wrong = []
    for sample, drug, body, category in wanted:
        rows = taken[
            (taken["sample_id"] == sample)
            & (taken["drug"] == drug)
            & (taken["body"] == body)
        ]
        found = rows.sort_values("priority")["category"].tolist()
        if found[:1] != [category]:
            wrong.append((sample, drug, body, category, found))
    assert not wrong


@pytest.mark.parametrize(("sample", "drug"), OPEN)
def test_what_is_not_known_is_pressing_and_never_standard(taken, sample, drug):
    mine = taken[(taken["sample_id"] == sample) & (taken["drug"] == drug)]
    cpic = mine[mine["body"] == "CPIC"].iloc[0]
    assert cpic["category"] == "no_guidance"
    assert OPEN[sample, drug] in cpic["possible_categories"].split("|")
    rank = rank_category(cpic["category"], cpic["possible_categories"].split("|"))
    assert rank < rank_category("monitor", ["monitor"])


def test_prasugrel_is_not_named_for_stroke_without_its_contraindication(taken):
    mine = taken[taken["recommendation"].str.contains("rasugrel")]
    assert len(mine) > 3
    for row in mine.itertuples():
        if "PCI" not in row.indication:
            assert re.search(r"[Nn]o prasugrel", row.recommendation)


def test_effective_phenotypes_stand_beside_the_genotypes(taken):
    codeine = taken[(taken["sample_id"] == "P48") & (taken["drug"] == "codeine")]
    row = codeine[codeine["body"] == "CPIC"].iloc[0]
    assert row["phenotypes"] == "Normal Metabolizer"
    assert row["effective_phenotypes"] == "Poor Metabolizer"
    assert row["genotype_category"] == "standard"
    assert "strong inhibitor of CYP2D6" in row["interaction"]


def test_sheets_lead_with_what_matters(results):
    def page(sample):
        return (results / f"report/patients/{sample}.html").read_text(encoding="utf-8")

    for sample, drug, words in (
        ("P19", "abacavir", "Avoid or replace"),
        ("P45", "codeine", "Not assessed – could be: Avoid or replace"),
        ("P31", "suxamethonium (succinylcholine)", "Avoid or replace"),
    ):
        first = page(sample).split("<article", 2)[1]
        assert words in first
        assert drug in page(sample)
    index = (results / "report/patients/index.html").read_text(encoding="utf-8")
    order = re.findall(r'href="(P\d+)\.html"', index)
    assert order.index("P19") < order.index("P15") < order.index("P45")
    assert order.index("P45") < order.index("P06") < order.index("P20")


def test_an_allele_that_nobody_knows_takes_no_answer_from_the_others(run):
    """It is listed at check with its line; 49 patients have the same advice as ever."""
    folder, text = run
    assert "CYP2D6 *149 (line 23)" in text
    checked = (folder / "bad/check/inputs.json").read_text(encoding="utf-8")
    assert "CYP2D6 *149 (line 23)" in checked

    def answers(name):
        table = read_table(folder / name / "pgx/guidance.tsv", table="pgx/guidance.tsv")
        table = table[table["sample_id"] != "P10"]
        return table.astype(object).reset_index(drop=True)

    assert answers("bad")["sample_id"].nunique() == 49
    assert answers("bad").equals(answers("g50"))
    calls = read_table(folder / "bad/pgx/diplotypes.tsv", table="pgx/diplotypes.tsv")
    mine = calls[(calls["sample_id"] == "P10") & (calls["gene"] == "CYP2D6")]
    assert mine["status"].tolist() == ["not_called"]
    assert "*149 is no allele that is known" in mine["reason"].iloc[0]


def test_sheets_of_a_four_variant_panel(run):
    """A pharmacist sees the panel's result as such, and that it is not the gene's."""

    def page(cohort, sample):
        path = run[0] / cohort / f"report/patients/{sample}.html"
        text = re.sub(
            "<[^>]+>", " ", path.read_text(encoding="utf-8").split("</style>")[1]
        )
        return " ".join(text.split())

    negative = page("nhs", "N1")
    assert "Possible: avoid or replace – confirm before use capecitabine" in negative
    assert "as a panel’s result: nhs_dpyd: negative; a panel sees no other" in negative
    assert "AFR 2 of 100" in negative
    assert "It is not the gene’s result." in negative
    assert "78 of 83 positions were not read" in negative
    carrier = page("nhs", "N2")
    assert "Change dose at least; possible: avoid or replace" in carrier
    # Without c.2846A>T there is no panel, and it is named first of what would decide.
    partial = page("nhs", "N4")
    assert "as a panel’s result" not in partial
    assert "Would decide: rs67376798" in partial
    nothing = page("nhs", "N6")
    assert nothing.index("Not assessed.") < nothing.index("Medicines taken now")
    assert "Standard use" not in nothing
    taken = page("accepted", "N1")
    assert re.search(r"Standard use: capecitabine \([^)]*by the panel nhs_dpyd", taken)
    assert "DPYD Reference/Reference (by a panel only, see below)" in taken
    assert "The config takes this for the gene’s result." in taken
    assert "Change dose capecitabine" in page("accepted", "N2")
