"""Medicines of the sheet: what is applied, what is only reported, and hostile names."""

import re
from pathlib import Path

import pandas as pd
import pytest

from genostrat.errors import GenostratError
from genostrat.pgx.guidance import medications
from genostrat.pgx.guidance.medications import (
    KINDS,
    gather_names,
    match_medications,
    read_synonyms,
)
from genostrat.pgx.guidance.medicine_names import (
    clean_name,
    cut_name,
    key_of,
    says_nothing,
)
from genostrat.pgx.guidance.sources.loading import load_guidance
from genostrat.tables import read_table, write_table

SYNONYMS = Path(__file__).resolve().parents[3] / "resources/drug_synonyms.tsv"
CONTRACEPTIVES = "hormonal contraceptives for systemic use"


@pytest.fixture(scope="module")
def drugs():
    return load_guidance(["genostrat"]).drugs


@pytest.fixture(scope="module")
def names(drugs):
    return gather_names(drugs, synonyms=read_synonyms(SYNONYMS))


@pytest.fixture(scope="module")
def match(names):
    def look_up(cell):
        sheet = pd.DataFrame({"sample_id": ["a"], "medications": [cell]})
        found = match_medications(sheet, keep=["a"], names=names)
        return sorted(found.taken), found.table

    return look_up


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("simvastatin", "simvastatin"),
        ("Simvastatin 40 mg tablets", "simvastatin"),
        ("SIMVASTATIN 40MG TABS, 1 nocte", "simvastatin"),
        ("  simva-statin ", "simvastatin"),
        ("Plavix 75 mg tablets", "clopidogrel"),
        ("Plavix® (clopidogrel)", "clopidogrel"),
        ("clopidogrel 75", "clopidogrel"),
        ("Clopidogrel hydrogen sulphate 75mg od", "clopidogrel"),
        ("co-codamol 30/500", "codeine"),
        ("Co codamol 8mg/500mg tabs, 2 qds prn", "codeine"),
        ("codeine/paracetamol 30mg/500mg", "codeine"),
        ("paracetamol and codeine", "codeine"),
        ("codeine phosphate 30mg", "codeine"),
        ("Tylenol No 3", "codeine"),
        ("5-FU", "fluorouracil"),
        ("5 fu", "fluorouracil"),
        ("6-MP 50 mg", "mercaptopurine"),
        ("Tioguanine 40mg", "thioguanine"),
        ("suxamethonium", "succinylcholine"),
        ("Warfarin sodium 3 mg (dose as per INR)", "warfarin"),
        ("Tacrolimus m/r 1 mg capsules", "tacrolimus"),
        ("Advagraf 5mg", "tacrolimus"),
        ("Lansoprazole 30 mg gastro-resistant capsules", "lansoprazole"),
        ("venlafaxine XL 75mg", "venlafaxine"),
        ("efavirenz/emtricitabine/tenofovir", "efavirenz"),
        ("Microgynon 30", CONTRACEPTIVES),
        ("ethinylestradiol/levonorgestrel", CONTRACEPTIVES),
        ("peginterferon alfa-2a 180 micrograms weekly", "peginterferon alfa-2a"),
        ("gentamicin ear drops", "gentamicin"),
        ("tobramycin 300mg/5ml nebuliser solution", "tobramycin"),
        ("=simvastatin", "simvastatin"),
    ],
)
def test_names_are_matched(match, entry, expected):
    taken, table = match(entry)
    assert taken == [expected]
    assert table["status"].tolist() == ["matched"]
    assert table["matched_drug"].tolist() == [expected]


def test_a_combination_gives_every_drug_it_holds(match):
    assert match("FOLFIRINOX")[0] == ["fluorouracil", "irinotecan"]
    taken, table = match("Vicoprofen; Seglentis 56/44")
    assert taken == ["celecoxib", "hydrocodone", "ibuprofen", "tramadol"]
    assert table["matched_drug"].tolist() == [
        "celecoxib;tramadol",
        "hydrocodone;ibuprofen",
    ]


@pytest.mark.parametrize(
    "entry",
    [
        "allergic to codeine",
        "codeine (stopped)",
        "no codeine",
        "stopped simvastatin 2019",
        "clopidogrel 75mg (stopped 3/2024)",
        "intolerance: atorvastatin",
        "was on warfarin previously",
        "Trial product GX-17",
        "simvastatin 20mg and unicorn dust",
        "simvastatn",
        "clopidogel",
        "warfarine-like herb",
    ],
)
def test_what_is_not_surely_taken_is_not_applied(match, entry):
    taken, table = match(entry)
    assert taken == []
    assert table["status"].tolist() == ["unknown"]
    assert table["matched_drug"].tolist() == [""]


def test_near_misses_are_suggested_only(match):
    taken, table = match("simvastatn 40mg; clopidogel; zzzzqqqq")
    assert taken == []
    nearest = dict(zip(table["medicine"], table["nearest"], strict=True))
    assert nearest == {
        "simvastatn 40mg": "simvastatin",
        "clopidogel": "clopidogrel",
        "zzzzqqqq": "",
    }


def test_medicines_without_guidance_are_known(match):
    taken, table = match("Metformin 500mg bd; Epilim Chrono 500; co-amoxiclav 500/125")
    assert taken == []
    assert set(table["status"]) == {"no_pgx_guidance"}
    assert set(table["nearest"]) == {""}


@pytest.mark.parametrize(
    "entry", ["tacrolimus 0.1% ointment", "fluorouracil 5% cream", "ibuprofen 5% gel"]
)
def test_use_on_the_skin_is_not_use_in_the_body(match, entry):
    taken, table = match(entry)
    assert taken == []
    assert table["status"].tolist() == ["no_pgx_guidance"]
    assert "applied locally" in table["note"].iloc[0]


@pytest.mark.parametrize(
    "cell", ["", "none", "Nil", "-", "No regular medications", " ; "]
)
def test_no_medicines_are_no_rows(match, cell):
    taken, table = match(cell)
    assert taken == []
    assert table.empty


def test_hostile_names_are_shown_harmless_and_never_applied(match, tmp_path):
    cell = ";".join(
        [
            "<script>alert(1)</script>simvastatin",
            "=HYPERLINK(\"http://example.org\",'x')",
            "@SUM(1+1)*cmd|' /C calc'!A0",
            "codeine\x00\x1b[31m\u202e",
            "x" * 100_000,
            "﷽" * 500,
            "((((((((((simvastatin",
            "1" * 400 + " mg",
            "\u0661\u0662 mg",
        ]
    )
    taken, table = match(cell)
    assert set(taken) <= {"codeine", "simvastatin"}
    for medicine in table["medicine"]:
        assert len(medicine) <= 80
        assert medicine.isprintable()
        assert not re.match(r"[=+\-@\t\r]", medicine)
        assert "<" not in medicine
        assert ">" not in medicine
    path = tmp_path / "medications.tsv"
    write_table(path, table, table="pgx/medications.tsv")
    again = read_table(path, table="pgx/medications.tsv")
    assert sorted(again["medicine"]) == sorted(table["medicine"])


def test_numbers_of_few_patients_are_blank_and_cut_names_are_one_row(names):
    long = "very " * 40
    sheet = pd.DataFrame(
        {
            "sample_id": [f"s{i}" for i in range(8)],
            "medications": [
                "Codeine; CODEINE; " + long + "a",
                "codeine",
                "codeine; metformin; " + long + "b",
                "codeine",
                "CODEINE",
                "codeine",
                "codeine;codeine",
                "",
            ],
        }
    )
    keep = [f"s{i}" for i in range(8) if i != 5]
    found = match_medications(sheet, keep=keep, names=names)
    assert found.taken == {"codeine": frozenset({"s0", "s1", "s2", "s3", "s4", "s6"})}
    table = found.table.set_index("medicine")
    assert table.index.str.casefold().is_unique
    counts = table["n_patients"].astype(float)
    assert counts[[m for m in table.index if m.casefold() == "codeine"]].tolist() == [6]
    assert pd.isna(counts["metformin"])
    assert len(table) == 3
    assert "s0" not in found.table.to_csv()


def test_a_sheet_without_the_column_says_nothing(names):
    sheet = pd.DataFrame({"sample_id": ["a"]})
    found = match_medications(sheet, keep=["a"], names=names)
    assert found.taken is None
    assert found.table.empty


def test_hundreds_of_entries_in_a_row(names, monkeypatch):
    monkeypatch.setattr(medications, "_MAX_SUGGESTIONS", 10)
    entries = [f"unknown simvastatine {i:03d}" for i in range(300)] + ["simvastatin"]
    sheet = pd.DataFrame(
        {"sample_id": [f"s{i}" for i in range(200)], "medications": ";".join(entries)}
    )
    found = match_medications(sheet, keep=list(sheet["sample_id"]), names=names)
    assert len(found.taken["simvastatin"]) == 200
    assert len(found.table) == 301
    assert (found.table["nearest"] != "").sum() == 10, "suggestions are bounded"


def test_the_shipped_synonyms_are_sound(drugs):
    rows = read_synonyms(SYNONYMS)
    guided = [row for row in rows if row[2] != "no guidance"]
    assert len(guided) >= 250
    assert {row[2] for row in rows} == set(KINDS)
    keys = [(synonym, drug) for synonym, drug, _ in rows]
    assert len(keys) == len(set(keys))
    assert rows == sorted(rows), "a sorted table is easy to review"
    by_name = {}
    for synonym, drug, kind in rows:
        assert synonym == clean_name(synonym)
        by_name.setdefault(key_of(synonym), []).append((drug, kind))
    for name, meanings in by_name.items():
        if len({drug for drug, _ in meanings}) > 1:
            assert {kind for _, kind in meanings} == {"combination product"}, name
    generic = {key_of(drug) for drug in drugs}
    assert not generic & {key_of(s) for s, d, k in rows if k == "no guidance"}
    assert not [
        s for s, d, k in guided if key_of(s) in generic and key_of(d) != key_of(s)
    ]


def test_every_drug_of_the_knowledge_base_is_matched_by_its_own_name(match, drugs):
    for drug in drugs:
        assert match(f"{drug.title()} 10 mg")[0] == [drug]


def test_nearly_every_drug_of_the_knowledge_base_has_a_synonym(drugs):
    named = {drug for _, drug, _ in read_synonyms(SYNONYMS)}
    assert set(drugs) <= named


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        (["synonym\tdrug"], "does not have the columns"),
        ([], "does not have the columns"),
        (["synonym\tdrug\tkind", "plavix\tclopidogrel"], "not a synonym"),
        (["synonym\tdrug\tkind", "plavix\tclopidogrel\tnickname"], "not a synonym"),
        (["synonym\tdrug\tkind", "\tclopidogrel\tbrand"], "not a synonym"),
    ],
)
def test_a_damaged_table_of_synonyms_is_refused(tmp_path, lines, what):
    path = tmp_path / "synonyms.tsv"
    path.write_text("\n".join(["# comment", *lines]) + "\n")
    with pytest.raises(GenostratError, match=what):
        read_synonyms(path)


def test_cleaning_is_stable():
    for text in ["=a", "a\tb", "<b>x</b>", "-- x", "x" * 500, "ﬁne", "  "]:
        once = clean_name(text)
        assert clean_name(once) == once
        assert len(cut_name(once)) <= 80
    assert says_nothing("none.")
    assert not says_nothing("codeine")
