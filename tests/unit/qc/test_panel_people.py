"""Who of a reference panel is used: people with both genotypes and a label."""

from types import SimpleNamespace

import pandas as pd
import pytest

from genostrat.errors import GenostratError
from genostrat.qc.panel.files import _match_people, is_strand_known


def match(labelled, genotyped):
    labels = pd.DataFrame({"sample_id": labelled, "ancestry": "EUR"})
    file = SimpleNamespace(samples=genotyped, path="panel.vcf")
    warnings = []
    return _match_people(labels, file, {"labels": "l.tsv"}, warnings), warnings


@pytest.mark.parametrize(
    ("labelled", "genotyped", "used", "said"),
    [
        ("ab", "ba", "ab", []),
        ("abc", "bd", "b", ["2 people with a label", "1 people of the panel"]),
        ("ab", "abcd", "ab", ["2 people of the panel have no label"]),
        ("abcd", "ab", "ab", ["2 people with a label have no genotypes"]),
    ],
)
def test_people_with_one_of_both_are_counted_and_left_out(
    labelled, genotyped, used, said
):
    people, warnings = match([*labelled], [*genotyped])
    assert people["sample_id"].tolist() == [*used]
    assert list(people.columns) == ["sample_id", "sex", "ancestry"]
    assert set(people["sex"]) == {""}
    assert len(warnings) == len(said)
    for words, warning in zip(said, warnings, strict=True):
        assert warning.startswith(words)


@pytest.mark.parametrize(
    ("genotyped", "is_alike"), [(["x", "y"], False), (["A-1", "B-1"], True)]
)
def test_labels_of_another_panel_are_refused(genotyped, is_alike):
    """Where the names differ in form alone, that is said."""
    labelled = [name.lower() for name in genotyped] if is_alike else ["a", "b"]
    with pytest.raises(GenostratError) as caught:
        match(labelled, genotyped)
    (problem,) = caught.value.problems
    assert problem.what.startswith("none of the labelled people is in the panel's")
    assert ("; " in problem.what) == is_alike
    assert problem.column == "sample_id"


def test_a_strand_is_known_where_no_input_leaves_it_open():
    known, left_open = {"ref_provisional": False}, {"ref_provisional": True}
    assert is_strand_known({}, known)
    assert not is_strand_known(known, left_open)
    assert not is_strand_known(left_open)
