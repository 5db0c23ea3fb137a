"""Records of registers: one form, and what is wrong is told while the rest goes on."""

import gzip
import json
import os
import sqlite3

import pytest

from genostrat.errors import GenostratError
from genostrat.studies.records.ctgov import read_phase
from genostrat.studies.records.jsonb import decode_jsonb
from genostrat.studies.records.merging import find_same, settle_repeats
from genostrat.studies.records.reading import gather_records
from genostrat.studies.records.record import (
    StudyRecord,
    read_day,
    record_from_json,
)
from genostrat.studies.records.store import open_store

V2 = {
    "protocolSection": {
        "identificationModule": {
            "nctId": "NCT00000001",
            "briefTitle": "A trial of <b>gefitinib</b> &amp; care",
            "secondaryIdInfos": [{"id": "2019-002663-10"}],
        },
        "statusModule": {
            "overallStatus": "RECRUITING",
            "startDateStruct": {"date": "2024-01"},
            "studyFirstPostDateStruct": {"date": "2023-11-05"},
            "lastUpdatePostDateStruct": {"date": "0202-01-01"},
        },
        "designModule": {
            "phases": ["PHASE1", "PHASE2"],
            "enrollmentInfo": {"count": 40, "type": "ESTIMATED"},
            "designInfo": {"allocation": "RANDOMIZED"},
        },
        "eligibilityModule": {
            "eligibilityCriteria": "Inclusion Criteria:\n* Age over 18",
            "minimumAge": "18 Years",
            "sex": "FEMALE",
        },
        "contactsLocationsModule": {
            "locations": [{"country": "France", "state": "Paris"}]
        },
    }
}


def read(tmp_path, name, text):
    path = tmp_path / name
    data = text if isinstance(text, bytes) else text.encode()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return gather_records([path])


def test_api_v2_becomes_the_one_form(tmp_path):
    (record,), findings = read(tmp_path, "a.json.gz", json.dumps(V2))
    assert record.title == "A trial of gefitinib & care"
    assert (record.status, record.phase, record.target) == ("recruiting", "1/2", 40)
    assert (record.min_age, record.sex, record.start) == (18.0, "female", "2024-01-01")
    assert record.randomised is True
    assert record.updated == ""
    assert [f.what for f in findings] == [
        "last update is 0202-01-01, which is no day of a study: left out"
    ]
    assert record_from_json(record.to_json()) == record


def test_the_csv_export_is_read(tmp_path):
    text = (
        "NCT Number,Study Title,Study Status,Phases,Enrollment,Start Date,"
        "Locations\n"
        'NCT00000002,"A, trial",COMPLETED,PHASE3,120,2020-02-01,'
        '"Leeds, United Kingdom"\n'
        "NCT00000003,short row\n"
    )
    (record,), findings = read(tmp_path, "a.csv", text)
    assert (record.title, record.phase, record.countries) == (
        "A, trial",
        "3",
        ("United Kingdom",),
    )
    assert [f.line for f in findings if "cells" in f.what] == [3]


def test_records_of_ctrdata_are_read_text_and_binary(tmp_path):
    trial = {
        "ctrname": "ISRCTN",
        "isrctn": "12345678",
        "trialDescription": {"title": "A trial"},
        "participants": {"inclusion": "Adults", "exclusion": "None", "gender": "All"},
    }
    path = tmp_path / "x.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (_id TEXT, json BLOB)")
        rows = [("1", json.dumps(trial)), ("2", b"\x4b\x13"), ("meta-info", "{}")]
        connection.executemany("INSERT INTO t VALUES (?, ?)", rows)
    (record,), findings = gather_records([path])
    assert record.study_id == "ISRCTN12345678"
    assert record.eligibility.startswith("Inclusion Criteria:\nAdults")
    assert [f.study_id for f in findings] == ["2"]
    assert decode_jsonb(bytes([0x3C, 0x17, 0x61, 0x01])) == {"a": True}
    with pytest.raises(ValueError, match="cut short"):
        decode_jsonb(bytes([0xCB]))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.json", '{"protocolSection": {"ident', "the JSON was cut short"),
        ("a.json", "[" * 100_000, "JSON that is nested too deeply"),
        ("a.json", '{"a": 1}', "JSON that is no record of a trial"),
        ("a.jsonl", '{"id": "S1", "title": "T"}\n{"id": "S2', "a line that is no JSON"),
        ("a.tsv", "name\tb\n1\t2\n", "a table without a column of identifiers"),
        ("a.sqlite", "no database", "no database that can be read"),
        ("a.xyz", "text", "a file of no known kind"),
        ("a.json.gz", b"", "an empty file"),
    ],
)
def test_what_cannot_be_read_is_told_and_the_rest_goes_on(tmp_path, name, text, said):
    (tmp_path / "good.jsonl").write_text(
        '{"id": "G", "title": "T", "criteria": "Age"}\n'
    )
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    records, findings = gather_records([path, tmp_path / "good.jsonl"])
    assert any(f.what.startswith(said) for f in findings)
    assert "G" in [record.study_id for record in records]


def test_what_is_no_file_is_told_and_does_not_hold_the_run_up(tmp_path):
    os.mkfifo(tmp_path / "pipe.json")
    records, findings = gather_records([tmp_path / "pipe.json", tmp_path / "gone.csv"])
    assert records == []
    assert [(f.file.rsplit("/", 1)[1], f.what.split(",")[0]) for f in findings] == [
        ("pipe.json", "not a regular file"),
        ("gone.csv", "there is no such file or folder"),
    ]


def test_a_quotation_mark_swallows_no_rows_without_a_word(tmp_path):
    rows = [f"S{i},T,x" for i in range(12)]
    rows[3], rows[7] = 'S3,T,"x', 'S7,T,x"'
    text = "\n".join(["id,title,criteria", *rows]) + "\n"
    records, findings = read(tmp_path, "a.csv", text)
    assert [r.study_id for r in records] == [
        f"S{i}" for i in (0, 1, 2, 3, 8, 9, 10, 11)
    ]
    (told,) = [f for f in findings if "rows of their own" in f.what]
    assert told.line == 5
    assert "holds 4 line ends" in told.what
    # One that is never closed, and one in the middle of a cell.
    for odd in ('S3,T,"x', 'S3,"T"x,y'):
        records, findings = read(
            tmp_path, "b.csv", "\n".join([text[:17], *rows[:3], odd])
        )
        assert len(records) == 3
        assert any("no table from here on" in f.what for f in findings)
    # A text of several lines is no row.
    text = 'id,title,criteria\nS1,T,"Inclusion:\n* Age, and\n* more"\n'
    (record,), findings = read(tmp_path, "c.csv", text)
    assert record.eligibility == "Inclusion:\n* Age, and\n* more"
    assert not [f for f in findings if "rows of their own" in f.what]


@pytest.mark.parametrize("age", ["1_8", "٣", "1,8", "1.8.1", "old", "999", "-5"])
def test_an_age_that_is_none_is_told_and_is_no_limit(tmp_path, age):
    row = json.dumps({"id": "S", "title": "T", "criteria": "x", "min_age": age})
    (record,), findings = read(tmp_path, "a.jsonl", row)
    assert record.min_age is None
    assert [f.what for f in findings] == [
        f"least age is {age}, which is no age: no limit is taken from it"
    ]
    for none in ("N/A", "None", "", "no limit"):
        row = json.dumps({"id": "S", "title": "T", "criteria": "x", "min_age": none})
        assert read(tmp_path, "b.jsonl", row)[1] == []


def test_other_languages_and_no_eligibility_are_told(tmp_path):
    spanish = (
        "Los pacientes que tienen cáncer y que reciben tratamiento en el centro por"
        " primera vez y que han dado su consentimiento por escrito deben tener más años"
    )
    lines = [
        {"id": "A", "title": "A trial"},
        {"id": "B", "title": "Un ensayo", "criteria": spanish},
        {"id": "", "title": "Nobody"},
        {"id": "C"},
    ]
    text = "\n".join(map(json.dumps, lines))
    records, findings = read(tmp_path, "a.jsonl", text)
    assert [record.study_id for record in records] == ["A", "B"]
    told = {(f.study_id, f.what.split(":")[0]) for f in findings}
    assert ("A", "no eligibility criteria") in told
    assert ("B", "not in English") in told
    assert ("C", "a record without any text") in told


def test_fifty_megabytes_in_one_field_are_cut_and_told(tmp_path):
    huge = json.dumps({"id": "H", "title": "T", "criteria": "word " * 10_000_000})
    (record,), findings = read(tmp_path, "a.jsonl", huge)
    assert len(record.eligibility) <= 1_000_000
    assert any("50000000 characters" in f.what for f in findings)


def test_one_study_in_two_registers_counts_once():
    records = [
        StudyRecord("NCT00000001", "ctgov", title="T", other_ids=("2019-002663-10",)),
        StudyRecord("2019-002663-10", "euctr", title="T", other_ids=("NCT00000001",)),
        StudyRecord("ISRCTN12345678", "isrctn", title="U"),
    ]
    assert find_same(records) == {("euctr", "2019-002663-10"): "NCT00000001"}


def test_repeats_stand_once_and_are_told():
    old = StudyRecord("S", "plain", title="T", updated="2024-01-01")
    new = StudyRecord("S", "plain", title="U", updated="2024-02-01")
    (kept,), findings = settle_repeats([new, old, new])
    assert kept.title == "U"
    assert len(findings) == 1


def test_the_store_says_what_is_new_changed_closed_and_gone(tmp_path):
    path = tmp_path / "s.sqlite"
    first = [
        StudyRecord("A", "plain", title="T", status="recruiting", updated="2024-01-01"),
        StudyRecord("B", "plain", title="T", status="recruiting"),
        StudyRecord("C", "plain", title="T"),
    ]
    second = [
        StudyRecord("A", "plain", title="T", status="completed", updated="2024-03-01"),
        StudyRecord("B", "plain", title="New title", status="recruiting"),
        StudyRecord("D", "plain", title="T"),
    ]
    with open_store(path, create=True) as store:
        assert store.add_snapshot(first) == 1
        assert {c.what for c in store.read_changes()} == {"new"}
        assert store.add_snapshot(first) == 1, "the same reading is no new one"
        assert store.add_snapshot(second) == 2
        told = {c.study_id: c.what for c in store.read_changes()}
        assert told == {"A": "closed", "B": "changed", "C": "gone", "D": "new"}
        assert store.as_of == "2024-03-01"
        assert [r.study_id for r in store.read_current()] == ["A", "B", "D"]
    with open_store(path) as store:
        versions = store.read_versions("plain", "A")
        assert [r.status for *_, r in versions] == ["recruiting", "completed"]
    with open_store(path, create=True) as store:
        assert store.add_snapshot(first) == 3
        told = {c.study_id: c.what for c in store.read_changes()}
        assert told == {"A": "reopened", "B": "changed", "C": "back", "D": "gone"}


def test_a_damaged_store_is_refused_with_a_way_out(tmp_path):
    path = tmp_path / "s.sqlite"
    path.write_text("no database at all" * 100)
    with pytest.raises(GenostratError, match="move it away"), open_store(path):
        pass


def test_phases_are_read_in_every_spelling():
    words = ["Phase III", "PHASE2|PHASE3", "Therapeutic exploratory (Phase II)", "N/A"]
    assert [read_phase(w) for w in words] == ["3", "2/3", "2", ""]


def test_bytes_that_are_no_utf_8_are_told(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_bytes(b"study_id\ttitle\nS1\tLinf\xf3cito trial of patients\n")
    (record,), findings = gather_records([path])
    assert record.study_id == "S1"
    assert any("no UTF-8" in one.what for one in findings)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("June 4, 2018", "2018-06-04"),
        ("Mar 2019", "2019-03-01"),
        ("4/6/2018", "2018-06-04"),
        ("2018-06", "2018-06-01"),
        ("Smarch 4, 2018", ""),
    ],
)
def test_days_in_words_are_read(text, day):
    doubts = []
    assert read_day(text, doubts, name="start") == day
    assert bool(doubts) == (day == "")


def test_a_text_in_one_piece_is_named_by_its_first_line():
    assert (
        StudyRecord("S", "plain", text=" (AB) One name\nrest").shown_title == "One name"
    )
    assert StudyRecord("S", "plain", text="One line").shown_title == "One line"
    assert StudyRecord("S", "plain", title="T", text="One\nTwo").shown_title == "T"


def test_numbers_code_and_statuses_that_are_none_are_said(tmp_path):
    path = tmp_path / "plain.jsonl"
    row = {"study_id": "S1", "title": "T", "target": "lots", "status": "recruting"}
    row["eligibility"] = "<script>alert('x')</script><p>Adults<style>p {}</style></p>"
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    (tmp_path / "nothing.json").write_text("", encoding="utf-8")
    (record,), findings = gather_records([tmp_path])
    assert record.eligibility == "Adults"
    said = {finding.what for finding in findings}
    assert "target is lots, which is no number: left out" in said
    assert "status is recruting, which is none that is known: unknown" in said
    assert "an empty file" in said
