import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from unit.report.report_fixture import make_run
from unit.report.report_fixture_pgx import advise, call

from genostrat.report.patients.content import Known, Setting, build_sheet
from genostrat.report.patients.names import file_names
from genostrat.report.patients.sheet import (
    Findings,
    describe_age,
    read_findings,
    render_patient_sheets,
)

SETTING = Setting("toy", guided=frozenset({"CYP2C19", "CYP2D6", "TPMT", "VKORC1"}))
NASTY = [
    "plain-1",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "a:b",
    'say "hi" & go',
    "%2e%2e%2f",
    "ümlaut",
    "Case",
    "cASE",
    "index",
    "NUL",
    "con.txt",
    ".hidden",
    "-rf",
    "trailing.",
    "x" * 300,
    "'; DROP TABLE--",
    "{{ 7*7 }}",
]


HOME = Path(__file__).resolve().parents[3]
NAMES = HOME / "resources/pgx_medicine_names.tsv"


class Reader(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.texts = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())


def sheet_of(diplotypes, guidance, *, medicines=(), flags=(), setting=SETTING):
    return build_sheet(
        "P1",
        diplotypes=diplotypes,
        guidance=guidance,
        medicines=medicines,
        flags=flags,
        setting=setting,
    )


POOR = call("P1", "CYP2C19", "*2/*2", "Poor Metabolizer")
NOT_READ = call("P1", "CYP2D6", "", "", reason="copies are not counted")


def test_medicines_taken_come_first_and_by_severity():
    taken = {"on_medication": True}
    guidance = [
        advise("P1", "omeprazole", "CYP2C19", "monitor", "m", **taken),
        advise("P1", "codeine", "CYP2D6", "no_guidance", "n", **taken),
        advise("P1", "zzz", "CYP2C19", "avoid", "a", **taken),
        advise(
            *("P1", "maybe", "CYP2C19", "no_guidance", "p"),
            possible_categories="avoid|standard",
            status="ambiguous",
            **taken,
        ),
        advise("P1", "abc", "CYP2C19", "change_dose", "c", **taken),
        advise("P1", "aspirin", "CYP2C19", "standard", "s", **taken),
        advise("P1", "voriconazole", "CYP2C19", "avoid", "later"),
    ]
    sheet = sheet_of([POOR, NOT_READ], guidance)
    assert [a.verdict.name for a in sheet.now] == [
        *("avoid", "possible_avoid", "change_dose", "monitor", "no_guidance"),
    ]
    assert sheet.now_standard == ["aspirin (CPIC 2022)"]
    assert [list(a.drugs) for a in sheet.later] == [["voriconazole"]]
    assert sheet.now[4].genes[0].phenotype == "not assessed"
    assert sheet.now[1].verdict.word.startswith("Possible: avoid or replace – confirm")
    assert sheet.unanswered == []


def test_drugs_with_the_same_advice_share_a_row_and_others_do_not():
    guidance = [
        advise("P1", "b", "CYP2C19", "avoid", "same"),
        advise("P1", "a", "CYP2C19", "avoid", "same"),
        advise("P1", "c", "CYP2C19", "avoid", "other"),
        advise("P1", "d", "CYP2C19;CYP2D6", "avoid", "same"),
    ]
    sheet = sheet_of([POOR, NOT_READ], guidance)
    assert [list(a.drugs) for a in sheet.later] == [["a", "b"], ["c"], ["d"]]
    assert [g.gene for g in sheet.later[2].genes] == ["CYP2C19", "CYP2D6"]


def test_each_possible_phenotype_has_its_own_line():
    text = (
        "X could be A or B. Each leads to the same category. X A: “Use it. Or: not.”"
        " X B: “Avoid it (see “Table 1”).” The guideline also names Y."
    )
    row = advise("P1", "drug", "CYP2C19", "avoid", text, on_medication=True)
    (advice,) = sheet_of([POOR], [row]).now
    (line,) = advice.lines
    assert " ".join(line.paragraphs) == text
    assert [part[:4] for part in line.paragraphs] == ["X co", "X A:", "X B:"]


def test_a_possible_phenotype_with_a_decimal_has_its_own_line_as_well():
    text = "X A (score 1): “Half.” X B (score 0.5): “Avoid.” X C (score 1.5): “Half.”"
    row = advise("P1", "drug", "CYP2C19", "avoid", text, on_medication=True)
    (advice,) = sheet_of([POOR], [row]).now
    assert [part[:3] for part in advice.lines[0].paragraphs] == ["X A", "X B", "X C"]


STROKE = "after stroke or TIA"


def test_a_drug_has_one_place_with_all_bodies_and_indications():
    """What is most pressing leads; texts stand once, with everybody who says them."""
    rows = [
        advise("P1", "clopidogrel", "CYP2C19", "avoid", "not here", indication="PCI"),
        advise("P1", "clopidogrel", "CYP2C19", "avoid", "not here", indication=STROKE),
        advise("P1", "clopidogrel", "CYP2C19", "avoid", "not here", body="NICE"),
        advise("P1", "clopidogrel", "CYP2C19", "standard", "fine", body="DPWG"),
    ]
    for row in rows:
        row["on_medication"] = True
    for order in (rows, rows[::-1]):
        sheet = sheet_of([POOR], order)
        (advice,) = sheet.now
        assert advice.verdict.name == "avoid"
        assert [line.verdict.name for line in advice.lines][-1] == "standard"
        told = {
            (line.text, tuple(sorted(line.indications))): sorted(
                one.citation.label for one in line.said
            )
            for line in advice.lines
        }
        assert told == {
            ("not here", tuple(sorted(("PCI", STROKE)))): ["CPIC 2022"],
            ("not here", ()): ["NICE 2022"],
            ("fine", ()): ["DPWG 2022"],
        }
        assert len(sheet.citations) == 3


def test_equal_words_of_two_bodies_stand_once():
    rows = [
        advise("P1", "codeine", "CYP2D6", "avoid", "same", body=body, year=year)
        for body, year in (("CPIC", "2021"), ("DPWG", "2022"))
    ]
    (advice,) = sheet_of([POOR, NOT_READ], rows).later
    (line,) = advice.lines
    assert [one.citation.label for one in line.said] == ["CPIC 2021", "DPWG 2022"]


def test_genotype_and_effective_phenotype_stand_side_by_side():
    normal = call("P1", "CYP2D6", "*1/*1", "Normal Metabolizer", activity_score=2.0)
    row = advise(
        *("P1", "codeine", "CYP2D6", "avoid", "no relief"),
        on_medication=True,
        genotype_category="standard",
        genotype_recommendation="as usual",
        effective_phenotypes="Poor Metabolizer",
        interaction="paroxetine (strong inhibitor of CYP2D6, FDA table)",
    )
    sheet = sheet_of([normal], [row], medicines=["codeine", "paroxetine"])
    (result,) = sheet.now[0].genes
    assert (result.phenotype, result.effective) == (
        *("Normal Metabolizer", "Poor Metabolizer"),
    )
    assert sheet.now[0].lines[0].by_genotype == "as usual"
    assert sheet.interactions == ["paroxetine (strong inhibitor of CYP2D6, FDA table)"]
    # One that the medicines leave as it is, is said once.
    poor = call("P1", "CYP2D6", "*4/*4", "Poor Metabolizer", activity_score=0.0)
    (advice,) = sheet_of([poor], [row]).now
    assert advice.genes[0].effective == ""
    assert not advice.is_shifted
    # A usual phenotype that medicines change is a row of the table of genes.
    assert [(r.gene, r.effective) for r in sheet.genes] == [
        ("CYP2D6", "Poor Metabolizer")
    ]


def test_names_of_the_country_stand_first_and_the_others_beside_them():
    setting = replace(SETTING, names={"succinylcholine": "sux"})
    rows = [
        advise("P1", "succinylcholine", "CYP2C19", "avoid", "x", on_medication=True),
        advise("P1", "Succinylcholine", "CYP2C19", "standard", "x"),
    ]
    sheet = sheet_of([POOR], rows, setting=setting)
    assert list(sheet.now[0].drugs) == ["sux (succinylcholine)"]
    assert sheet.later_standard == ["sux (Succinylcholine)"]


def test_on_medication_that_is_not_known_is_not_taken():
    for unknown in (None, float("nan"), pd.NA):
        row = advise("P1", "a", "CYP2C19", "avoid", "x", on_medication=unknown)
        sheet = sheet_of([POOR], [row], medicines=None)
        assert sheet.now == []
        assert len(sheet.later) == 1


def no_answer(drug, genes, possible, status="not_called", **changes):
    return advise(
        *("P1", drug, genes, "no_guidance", "nothing"),
        possible_categories=possible,
        status=status,
        **changes,
    )


def test_drugs_without_an_answer_are_grouped_by_the_gene_that_is_missing():
    guidance = [
        no_answer("tramadol", "CYP2D6", "avoid|standard"),
        no_answer("codeine", "CYP2D6", "avoid|standard"),
        no_answer("atomoxetine", "CYP2D6", "change_dose|standard"),
        no_answer("amitriptyline", "CYP2C19;CYP2D6", "avoid|standard|no_guidance"),
        no_answer("abacavir", "HLA-B", "avoid|standard|no_guidance"),
        no_answer("hydralazine", "NAT2", "change_dose|standard", "called"),
    ]
    fast = call("P1", "NAT2", "*12/*12", "")
    sheet = sheet_of([POOR, NOT_READ, fast], guidance)
    groups = {
        group.reason: {v.name: list(drugs) for v, drugs in group.drugs.items()}
        for group in sheet.unanswered
    }
    assert groups == {
        "CYP2D6": {
            "possible_avoid": ["amitriptyline", "codeine", "tramadol"],
            "possible_change_dose": ["atomoxetine"],
        },
        "HLA-B": {"possible_avoid": ["abacavir"]},
        "NAT2 *12/*12: effect not known": {"possible_change_dose": ["hydralazine"]},
    }
    assert sheet.later == []
    assert sheet.later_standard == []


def test_a_drug_that_is_taken_is_never_left_to_a_group_or_to_standard_use():
    """One body's standard use does not hide that another's gene was not assessed."""
    rows = [
        no_answer("carbamazepine", "HLA-B", "avoid|standard", on_medication=True),
        advise("P1", "carbamazepine", "CYP2C19", "standard", "s", on_medication=True),
    ]
    sheet = sheet_of([POOR], rows)
    (advice,) = sheet.now
    assert advice.verdict.word == "Not assessed – could be: Avoid or replace"
    assert advice.verdict.name == "possible_avoid"
    assert sheet.now_standard == []
    later = [row | {"on_medication": False} for row in rows]
    sheet = sheet_of([POOR], later)
    assert sheet.later_standard == []
    assert [group.reason for group in sheet.unanswered] == ["HLA-B"]


def test_a_body_that_says_nothing_is_no_all_clear():
    row = no_answer("sevoflurane", "TPMT", "no_guidance", "called", phenotypes="N")
    known = call("P1", "TPMT", "*1/*1", "Normal Metabolizer")
    sheet = sheet_of([known], [row])
    assert sheet.silent == ["sevoflurane"]
    assert sheet.later_standard == []
    (advice,) = sheet_of([known], [row | {"on_medication": True}]).now
    assert advice.verdict.word == "No recommendation"


def test_open_calls_say_why_and_what_they_could_become():
    row = call(
        "P1",
        "CYP2C19",
        "*1/*1",
        "Normal Metabolizer",
        status="ambiguous",
        reason="2 positions were not read",
        alternatives="*1/*2|*2/*2|*1/*3|*3/*3|*2/*3|*1/*4",
        n_alternatives=150,
        other_phenotypes="Intermediate Metabolizer|Poor Metabolizer",
        missing_positions="10:94775367,10:94781859",
    )
    (shown,) = sheet_of([row], []).open_calls
    assert shown.diplotype == "*1/*1: Normal Metabolizer"
    assert shown.reason == "2 positions were not read."
    assert shown.could_be == (
        "Intermediate Metabolizer and Poor Metabolizer"
        " (*1/*2, *2/*2, *1/*3, *3/*3 and 146 more)"
    )


def test_genes_not_called_share_a_line_where_only_numbers_differ():
    def none_of(gene, n):
        reason = f"none of the {n} positions was read (PMID 123)"
        return call("P1", gene, "", "", reason=reason)

    calls = [none_of("CYP2C19", 34), NOT_READ, none_of("TPMT", 43)]
    first, second, never = sheet_of(calls, []).not_called
    # A gene of the guidance without a row is said to be missing as well.
    assert list(never.genes) == ["VKORC1"]
    assert "nothing is ruled out" in never.reason
    assert first.genes == ["CYP2C19", "TPMT"]
    assert first.reason == "None of the positions was read (PMID 123)."
    assert second.genes == ["CYP2D6"]
    alone, _ = sheet_of(calls[:1], []).not_called
    assert alone.reason == "None of the 34 positions was read (PMID 123)."


def test_usual_results_and_genes_without_guidance_are_lines_not_rows():
    calls = [
        POOR,
        call("P1", "TPMT", "*1/*1", "Normal Metabolizer"),
        call("P1", "ABCB1", "*1/*1", ""),
        call("P1", "NAT2", "*5/*6", ""),
        call("P1", "GSTT1", "", "", reason="a deletion defines it"),
        call("P1", "CYP2D6", "*1/*4", "x", source="outside:<b>", activity_score=1.0),
    ]
    sheet = sheet_of(calls, [])
    rows = {row.gene: row for row in sheet.genes}
    assert set(rows) == {"CYP2C19", "CYP2D6"}
    assert rows["CYP2C19"].evidence == "34 of 34 positions, unphased"
    assert rows["CYP2D6"].evidence == "given by <b>"
    assert rows["CYP2D6"].activity == "1"
    assert sheet.genes_usual == ["TPMT *1/*1"]
    assert sheet.genes_other == ["NAT2 *5/*6"]
    assert sheet.genes_reference == ["ABCB1"]
    assert sheet.not_called_other == ["GSTT1"]


def test_usual_result_that_still_asks_for_something_is_a_row():
    expresser = call("P1", "TPMT", "*1/*1", "Normal Metabolizer")
    guidance = [advise("P1", "tacrolimus", "TPMT", "change_dose", "more")]
    assert [r.gene for r in sheet_of([expresser], guidance).genes] == ["TPMT"]


def test_cautions_come_from_flags_and_from_absent_as_reference():
    setting = Setting("toy", guided=frozenset({"TPMT"}), is_absent_reference=True)
    known = call("P1", "TPMT", "*1/*1", "Normal Metabolizer")
    absent, flagged = sheet_of(
        [known], [], flags=["possible_swap"], setting=setting
    ).cautions
    assert "nobody looked" in absent
    assert "possible swap" in flagged
    assert sheet_of([POOR], []).cautions == []


def test_a_patient_of_whom_nothing_is_known_is_told_so_before_all_else():
    rows = [no_answer("codeine", "CYP2D6", "avoid|standard")]
    for calls in ([], [NOT_READ], [call("P1", "ABCB1", "*1/*1", "")]):
        sheet = sheet_of(calls, rows)
        assert not sheet.is_assessed
        assert not sheet.later_standard
    assert sheet_of([POOR], rows).is_assessed


def test_medicines_say_what_became_of_them():
    setting = Setting(
        "toy",
        guided=frozenset(),
        medicines={
            "plavix 75 mg": Known(("clopidogrel",), "matched"),
            "clopidogrel": Known(("clopidogrel",), "matched"),
            "amlodipine": Known(("",), "no_pgx_guidance"),
            "gx-17": Known(("",), "unknown", "says more than that it is taken"),
            "clopidogrl": Known(("",), "unknown", nearest="clopidogrel"),
        },
    )
    names = ["Plavix 75 mg", "Clopidogrel", "amlodipine", "GX-17", "new", "Clopidogrl"]
    told = sheet_of([], [], medicines=names, setting=setting).medicines
    assert [m.is_counted for m in told] == [True, True, True, False, False, False]
    assert [m.note for m in told] == [
        "clopidogrel",
        "",
        "no pharmacogenomic guidance",
        "says more than that it is taken",
        "name not recognised: check by hand",
        "name not recognised, perhaps clopidogrel: check by hand",
    ]
    assert sheet_of([], [], medicines=None).medicines is None


def test_only_web_addresses_become_links():
    for url in ("javascript:alert(1)", "http://x.org", "data:text/html,x", None):
        row = advise("P1", "a", "CYP2C19", "avoid", "x", url=url)
        (citation,) = sheet_of([POOR], [row]).citations
        assert citation.url == ""


def test_file_names_are_safe_and_never_collide():
    names = file_names([*NASTY, "a_b", "a-b_0123456789abcdef"])
    assert names["plain-1"] == "plain-1.html"
    for name in names.values():
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*\.html", name)
        assert len(name) < 80
    folded = [name.casefold() for name in names.values()]
    assert len(set(folded)) == len(folded)
    assert "index.html" not in folded
    assert not {name.partition(".")[0].casefold() for name in names.values()} & {
        *("nul", "con", "aux"),
    }


def test_one_name_does_not_depend_on_strangers():
    assert file_names(["a:b", "x"])["a:b"] == file_names(["a:b", "y", "Z"])["a:b"]


def write(findings, folder, **changes):
    render_patient_sheets(
        findings,
        directory=folder,
        **({"cohort": "toy", "absent": "missing"} | changes),
    )
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("run"), n=40)


@pytest.fixture(scope="module")
def findings(run):
    keep = run.folder / "qc/keep.txt"
    keep.parent.mkdir(exist_ok=True)
    keep.write_text("\n".join(run.ids[:-1]) + "\n")
    return read_findings(
        samples=run.files["check/samples.tsv"],
        keep=keep,
        diplotypes=run.diplotypes,
        guidance=run.files["pgx/guidance.tsv"],
        medications=run.files["pgx/medications.tsv"],
        decisions=run.files["qc/decisions.tsv"],
        knowledge=run.files["pgx/knowledge.json"],
        positions=run.positions,
        names=NAMES,
        country="GB",
    )


def test_kept_patients_only_get_a_private_page(run, findings, tmp_path):
    folder = write(findings, tmp_path / "patients")
    names = {path.name for path in folder.iterdir()}
    assert names == {f"{sample}.html" for sample in run.ids[:-1]} | {"index.html"}
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o640}
    assert folder.stat().st_mode & 0o777 == 0o750
    again = write(findings, tmp_path / "again")
    for path in folder.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes()


def test_a_second_run_leaves_no_page_of_a_patient_who_left(run, findings, tmp_path):
    folder = write(findings, tmp_path / "patients")
    (folder / "gone.html").write_text("x")
    write(findings, folder)
    assert not (folder / "gone.html").exists()


def test_pages_need_nothing_else_and_say_where_they_are_from(run, findings, tmp_path):
    folder = write(findings, tmp_path / "patients")
    for path in folder.iterdir():
        text = path.read_text(encoding="utf-8")
        page = Reader(text)
        assert "Content-Security-Policy" in text
        assert not {"img", "link", "iframe", "object"} & set(page.tags)
        assert not [v for k, v in page.attributes if k == "src"]
        assert "accredited laboratory" in page.text
        assert not re.search(r'style="', text)
    page = Reader((folder / f"{run.ids[0]}.html").read_text(encoding="utf-8"))
    assert "script" not in page.tags
    assert "ab" * 32 in page.text
    assert "tables 1.2.3" in page.text
    assert "advice 4.5" in page.text
    assert "publications of 2022; their content as established 2025-11" in page.text
    # Each address stands once, in the list of sources; elsewhere are its numbers.
    links = [v for k, v in page.attributes if k == "href"]
    outside = [link for link in links if not link.startswith("#")]
    assert len(outside) == len(set(outside)) > 0
    targets = {v for k, v in page.attributes if k == "id"}
    assert {link[1:] for link in links if link.startswith("#")} <= targets
    # No other patient is named on it.
    assert set(re.findall(r"TOY-\d{4}", page.text)) == {run.ids[0]}


def test_index_lists_everybody_and_its_script_is_the_one_allowed(findings, tmp_path):
    import base64
    import hashlib

    text = (write(findings, tmp_path / "p") / "index.html").read_text(encoding="utf-8")
    (script,) = re.findall(r"<script>(.*?)</script>", text, flags=re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in text
    links = [v for k, v in Reader(text).attributes if k == "href"]
    assert sorted(links) == sorted(f"{sample}.html" for sample in findings.keep)


def test_index_puts_those_first_who_take_what_they_should_not(findings, tmp_path):
    """Drugs to avoid, certainly or possibly; changes of dose; what was not assessed."""
    guidance = findings.guidance.copy()
    usual = guidance["on_medication"] & (guidance["category"] == "standard")
    first, second = guidance.index[usual][:2]
    guidance.loc[first, ["category", "status"]] = ["no_guidance", "not_called"]
    guidance.loc[first, "possible_categories"] = "change_dose|standard"
    guidance.loc[second, "possible_categories"] = "avoid|standard"
    # Its dose has to be changed, and it may have to be avoided: it is in both columns.
    dosed = guidance["on_medication"] & (guidance["category"] == "change_dose")
    third = guidance.index[dosed][0]
    guidance.loc[third, "possible_categories"] = "avoid|change_dose"
    changed = replace(findings, guidance=guidance)
    text = (write(changed, tmp_path / "p") / "index.html").read_text(encoding="utf-8")
    order = re.findall(r'href="(TOY-\d{4})\.html"', text)
    taken = guidance[guidance["on_medication"]]
    expected = [
        set(taken[taken["category"] == "avoid"]["sample_id"]),
        {guidance.loc[third, "sample_id"]},
        {guidance.loc[second, "sample_id"]},
        set(taken[taken["category"] == "change_dose"]["sample_id"])
        - {guidance.loc[third, "sample_id"]},
        {guidance.loc[first, "sample_id"]},
        set(taken[taken["category"] == "monitor"]["sample_id"]),
    ]
    (row,) = re.findall(
        rf'<tr [^>]*><th[^>]*data-key="{guidance.loc[third, "sample_id"]}".*', text
    )
    assert row.count("clopidogrel") == 2
    for samples in expected:
        assert samples
        assert set(order[: len(samples)]) == samples
        order = order[len(samples) :]


def test_age_of_the_knowledge_is_said_with_its_span_and_what_is_newer():
    own = {"source": "own", "version": "2026-11-30"}
    knowledge = {"guidance": [own]}
    rows = [
        advise("P1", "a", "TPMT", "avoid", "x", year="2009", as_of="2024-03"),
        advise("P1", "b", "TPMT", "avoid", "x", year="2025", as_of="2026-01"),
        advise("P1", "c", "TPMT", "avoid", "x", year="", as_of=""),
    ]
    (line,) = describe_age(pd.DataFrame(rows), knowledge)
    assert line == (
        "Guidance: own 2026-11-30; publications of 2009 to 2025; their content as"
        " established 2024-03 to 2026-01."
    )
    rows[0]["newer"] = "an update"
    _, more = describe_age(pd.DataFrame(rows), knowledge)
    assert "later version is known" in more
    assert describe_age(pd.DataFrame({"drug": []}), knowledge) == [
        "Guidance: own 2026-11-30."
    ]
    more = {"guidance": [own, {"source": "PharmCAT", "version": "3"}]}
    (line,) = describe_age(pd.DataFrame({"drug": []}), more)
    assert line == "Guidance: own 2026-11-30 and PharmCAT 3."


def test_hostile_text_stays_text(tmp_path):
    nasty = "<script>alert(1)</script>"
    samples = pd.DataFrame({"sample_id": NASTY, "medications": f"{nasty}; =cmd()"})
    diplotypes = pd.DataFrame(
        [
            call(s, "CYP2C19", nasty, nasty, reason=nasty, status="ambiguous")
            for s in NASTY
        ]
    )
    guidance = pd.DataFrame(
        [
            advise(s, nasty, "CYP2C19", "avoid", nasty, on_medication=True)
            | dict.fromkeys(
                [
                    *("url", "body", "year", "reference", "as_of", "newer", "strength"),
                    *("indication", "interaction", "effective_phenotypes"),
                    "genotype_recommendation",
                ],
                nasty,
            )
            | {"possible_categories": "avoid"}
            for s in NASTY
        ]
    )
    empty = pd.DataFrame(columns=["medicine", "matched_drug", "status"])
    decisions = pd.DataFrame(columns=["sample_id", "rule", "outcome"])
    knowledge = dict.fromkeys(
        [
            *("source", "version", "sha256", "build"),
            *("guidance_source", "guidance_version"),
        ],
        nasty,
    )
    knowledge["guidance"] = [{"source": nasty, "version": nasty}]
    names = {nasty: nasty}
    findings = Findings(
        samples, NASTY, diplotypes, guidance, empty, decisions, knowledge, names
    )
    folder = write(findings, tmp_path / "p", cohort=nasty)
    pages = list(folder.iterdir())
    assert len(pages) == len(NASTY) + 1
    for path in pages:
        text = path.read_text(encoding="utf-8")
        assert nasty not in text
        assert "49" not in Reader(text).texts
        count = 1 if path.name == "index.html" else 0
        assert Reader(text).tags.count("script") == count


def test_a_cohort_of_whom_nothing_is_known_has_no_sheets_but_a_word_of_why(
    run, findings, tmp_path
):
    """Neither a page a patient that could only be misread, nor an empty folder."""
    diplotypes = findings.diplotypes.copy()
    diplotypes["status"] = "not_called"
    diplotypes["diplotype"] = ""
    diplotypes["reason"] = "none of the 34 positions is in the file"
    tpmt = diplotypes["gene"] == "TPMT"
    diplotypes.loc[tpmt, "reason"] = "none of the 43 positions is in the file"
    folder = write(findings, tmp_path / "p")
    assert len(list(folder.iterdir())) == len(findings.keep) + 1
    write(replace(findings, diplotypes=diplotypes), folder)
    assert [path.name for path in folder.iterdir()] == ["index.html"]
    page = Reader((folder / "index.html").read_text(encoding="utf-8"))
    assert "Not assessable" in page.text
    assert f"None of the {len(findings.keep)} patients" in page.text
    assert "rules nothing out" in page.text
    assert "none of the positions is in the file" in page.text.lower()
    assert "script" not in page.tags
    assert not re.search(r"TOY-\d{4}|Standard use", page.text)
    # Nor is anything said of a cohort of which nobody is left.
    nobody = replace(findings, keep=[])
    folder = write(nobody, tmp_path / "nobody")
    (index,) = folder.iterdir()
    assert "No patient passed" in Reader(index.read_text(encoding="utf-8")).text


def test_one_patient_without_any_result_is_told_so_and_never_standard_use(
    run, findings, tmp_path
):
    """Advice that holds for an unknown gene is no clearance of the medicine."""
    sample = run.ids[0]
    diplotypes, guidance = findings.diplotypes.copy(), findings.guidance.copy()
    mine = diplotypes["sample_id"] == sample
    diplotypes.loc[mine, "status"] = "not_called"
    mine = guidance["sample_id"] == sample
    guidance.loc[mine, ["status", "category"]] = ["not_called", "standard"]
    guidance.loc[mine, "possible_categories"] = "standard"
    changed = replace(findings, diplotypes=diplotypes, guidance=guidance)
    folder = write(changed, tmp_path / "p")
    page = Reader((folder / f"{sample}.html").read_text(encoding="utf-8"))
    text = page.text.split("Sources")[0]
    assert "Standard use" not in text
    assert text.index("Not assessed.") < text.index("Medicines taken now")
    assert "anything else than standard use" not in text
    index = Reader((folder / "index.html").read_text(encoding="utf-8"))
    assert f"{sample} (not assessed)" in index.text
    assert index.text.count("(not assessed)") == 1


def test_an_open_call_names_what_would_decide_with_what_panels_read_first():
    row = call(
        *("P1", "CYP2C19", "*1/*1", "Normal Metabolizer"),
        status="ambiguous",
        reason="the phenotype depends on 10:94775367 and 5 more; 6 are missing",
        deciding_positions="10:1,10:2,10:3,10:4,10:5,10:94781859",
    )
    setting = replace(
        SETTING,
        rsids={"10:94781859": "rs4244285", "10:2": "rs2"},
        tested=frozenset({"rs4244285"}),
    )
    (shown,) = sheet_of([row], [], setting=setting).open_calls
    assert shown.deciding == "rs4244285, 10:1, rs2, 10:3 and 2 more"
    # The positions are named once.
    assert shown.reason == "6 are missing."
    (bare,) = sheet_of([row | {"deciding_positions": ""}], []).open_calls
    assert bare.deciding == ""
    assert "depends on 10:94775367" in bare.reason


NEGATIVE = (
    "nhs_dpyd (NHS England, four variants; c.1905+1G>A): negative. Of people of the"
    " 1000 Genomes Project without these variants, so many carry another allele: AFR 2"
    " of 100"
)


def test_a_panels_result_stands_beside_the_medicine_that_hangs_on_it():
    row = call(
        *("P1", "CYP2C19", "*1/*1", "Normal Metabolizer"),
        status="ambiguous",
        panel_result=f"{NEGATIVE}; amp_x (AMP, tier 1; *2, *3): *1/*2, Intermediate",
    )
    now = advise("P1", "a", "CYP2C19", "no_guidance", "x", on_medication=True)
    now |= {"status": "ambiguous", "possible_categories": "avoid|standard"}
    (advice,) = sheet_of([row], [now]).now
    assert advice.genes[0].panel == "nhs_dpyd: negative; amp_x: *1/*2, Intermediate"
    (advice,) = sheet_of([row | {"status": "called"}], [now]).now
    assert advice.genes[0].panel == ""


def test_standard_use_by_a_panel_alone_says_so():
    row = call("P1", "CYP2C19", "*1/*1", "Normal Metabolizer", source="panel:amp_x")
    now = advise("P1", "a", "CYP2C19", "standard", "x", on_medication=True)
    later = advise("P1", "b", "CYP2C19", "standard", "x")
    sheet = sheet_of([row], [now, later])
    assert sheet.now_standard == ["a (CPIC 2022; by the panel amp_x only)"]
    assert sheet.later_standard == ["b (by the panel amp_x only)"]
    assert sheet_of([row | {"source": "own"}], [later]).later_standard == ["b"]


def test_what_was_not_assessed_is_said_so_where_the_least_is_to_monitor():
    row = advise("P1", "azathioprine", "TPMT", "monitor", "x", on_medication=True)
    row |= {"status": "not_called", "possible_categories": "avoid|monitor"}
    (advice,) = sheet_of([], [row]).now
    assert advice.verdict.word == "Not assessed – could be: Avoid or replace"
    (advice,) = sheet_of([], [row | {"possible_categories": "monitor"}]).now
    assert advice.verdict.word == "Monitor"


def test_a_panels_result_is_told_as_the_panels_with_what_it_cannot_see(
    findings, tmp_path
):
    setting = replace(SETTING, guided=frozenset({"TPMT"}))
    row = call(
        *("P1", "TPMT", "*1/*1", "Normal Metabolizer"),
        n_assayed=5,
        n_required=83,
        panel_result=NEGATIVE,
    )
    # One that was called in full needs no panel.
    assert sheet_of([row], [], setting=setting).panels == []
    (open_,) = sheet_of([row | {"status": "ambiguous"}], [], setting=setting).panels
    assert (open_.gene, open_.text) == ("TPMT", f"{NEGATIVE}.")
    assert open_.unread == "78 of 83"
    assert not open_.is_accepted
    sheet = sheet_of([row | {"source": "panel:nhs_dpyd"}], [], setting=setting)
    assert sheet.panels[0].is_accepted
    assert sheet.genes_usual == ["TPMT *1/*1 (by a panel only, see below)"]
    poor = row | {"source": "panel:nhs_dpyd", "phenotype": "Poor Metabolizer"}
    (gene,) = sheet_of([poor], [], setting=setting).genes
    assert gene.evidence == "panel nhs_dpyd only: 5 of 83 positions"


def test_pages_show_what_panels_say_and_what_would_decide(run, findings, tmp_path):
    diplotypes = findings.diplotypes.copy()
    open_, accepted = run.ids[:2]
    at = diplotypes["gene"] == "CYP2C19"
    mine = at & (diplotypes["sample_id"] == open_)
    diplotypes.loc[mine, ["status", "panel_result"]] = ["ambiguous", NEGATIVE]
    diplotypes.loc[mine, "deciding_positions"] = "10:94775367,10:94781859"
    mine = at & (diplotypes["sample_id"] == accepted)
    diplotypes.loc[mine, ["source", "panel_result"]] = ["panel:amp_cyp2c19", NEGATIVE]
    folder = write(replace(findings, diplotypes=diplotypes), tmp_path / "p")
    texts = [
        Reader((folder / f"{sample}.html").read_text(encoding="utf-8")).text
        for sample in (open_, accepted)
    ]
    assert "Would decide: rs4244285, rs12769205." in texts[0]
    assert "It is not the gene’s result. A panel sees no other variants" in texts[0]
    assert "The config takes this for the gene’s result." in texts[1]
    assert all(
        "as a panel’s result: nhs_dpyd" in text.replace(" :", ":") for text in texts
    )
