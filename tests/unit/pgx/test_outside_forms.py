"""Calls as each tool writes them: small made-up files of every form."""

import json

import pytest
from unit.pgx.test_outside_calls import KNOWLEDGE, SAMPLES, hla, own

from genostrat.config.schema.keys import INPUTS
from genostrat.errors import GenostratError
from genostrat.pgx.outside import calls as outside_calls
from genostrat.pgx.outside.calls import read_outside_calls
from genostrat.pgx.outside.merging import merge_calls
from genostrat.registry.words.pgx import OUTSIDE_FORMATS

ALDY = "#Sample\tGene\tSolutionID\tMajor\tMinor\tCopy\tAllele\tLocation\tType\n"
STELLAR = """--------------------------------------------

CYP2D6 Star Allele Calling with StellarPGx

--------------------------------------------

Initially computed CN = 2

Candidate alleles:
['4.v1_10.v1']

Result:
{result}

Activity score:
{score}

Metaboliser status:
{status}
"""


def read(path, form, text=None):
    if text is not None:
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text)
    source = {"path": str(path), "format": form}
    return read_outside_calls([source], knowledge=KNOWLEDGE, samples=SAMPLES)


def summary(calls):
    return {(call.sample, call.gene): call.diplotypes for call in calls}


def starphase(**genes):
    details = {
        name.replace("_", "-"): {"diplotypes": [{"diplotype": d} for d in found]}
        for name, found in genes.items()
    }
    return json.dumps({"gene_details": details}, indent=1)


def test_the_words_of_the_config_are_the_readers():
    assert set(outside_calls._READERS) == set(OUTSIDE_FORMATS)
    formats = INPUTS["outside_calls"]["items"]["properties"]["format"]["enum"]
    assert formats == list(OUTSIDE_FORMATS)


def test_aldys_table_has_a_line_a_mutation_and_solutions_side_by_side(tmp_path):
    text = (
        f"{ALDY}#Solution 1: *4, *10\n"
        "a\tCYP2D6\t1\t*4 / *10\t4;10\t0\t4\t100\tC>T\n"
        "a\tCYP2D6\t1\t*4 / *10\t4;10\t1\t10\t\t\n"
        f"{ALDY}#Solution 1: *1, *4, *4\n"
        "001\tCYP2D6\t1\t*1/*4+*4\t1;4;4\t0\t1\t\t\n"
        "#Solution 2: *36, *10\n"
        "001\tCYP2D6\t2\t*36+*10/*1\t1;36;10\t0\t1\t\t\n"
        "stranger\tCYP2D6\t1\t*1/*1\t1;1\t0\t1\t\t\n"
    )
    calls, findings = read(tmp_path / "all.aldy", "aldy", text)
    assert summary(calls) == {
        ("a", "CYP2D6"): (("*4", "*10"),),
        ("001", "CYP2D6"): (("*1", "*4+*4"), ("*1", "*36+*10")),
    }
    assert any("1 samples that are not in the cohort" in text for text in findings)


def test_aldys_simple_form_and_a_directory_of_both(tmp_path):
    read(tmp_path / "x/one.aldy", "aldy", f"{ALDY}a\tCYP2D6\t1\t*1/*5\t1;5\t0\t1\n")
    simple = (
        "b\tCYP2D6\t*1/*4\t*1.001/*4.021\t*4/*1+*5\t*4.021/*1.001+*5\t\n001\tCYP2D6\t\n"
    )
    (tmp_path / "x/two.simple").write_text(simple)
    calls, _ = read(tmp_path / "x", "aldy")
    assert summary(calls) == {
        ("a", "CYP2D6"): (("*1", "*5"),),
        ("b", "CYP2D6"): (("*1", "*4"), ("*1+*5", "*4")),
        # One that Aldy could not solve is no call.
        ("001", "CYP2D6"): (),
    }


@pytest.mark.parametrize("major", ["*1-like/*4", "*149/*4", "*1+rs1234/*4"])
def test_what_aldy_found_beside_known_alleles_is_not_used(tmp_path, major):
    text = f"{ALDY}a\tCYP2D6\t1\t{major}\t1;4\t0\t1\nb\tCYP2D6\t1\t*1/*4\t1;4\t0\t1\n"
    calls, findings = read(tmp_path / "c.aldy", "aldy", text)
    assert summary(calls) == {("a", "CYP2D6"): (), ("b", "CYP2D6"): (("*1", "*4"),)}
    (said,) = findings
    assert "(line 2)" in said
    gene = KNOWLEDGE.genes["CYP2D6"]
    row = own(status="not_called", diplotype="", phenotype="")
    merged = merge_calls(row, [c for c in calls if c.sample == "a"], gene=gene)
    assert merged.status == "not_called"
    assert "is no allele that is known" in merged.reason


def test_starphase_is_named_after_its_patient(tmp_path):
    text = starphase(
        CYP2D6=["*4.001+*36/*1"],
        HLA_B=["57:01:01:01/08:01:01:01"],
        TPMT=["*1/*3A", "*3B/*3C"],
        NOGENE=["*1/*1"],
    )
    for name in ("a.pbstarphase.json", "001.json", "a.b.starphase.json"):
        read_path = tmp_path / "x" / name
        read_path.parent.mkdir(exist_ok=True)
        read_path.write_text(text)
    calls, findings = read(tmp_path / "x", "starphase")
    found = summary(calls)
    assert {sample for sample, _ in found} == {"a", "001"}
    assert found["a", "CYP2D6"] == (("*1", "*4+*36"),)
    assert found["a", "HLA-B"] == (("*08:01:01:01", "*57:01:01:01"),)
    assert any("NOGENE" in text for text in findings)
    # “a.b” begins like “a”, and is another patient.
    assert any("1 samples that are not in the cohort" in text for text in findings)
    for nothing in (["NO_READS/NO_READS"], ["NO_MATCH/NO_MATCH"], []):
        path = tmp_path / "b.json"
        calls, _ = read(path, "starphase", starphase(CYP2D6=nothing))
        assert summary(calls) == {("b", "CYP2D6"): ()}


def test_optitype_by_name_or_by_folder(tmp_path):
    head = "\tA1\tA2\tB1\tB2\tC1\tC2\tReads\tObjective\n"
    row = "0\tA*02:01\tA*03:01\tB*57:01\tB*08:01\tC*07:01\tC*06:02\t10\t9.9\n"
    worse = "1\tA*02:01\tA*03:01\tB*07:02\tB*08:01\tC*07:01\tC*06:02\t9\t8.9\n"
    calls, findings = read(tmp_path / "a_result.tsv", "optitype", head + row + worse)
    assert summary(calls) == {("a", "HLA-B"): (("*08:01", "*57:01"),)}
    assert any("HLA-A (line 2)" in text for text in findings)
    half = "0\t\t\tB*57:01\t\t\t\t4\t3.9\n"
    name = "2026_01_02_03_04_05_result.tsv"
    read(tmp_path / "all/b" / name, "optitype", head + half)
    read_path = tmp_path / "all"
    calls, _ = read(read_path, "optitype")
    (call,) = calls
    assert (call.sample, call.diplotypes) == ("b", (("*57:01",),))
    assert "one allele is given as ." in call.unread


def test_one_allele_of_arcashla_may_be_both_or_the_one_that_was_seen(tmp_path):
    one = {"B": ["B*57:01:01"], "A": ["A*01:01:01", "A*02:01:01"]}
    path = tmp_path / "a.genotype.json"
    calls, _ = read(path, "arcashla", json.dumps(one))
    assert summary(calls) == {("a", "HLA-B"): (("*57:01:01",),)}
    row = merge_calls(own(status="not_called", diplotype=""), calls, gene=hla())
    assert row.status == "ambiguous"
    assert "it names one allele" in row.reason
    merged = {"a": one, "001": {"B": ["B*15:02:01", "B*07:02:01"]}, "zz": one}
    text = json.dumps(merged, indent=1)
    calls, findings = read(tmp_path / "run.genotypes.json", "arcashla", text)
    assert summary(calls)["001", "HLA-B"] == (("*07:02:01", "*15:02:01"),)
    assert any("1 samples that are not in the cohort" in text for text in findings)


@pytest.mark.parametrize(
    ("result", "diplotypes", "note"),
    [
        ("*4/*10", (("*4", "*10"),), ""),
        ("*5/*1", (("*1", "*5"),), ""),
        ("*1/*4x2", (("*1", "*4x2"),), ""),
        ("*1/*4 or *2/*10", (("*1", "*4"), ("*2", "*10")), ""),
        (
            "*1/*4 or *2/*10\n(Duplication present)",
            (("*1", "*4"), ("*2", "*10")),
            "StellarPGx: (Duplication present)",
        ),
        (
            "Possible novel allele or suballele present: interpret with caution",
            (),
            "StellarPGx: Possible novel allele suballele present: interpret with"
            " caution",
        ),
        ("No_call", (), ""),
    ],
)
def test_stellarpgx(tmp_path, result, diplotypes, note):
    text = STELLAR.format(result=result, score="0.25", status="Indeterminate")
    (call,), _ = read(tmp_path / "a_2d6.alleles", "stellarpgx", text)
    assert (call.sample, call.gene, call.diplotypes) == ("a", "CYP2D6", diplotypes)
    assert call.note == note
    assert call.activity_score == (0.25 if diplotypes else None)
    row = own(status="not_called", diplotype="", phenotype="")
    merged = merge_calls(row, [call], gene=KNOWLEDGE.genes["CYP2D6"])
    # Neither a choice of diplotypes nor a word against them is a sure call.
    expected = "called" if len(diplotypes) == 1 else "ambiguous"
    assert merged.status == (expected if diplotypes else "not_called")


def test_a_phenotype_of_stellarpgx_is_held_against_ours(tmp_path):
    text = STELLAR.format(result="*4/*10", score="0.25", status="Normal metaboliser")
    (call,), _ = read(tmp_path / "a_2d6.alleles", "stellarpgx", text)
    row = own(status="not_called", diplotype="", phenotype="")
    merged = merge_calls(row, [call], gene=KNOWLEDGE.genes["CYP2D6"])
    assert (merged.status, merged.phenotype) == ("ambiguous", "intermediate")
    assert "StellarPGx gives the phenotype Normal metaboliser" in merged.reason


def test_stellarpgx_does_not_say_indeterminate_as_a_phenotype(tmp_path):
    text = STELLAR.format(
        result="*4/*10", score="Indeterminate", status="Indeterminate"
    )
    (call,), _ = read(tmp_path / "001_2d6.alleles", "stellarpgx", text)
    assert (call.sample, call.phenotype, call.activity_score) == ("001", "", None)


@pytest.mark.parametrize(
    ("form", "name", "text", "said"),
    [
        ("aldy", "x.aldy", f"{ALDY}a\tCYP2D6\tone\t*1/*4\n", "line of Aldy"),
        ("aldy", "x.aldy", "hello\nworld\n", "line of Aldy"),
        ("aldy", "x.simple", "a\tCYP2D6\tnonsense\tx\n", "line of Aldy"),
        ("aldy", "x.aldy", "", "not results of Aldy"),
        ("starphase", "a.json", '{"gene_details": {\n"CYP2D6": ', "not JSON"),
        ("starphase", "a.json", '{"genes": {}}', "not calls as StarPhase"),
        ("starphase", "a.json", "[]", "not a record"),
        ("starphase", "a.json", "[" * 100_000, "not JSON"),
        ("starphase", "a.json", "1" * 10_000, "not JSON"),
        (
            *("starphase", "a.json"),
            '{"gene_details": {\n"TPMT": {"diplotypes": []},\n"CYP2D6": 3}}',
            "not calls as StarPhase",
        ),
        ("starphase", "zz.json", "{}", "named after the patient"),
        ("arcashla", "a.genotype.json", '{\n"B": "B*57:01"}', "as arcasHLA writes"),
        ("arcashla", "run.genotypes.json", '{"a": [1]}', "as arcasHLA writes"),
        ("optitype", "a_result.tsv", "A1\tA2\nx\ty\n", "not a result of OptiType"),
        ("optitype", "a_result.tsv", "", "is empty"),
        ("stellarpgx", "a_2d6.alleles", "Result:\n*1/*4\n", "not a result of Stellar"),
        ("stellarpgx", "zz_2d6.alleles", STELLAR, "named after the patient"),
    ],
)
def test_broken_files_are_refused_with_their_place(tmp_path, form, name, text, said):
    path = tmp_path / name
    with pytest.raises(GenostratError) as caught:
        read(path, form, text)
    (problem,) = caught.value.problems
    assert said in str(problem)
    assert str(path) in str(problem)
    if 'CYP2D6": 3' in text:
        assert problem.line == 3
    if '"B": "B*57:01"' in text or text.startswith(f"{ALDY}a\tCYP2D6\tone"):
        assert problem.line == 2


@pytest.mark.parametrize("form", OUTSIDE_FORMATS[3:])
def test_an_empty_directory_is_no_calls(tmp_path, form):
    with pytest.raises(GenostratError, match="no outside calls in the directory"):
        read(tmp_path, form)
