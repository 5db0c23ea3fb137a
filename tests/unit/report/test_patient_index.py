"""The list of patient sheets."""

import re
from dataclasses import replace

from unit.report.patient_fixture import Reader, findings, run, write

__all__ = ["findings", "run"]


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
