"""The pages of patients as they are written."""

import re
from dataclasses import replace

import pandas as pd
from unit.report.patient_fixture import NEGATIVE, Reader, findings, run, write
from unit.report.report_fixture_pgx import advise, call

from genostrat.report.patients.names import file_names
from genostrat.report.patients.sheet import Findings, describe_age

__all__ = ["findings", "run"]

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
