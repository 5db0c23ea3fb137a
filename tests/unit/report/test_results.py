import numpy as np
import pandas as pd
import pytest
from unit.report.report_fixture import make_run

from genostrat.errors import GenostratError
from genostrat.report.parts.results import Results, read_results, without_identifiers


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("run"), n=40)


def test_absent_parts_are_none(run):
    results = read_results([run.files["check/samples.tsv"]])
    assert len(results["check/samples.tsv"]) == 40
    assert results["qc/pcs.tsv"] is None
    assert results["qc/sex.tsv"] is None
    assert results["strata/verdict.json"] is None


def test_every_part_of_a_run_is_read(run):
    results = read_results(run.files.values())
    assert {name for name, _ in results.items()} == set(run.files)
    assert results["qc/pcs.tsv"]["PC2"].dtype == float
    assert results["strata/consensus.npz"]["matrix"].shape == (36, 36)


def test_all_missing_files_are_named_at_once(run, tmp_path):
    gone = [tmp_path / "check/samples.tsv", tmp_path / "qc/sex.tsv"]
    with pytest.raises(GenostratError) as caught:
        read_results(gone)
    assert [p.file for p in caught.value.problems] == gone


def test_the_sheet_is_needed(run):
    with pytest.raises(GenostratError, match="clinical sheet"):
        read_results([run.files["qc/pcs.tsv"]])


def test_what_no_section_names_is_a_mistake_in_the_code(run, tmp_path):
    results = read_results(run.files.values())
    with pytest.raises(KeyError, match=r"qc/sexes\.tsv"):
        results["qc/sexes.tsv"]
    few = results.only(["qc/sex.tsv"])
    assert len(few["qc/sex.tsv"]) == 40
    with pytest.raises(KeyError, match=r"qc/pcs\.tsv"):
        few["qc/pcs.tsv"]
    with pytest.raises(ValueError, match="registry knows no file"):
        read_results([tmp_path / "smaples.tsv"])


def results_with(ids, text):
    ingest = {"warnings": [text], "contigs": ["chr1"], "n_records": 12}
    verdict = {"verdict": "none", "reasons": [text], "power": {"sentence": text}}
    return Results(
        {
            "check/samples.tsv": pd.DataFrame({"sample_id": ids}),
            "genotypes/ingest.json": ingest,
            "strata/verdict.json": verdict,
            "qc/decisions.tsv": pd.DataFrame({"sample_id": ids[:1], "reason": [text]}),
        }
    )


def test_identifiers_leave_free_text():
    ids = ["ID-1", "ID-10", "a(b)*", "P7"]
    text = "compare ID-10 with ID-1, a(b)* and P7; ID-100 is nobody"
    clean = without_identifiers(results_with(ids, text))
    wanted = "compare [sample] with [sample], [sample] and [sample]; ID-100 is nobody"
    assert clean["genotypes/ingest.json"]["warnings"] == [wanted]
    assert clean["strata/verdict.json"]["reasons"] == [wanted]
    assert clean["strata/verdict.json"]["power"]["sentence"] == wanted
    assert list(clean["qc/decisions.tsv"]["reason"]) == [wanted]
    assert list(clean["qc/decisions.tsv"]["sample_id"]) == ["ID-1"]


def test_who_decided_stays_out_of_the_report():
    results = Results(
        {
            "check/samples.tsv": pd.DataFrame({"sample_id": ["a", "b"]}),
            "check/overrides.tsv": pd.DataFrame(
                {"sample_id": ["a"], "reason": ["r"], "who": ["Grey"]}
            ),
            "qc/decisions.tsv": pd.DataFrame(
                {
                    "sample_id": ["a", "a"],
                    "rule": ["override", "duplicate"],
                    "reason": ["r (Grey)", "the same as another"],
                }
            ),
        }
    )
    clean = without_identifiers(results)
    assert list(clean["check/overrides.tsv"]["who"]) == [""]
    assert list(clean["check/overrides.tsv"]["reason"]) == ["r"]
    wanted = ["decided by hand", "the same as another"]
    assert list(clean["qc/decisions.tsv"]["reason"]) == wanted


def test_counts_and_single_words_survive():
    text = "12 records of a file were dropped"
    clean = without_identifiers(results_with(["12", "a", "none", "chr1"], text))
    assert clean["genotypes/ingest.json"]["warnings"] == [text]
    assert clean["genotypes/ingest.json"]["contigs"] == ["chr1"]
    assert clean["strata/verdict.json"]["verdict"] == "none"
    assert clean["genotypes/ingest.json"]["n_records"] == 12


def test_the_original_is_left_as_it_was():
    results = results_with(["ID-1", "ID-2"], "see ID-1 there")
    without_identifiers(results)
    assert results["genotypes/ingest.json"]["warnings"] == ["see ID-1 there"]
    assert list(results["qc/decisions.tsv"]["reason"]) == ["see ID-1 there"]
    assert np.array_equal(results["check/samples.tsv"]["sample_id"], ["ID-1", "ID-2"])
