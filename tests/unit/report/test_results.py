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
    results = read_results({"samples": run.files["samples"], "pcs": "", "sex": []})
    assert len(results.samples) == 40
    assert results.pcs is None
    assert results.sex is None
    assert results.verdict is None


def test_every_part_of_a_run_is_read(run):
    results = read_results(run.files)
    assert all(getattr(results, name) is not None for name in run.files)
    assert results.pcs["PC2"].dtype == float
    assert results.consensus["matrix"].shape == (36, 36)


def test_all_missing_files_are_named_at_once(run, tmp_path):
    gone = {"samples": tmp_path / "a.tsv", "sex": tmp_path / "b.tsv"}
    with pytest.raises(GenostratError) as caught:
        read_results(gone)
    assert [p.file for p in caught.value.problems] == list(gone.values())


def test_the_sheet_is_needed(run):
    with pytest.raises(GenostratError, match="clinical sheet"):
        read_results({"pcs": run.files["pcs"]})


def test_a_mistyped_part_is_a_mistake_in_the_code(run):
    with pytest.raises(ValueError, match="smaples"):
        read_results({"smaples": run.files["samples"]})


def results_with(ids, text):
    return Results(
        samples=pd.DataFrame({"sample_id": ids}),
        ingest={"warnings": [text], "contigs": ["chr1"], "n_records": 12},
        verdict={"verdict": "none", "reasons": [text], "power": {"sentence": text}},
        decisions=pd.DataFrame({"sample_id": ids[:1], "reason": [text]}),
    )


def test_identifiers_leave_free_text():
    ids = ["ID-1", "ID-10", "a(b)*", "P7"]
    text = "compare ID-10 with ID-1, a(b)* and P7; ID-100 is nobody"
    clean = without_identifiers(results_with(ids, text))
    wanted = "compare [sample] with [sample], [sample] and [sample]; ID-100 is nobody"
    assert clean.ingest["warnings"] == [wanted]
    assert clean.verdict["reasons"] == [wanted]
    assert clean.verdict["power"]["sentence"] == wanted
    assert list(clean.decisions["reason"]) == [wanted]
    assert list(clean.decisions["sample_id"]) == ["ID-1"]


def test_who_decided_stays_out_of_the_report():
    results = Results(
        samples=pd.DataFrame({"sample_id": ["a", "b"]}),
        overrides=pd.DataFrame({"sample_id": ["a"], "reason": ["r"], "who": ["Grey"]}),
        decisions=pd.DataFrame(
            {
                "sample_id": ["a", "a"],
                "rule": ["override", "duplicate"],
                "reason": ["r (Grey)", "the same as another"],
            }
        ),
    )
    clean = without_identifiers(results)
    assert list(clean.overrides["who"]) == [""]
    assert list(clean.overrides["reason"]) == ["r"]
    wanted = ["decided by hand", "the same as another"]
    assert list(clean.decisions["reason"]) == wanted


def test_counts_and_single_words_survive():
    text = "12 records of a file were dropped"
    clean = without_identifiers(results_with(["12", "a", "none", "chr1"], text))
    assert clean.ingest["warnings"] == [text]
    assert clean.ingest["contigs"] == ["chr1"]
    assert clean.verdict["verdict"] == "none"
    assert clean.ingest["n_records"] == 12


def test_the_original_is_left_as_it_was():
    results = results_with(["ID-1", "ID-2"], "see ID-1 there")
    without_identifiers(results)
    assert results.ingest["warnings"] == ["see ID-1 there"]
    assert list(results.decisions["reason"]) == ["see ID-1 there"]
    assert np.array_equal(results.samples["sample_id"], ["ID-1", "ID-2"])
