"""Families in the clinical sheet: what stops a run, and what is set aside."""

import pytest

from genostrat.errors import GenostratError
from genostrat.sheets.clinical import Request, read_sheet
from genostrat.sheets.pedigree import join_groups, read_pedigree

HEADER = "sample_id|sex|age|subject_id|father_id|mother_id"


def read(tmp_path, *rows, header=HEADER):
    path = tmp_path / "samples.tsv"
    lines = [header, *rows]
    path.write_text("".join("\t".join(row.split("|")) + "\n" for row in lines))
    return read_sheet(path, Request())


def complaint(tmp_path, *rows):
    with pytest.raises(GenostratError) as caught:
        read(tmp_path, *rows)
    return str(caught.value)


def test_parents_may_be_samples_subjects_or_people_without_a_row(tmp_path):
    sheet = read(
        tmp_path,
        "dad|M|||NA|0",
        "mum_a|F||mum||",
        "mum_b|F||mum||",
        "kid|F|||dad|mum_b",
        "kid2|M|||dad|mum",
        "other|||||granny",
    )
    pedigree = read_pedigree(sheet.frame)
    assert pedigree.parents == {
        "kid": ("dad", "mum"),
        "kid2": ("dad", "mum"),
        "other": ("", "granny"),
    }
    assert pedigree.samples_of["mum"] == ["mum_a", "mum_b"]
    assert pedigree.families == [["dad", "kid", "kid2", "mum"], ["granny", "other"]]
    assert pedigree.doubts == ()
    assert len(sheet.warnings) == 1, "only that a sex is blank"


def test_a_sample_called_0_may_be_a_parent(tmp_path):
    frame = read(tmp_path, "0|M||||", "kid|F|||0|").frame
    assert read_pedigree(frame).parents == {"kid": ("0", "")}


def test_what_is_impossible_is_refused_all_at_once(tmp_path):
    text = complaint(
        tmp_path,
        "a|M|||b|",
        "b|M||||c",
        "c|F|||a|",
        "self|F||||self",
        "one|F|||x|x",
        "two|M|||bad name|=cmd()",
        "r1|M||r|x|",
        "r2|M||r|y|",
    )
    assert text.startswith("6 problems")
    assert "line 2, column father_id: somebody is among their own ancestors" in text
    assert "a → b → c → a (child → parent)" in text
    assert "lines 3, 4 are part of it" in text
    assert "line 5, column mother_id: a patient cannot be their own mother" in text
    assert "line 6, column mother_id: father and mother are the same person" in text
    assert "line 7, column father_id: this is not a sample identifier" in text
    assert "line 7, column mother_id: this is not a sample identifier" in text
    assert "line 9, column father_id: samples of one subject have different" in text
    assert "or in line 8" in text


def test_a_loop_through_replicates_is_a_loop(tmp_path):
    text = complaint(tmp_path, "a1|M||a||", "a2|M||a|b|", "b|M|||a1|")
    assert "somebody is among their own ancestors" in text
    assert "a → b → a" in text


def test_a_parent_that_could_be_two_people_is_refused(tmp_path):
    text = complaint(tmp_path, "x|M||p||", "y|F||x||", "kid|F|||x|")
    assert "line 4, column father_id: this names a sample, and is another" in text


def test_many_generations_are_no_problem(tmp_path):
    rows = [f"p{i}|||{''}|p{i + 1}|" for i in range(3000)]
    pedigree = read_pedigree(read(tmp_path, *rows).frame)
    assert len(pedigree.families) == 1
    loop = complaint(tmp_path, *rows[:-1], f"p{2999}||||p0|")
    assert "somebody is among their own ancestors" in loop
    assert loop.count("fix:") == 1


@pytest.mark.parametrize(
    ("parent", "column", "kind", "reason"),
    [
        ("P|F|60|||", "father_id", "sex", "this father is female"),
        ("P|M|60|||", "mother_id", "sex", "this mother is male"),
        ("P|M|39|||", "father_id", "age", "father is younger than the child"),
        ("P|F|51|||", "mother_id", "age", "mother is less than 12 years older"),
    ],
)
def test_links_hard_to_believe_are_set_aside_and_said(
    tmp_path, parent, column, kind, reason
):
    child = "kid|F|40||P|other" if column == "father_id" else "kid|F|40||other|P"
    sheet = read(tmp_path, parent, child)
    pedigree = read_pedigree(sheet.frame)
    [doubt] = pedigree.doubts
    assert (doubt.child, doubt.parent, doubt.kind) == ("kid", "P", kind)
    assert reason in doubt.reason
    assert set(pedigree.parents["kid"]) == {"", "other"}
    [warning] = sheet.warnings
    assert "links are set aside" in warning
    assert "kid" not in warning
    assert "P" not in warning.split()


def test_ages_read_kindly_are_believed(tmp_path):
    sheet = read(tmp_path, "p1|M|30|p||", "p2|M|52|p||", "kid|F|40||p|mum", "mum|F||||")
    assert read_pedigree(sheet.frame).parents["kid"] == ("p", "mum")
    assert sheet.warnings == []


def test_somebody_of_unknown_sex_cannot_be_father_and_mother(tmp_path):
    sheet = read(tmp_path, "a|F|||x|", "b|F||||x")
    pedigree = read_pedigree(sheet.frame)
    assert {doubt.kind for doubt in pedigree.doubts} == {"roles"}
    assert pedigree.parents == {}


def test_parents_that_differ_only_in_case_are_said(tmp_path):
    sheet = read(tmp_path, "Dad|M||||", "kid|F|||dad|")
    [warning] = sheet.warnings
    assert "only in upper and lower case: 1" in warning
    assert read_pedigree(sheet.frame).parents == {"kid": ("dad", "")}


def test_samples_of_one_subject_that_differ_in_sex_are_said(tmp_path):
    sheet = read(tmp_path, "a|F||p||", "b|M||p||")
    assert "differ in sex in the sheet: 1" in sheet.warnings[0]
    assert read_pedigree(sheet.frame).sex == {}


def test_a_sheet_without_families_has_none(tmp_path):
    frame = read(tmp_path, "a|F", header="sample_id|sex").frame
    pedigree = read_pedigree(frame)
    assert (pedigree.families, pedigree.parents) == ([], {})
    assert pedigree.person_of == {"a": "a"}


def test_groups_are_what_links_join():
    links = [("d", "c"), ("a", "b"), ("e", "d"), ("f", "f")]
    assert join_groups(links) == [["a", "b"], ["c", "d", "e"], ["f"]]
