"""Watching a portfolio, and the files that its scripts write."""

import json
import stat
from pathlib import Path

import classify_studies
import match_studies
import pandas as pd
import pytest
import read_studies
import render_matches
import render_portfolio
import watch_studies

from genostrat.errors import GenostratError
from genostrat.studies.portfolio.specialties import read_champions
from genostrat.studies.portfolio.watching import find_shortfall, find_slips
from genostrat.studies.records.cells import make_cell
from genostrat.studies.records.record import StudyRecord
from genostrat.tables import read_json, read_table, write_table

HOME = Path(__file__).resolve().parents[3]
WORDS = str(HOME / "resources/study_specialties.tsv")
SYNONYMS = str(HOME / "resources/drug_synonyms.tsv")
COLUMNS = {
    "diagnosis": "diagnosis",
    "performance": "ecog",
    "consent": "contact_consent",
}
ROWS = [
    {
        "study_id": "S1",
        "title": "<script>alert(1)</script>Gefitinib treatment in EGFR-mutated lung"
        " cancer",
        "summary": "A study. It asks a question.",
        "criteria": "Inclusion Criteria:\n* Age 18 years or older\n* EGFR mutation",
        "condition": "Lung cancer",
        "status": "recruiting",
        "first_posted": "2024-02-01",
        "updated": "2024-06-30",
        "start": "2024-01-01",
        "end": "2024-12-31",
        "target": 100,
        "enrolled": 10,
        "country": "United Kingdom",
    },
    {
        "study_id": "S2",
        "title": "=Walking",
        "criteria": "Adults",
        "status": "completed",
    },
    {
        "study_id": "../S3",
        "title": "Basket trial of a treatment",
        "status": "recruiting",
    },
]


def make_portfolio(folder, rows, champions=""):
    """Run the scripts of the portfolio on a few records."""
    source = folder / "own.jsonl"
    source.write_text("\n".join(map(json.dumps, rows)) + "\n")
    out = folder / "results/portfolio/studies"
    names = (
        "records.sqlite reading.json records.tsv changes.tsv designs.tsv criteria.tsv"
    )
    names += " ctml.json growth.tsv slips.tsv feed.json portfolio.html lay"
    file = {name: str(out / name) for name in names.split()}
    read_studies.main(
        paths=[str(source)],
        ctml=[],
        champions=champions,
        specialty_words=WORDS,
        as_of="",
        store=file["records.sqlite"],
        reading=file["reading.json"],
        records=file["records.tsv"],
        changes=file["changes.tsv"],
    )
    classify_studies.main(
        store=file["records.sqlite"],
        synonyms=SYNONYMS,
        match="stratified",
        statuses=["planned", "recruiting"],
        processes=1,
        designs=file["designs.tsv"],
        criteria=file["criteria.tsv"],
        ctml=file["ctml.json"],
    )
    watch_studies.main(
        store=file["records.sqlite"],
        records=file["records.tsv"],
        designs=file["designs.tsv"],
        champions=champions,
        specialty_words=WORDS,
        growth=file["growth.tsv"],
        slips=file["slips.tsv"],
        feed=file["feed.json"],
    )
    render_portfolio.main(
        store=file["records.sqlite"],
        reading=file["reading.json"],
        records=file["records.tsv"],
        changes=file["changes.tsv"],
        designs=file["designs.tsv"],
        criteria=file["criteria.tsv"],
        growth=file["growth.tsv"],
        slips=file["slips.tsv"],
        page=file["portfolio.html"],
        lay=file["lay"],
    )
    return file


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory):
    folder = tmp_path_factory.mktemp("studies")
    champions = folder / "champions.tsv"
    champions.write_text("specialty\tname\tcontact\ncancer\tDr A\ta@example.org\n")
    return folder, make_portfolio(folder, ROWS, str(champions))


def test_the_portfolio_is_read_classified_and_watched(portfolio):
    _, file = portfolio
    records = read_table(file["records.tsv"], table="studies/records.tsv")
    assert list(records["study_id"]) == ["../S3", "S1", "S2"]
    designs = read_table(file["designs.tsv"], table="studies/designs.tsv")
    assert set(designs.loc[designs["study_id"] == "S1", "label"]) == {
        "biomarker_eligibility",
        "enrichment",
    }
    (feed, _) = sorted(
        read_json(file["feed.json"]), key=lambda one: -len(one["labels"])
    )
    assert feed["champions"] == [{"name": "Dr A", "contact": "a@example.org"}]
    growth = read_table(file["growth.tsv"], table="studies/growth.tsv")
    row = growth[(growth["grouping"] == "all") & (growth["quarter"] == "2024-Q1")]
    assert row[["n_studies", "n_stratified"]].to_numpy().tolist() == [[1, 1]]
    slips = read_table(file["slips.tsv"], table="studies/slips.tsv")
    assert list(slips["what"]) == ["recruitment"]


def test_pages_are_safe_and_say_what_they_are(portfolio):
    _, file = portfolio
    page = Path(file["portfolio.html"]).read_text()
    assert "<script>alert" not in page
    assert "For research." in page
    assert "EGFR-mutated" in page
    pages = sorted(p.name for p in Path(file["lay"]).iterdir())
    assert pages == ["S1.html"], "a hostile identifier names no file"
    lay = Path(file["lay"], "S1.html").read_text()
    assert "you are 18 or older" in lay
    assert "a test has shown: EGFR mutated" in lay
    assert "your care does not depend on it" in lay


def test_files_have_the_mode_of_their_class(portfolio):
    _, file = portfolio
    assert stat.S_IMODE(Path(file["records.sqlite"]).stat().st_mode) == 0o644
    assert stat.S_IMODE(Path(file["feed.json"]).stat().st_mode) == 0o640


def test_a_second_reading_says_what_changed(portfolio):
    folder, _ = portfolio
    changed = [ROWS[0] | {"status": "completed", "end": "2025-12-31"}, *ROWS[1:]]
    file = make_portfolio(folder, changed)
    changes = read_table(file["changes.tsv"], table="studies/changes.tsv")
    assert changes.to_numpy().tolist() == [
        ["S1", "plain", "closed", "recruiting", "completed"]
    ]
    slips = read_table(file["slips.tsv"], table="studies/slips.tsv")
    assert slips[["what", "slip_days"]].to_numpy().tolist() == [["end", 365]]
    assert (
        "Since the reading before: 1 closed."
        in Path(file["portfolio.html"]).read_text()
    )
    make_portfolio(folder, ROWS)


def test_a_cohort_is_matched_without_a_name_on_what_leaves(portfolio, tmp_path):
    _, file = portfolio
    n = 60
    frame = pd.DataFrame(
        {
            "sample_id": [f"P{i}" for i in range(n)],
            "sex": "male",
            "age": ["" if i % 5 == 0 else str(10 + i) for i in range(n)],
            "diagnosis": "Lung cancer",
            "contact_consent": ["yes", ""] * (n // 2),
        }
    )
    out = tmp_path / "results/c"
    sheet = out / "check/samples.tsv"
    write_table(sheet, frame, table="check/samples.tsv")
    alterations = tmp_path / "alterations.tsv"
    rows = [f"P{i}\tEGFR\t{'mutated' if i % 2 else 'wild_type'}" for i in range(n)]
    alterations.write_text("sample_id\tgene\tresult\n" + "\n".join(rows) + "\n")
    names = {
        n: str(out / f"studies/{n}")
        for n in ("matches.tsv", "volunteers.tsv", "counts.tsv", "matches.html")
    }
    match_studies.main(
        sheet=str(sheet),
        store=file["records.sqlite"],
        records=file["records.tsv"],
        designs=file["designs.tsv"],
        synonyms=SYNONYMS,
        ctml=[],
        alterations=str(alterations),
        diplotypes=None,
        assignments=None,
        verdict=None,
        columns=COLUMNS,
        match="stratified",
        statuses=["planned", "recruiting"],
        min_count=10,
        matches=names["matches.tsv"],
        volunteers=names["volunteers.tsv"],
        counts=names["counts.tsv"],
    )
    matches = read_table(names["matches.tsv"], table="studies/matches.tsv")
    mine = matches[matches["study_id"] == "S1"].set_index("sample_id")
    assert mine.loc["P11", "status"] == "eligible"
    assert mine.loc["P5", ["status", "question"]].tolist() == [
        "undetermined",
        "age ≥ 18",
    ]
    assert mine.loc["P12", ["status", "question"]].tolist() == [
        "not",
        "gene EGFR mutated",
    ]
    volunteers = read_table(names["volunteers.tsv"], table="studies/volunteers.tsv")
    agreed = set(frame.loc[frame["contact_consent"] == "yes", "sample_id"])
    assert set(volunteers["sample_id"]) <= agreed
    render_matches.main(
        cohort="c",
        counts=names["counts.tsv"],
        records=file["records.tsv"],
        min_count=10,
        page=names["matches.html"],
    )
    for name in ("counts.tsv", "matches.html"):
        text = Path(names[name]).read_text()
        assert not any(f"P{i}" in text for i in range(n))
    assert stat.S_IMODE(Path(names["volunteers.tsv"]).stat().st_mode) == 0o640


def test_slips_and_shortfalls():
    old = StudyRecord("S", "plain", end="2024-01-01", target=50)
    new = StudyRecord("S", "plain", end="2024-07-01", target=40)
    found = list(find_slips([(1, "2023-01-01", old), (2, "2024-01-02", new)]))
    assert [(one["what"], one["slip_days"]) for one in found] == [
        ("end", 182),
        ("target", None),
    ]
    even = {"start": "2024-01-01", "end": "2024-12-31", "target": 100}
    on_time = StudyRecord("S", "plain", enrolled=45, **even)
    behind = StudyRecord("S", "plain", enrolled=20, **even)
    assert find_shortfall(on_time, as_of="2024-07-01") is None
    assert find_shortfall(behind, as_of="2024-07-01")["before"] == "50"
    assert find_shortfall(behind, as_of="") is None


def test_champions_are_checked(tmp_path):
    path = tmp_path / "c.tsv"
    path.write_text("specialty\tname\tcontact\ncancr\tDr A\t=cmd()\n")
    with pytest.raises(GenostratError) as error:
        read_champions(path, specialties=["cancer"])
    assert "did you mean cancer?" in str(error.value)
    assert len(error.value.problems) == 2


def test_texts_of_registers_make_no_formulas():
    assert make_cell("=cmd()|x\n\ty\x00") == "cmd()|x y "
