import re
from html.parser import HTMLParser

import pandas as pd
import pytest
from unit.report.report_fixture import make_run
from unit.report.report_fixture_pgx import advise, call

from genostrat.report.patients.content import Known, Setting, build_sheet
from genostrat.report.patients.names import file_names
from genostrat.report.patients.sheet import (
    Findings,
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
        advise("P1", "abc", "CYP2C19", "change_dose", "c", **taken),
        advise("P1", "aspirin", "CYP2C19", "standard", "s", **taken),
        advise("P1", "voriconazole", "CYP2C19", "avoid", "later"),
    ]
    sheet = sheet_of([POOR, NOT_READ], guidance)
    assert [a.category for a in sheet.now] == [
        *("avoid", "change_dose", "monitor", "no_guidance"),
    ]
    assert sheet.now_standard == ["aspirin"]
    assert [list(a.drugs) for a in sheet.later] == [["voriconazole"]]
    assert sheet.now[3].genes[0].phenotype == "not called"
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
    assert " ".join(advice.paragraphs) == text
    assert [line[:4] for line in advice.paragraphs] == ["X co", "X A:", "X B:"]


def test_on_medication_that_is_not_known_is_not_taken():
    for unknown in (None, float("nan"), pd.NA):
        row = advise("P1", "a", "CYP2C19", "avoid", "x", on_medication=unknown)
        sheet = sheet_of([POOR], [row], medicines=None)
        assert sheet.now == []
        assert len(sheet.later) == 1


def test_unanswered_drugs_are_grouped_by_the_gene_that_is_missing():
    unsure = call("P1", "TPMT", "*1/*1", "Normal Metabolizer", status="ambiguous")
    known = call("P1", "VKORC1", "rs1/rs1", "")
    guidance = [
        advise("P1", drug, genes, "no_guidance", "")
        for drug, genes in [
            ("tramadol", "CYP2D6"),
            ("codeine", "CYP2D6"),
            ("azathioprine", "TPMT"),
            ("amitriptyline", "CYP2C19;CYP2D6"),
            ("warfarin", "VKORC1"),
        ]
    ]
    sheet = sheet_of([POOR, NOT_READ, unsure, known], guidance)
    groups = {group.reason: list(group.drugs) for group in sheet.unanswered}
    assert groups == {
        "CYP2D6 not called": ["amitriptyline", "codeine", "tramadol"],
        "TPMT not called surely": ["azathioprine"],
        "the source has no text for the result": ["warfarin (VKORC1 rs1/rs1)"],
    }


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
    first, second = sheet_of(calls, []).not_called
    assert first.genes == ["CYP2C19", "TPMT"]
    assert first.reason == "None of the positions was read (PMID 123)."
    assert second.genes == ["CYP2D6"]
    (alone,) = sheet_of(calls[:1], []).not_called
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
    setting = Setting("toy", guided=frozenset(), is_absent_reference=True)
    absent, flagged = sheet_of(
        [], [], flags=["possible_swap"], setting=setting
    ).cautions
    assert "nobody looked" in absent
    assert "possible swap" in flagged
    assert sheet_of([], []).cautions == []


def test_medicines_say_what_became_of_them():
    setting = Setting(
        "toy",
        guided=frozenset(),
        medicines={
            "plavix 75 mg": Known(("clopidogrel",), "matched"),
            "clopidogrel": Known(("clopidogrel",), "matched"),
            "amlodipine": Known(("",), "no_pgx_guidance"),
            "gx-17": Known(("",), "unknown", "says more than that it is taken"),
        },
    )
    names = ["Plavix 75 mg", "Clopidogrel", "amlodipine", "GX-17", "new"]
    notes = [
        m.note for m in sheet_of([], [], medicines=names, setting=setting).medicines
    ]
    assert notes == [
        "clopidogrel",
        "",
        "no pharmacogenomic guidance",
        "says more than that it is taken",
        "name not recognised: check by hand",
    ]
    assert sheet_of([], [], medicines=None).medicines is None


def test_only_web_addresses_become_links():
    for url in ("javascript:alert(1)", "http://x.org", "data:text/html,x", None):
        row = advise("P1", "a", "CYP2C19", "avoid", "x", url=url)
        assert sheet_of([POOR], [row]).later[0].url == ""


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
    text = (write(findings, tmp_path / "p") / "index.html").read_text(encoding="utf-8")
    order = re.findall(r'href="(TOY-\d{4})\.html"', text)
    taken = findings.guidance[findings.guidance["on_medication"]]
    gravest = taken[taken["category"] == "avoid"]["sample_id"].tolist()
    doses = taken[taken["category"] == "change_dose"]["sample_id"].tolist()
    assert set(order[: len(gravest)]) == set(gravest)
    assert set(order[len(gravest) : len(gravest) + len(doses)]) == set(doses)


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
            advise(s, nasty, "CYP2C19", "avoid", nasty, on_medication=True, url=nasty)
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
    findings = Findings(
        samples, NASTY, diplotypes, guidance, empty, decisions, knowledge
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
