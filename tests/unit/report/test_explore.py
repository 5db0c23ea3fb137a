"""The page of linked views: what it shows, of whom, and that it runs nothing else."""

import json
import re

import numpy as np
import pandas as pd
import pytest
import vl_convert
from made_up import filler

from genostrat.registry import table_spec
from genostrat.report.contents import EXPLORED
from genostrat.report.explore.page import write_explore
from genostrat.report.explore.patients import NO_STRATUM, Explored, gather_patients
from genostrat.report.explore.views import build_specification, has_views
from genostrat.report.parts.results import Results

TIMED = {"time": "months", "event": "died"}
HOSTILE = "</script><script>alert(1)</script>"
SETTINGS = {
    "treatment": {"column": "arm", "reference": "A"},
    "outcomes": [
        {
            "name": "overall_survival",
            "kind": "survival",
            "time": "months",
            "event": "died",
            "unit": "months",
        },
        {"name": HOSTILE, "kind": "binary", "column": "responded"},
        {"name": "change", "kind": "continuous", "column": "change"},
    ],
}


def frame(table, **columns):
    named = table_spec(table).named
    own = pd.DataFrame(columns)
    return own.assign(**{c.name: filler(c) for c in named if c.name not in own})


@pytest.fixture
def parts():
    """Sixty patients; the last five have no genotypes, the one before no stratum."""
    rng = np.random.default_rng(3)
    names = [f"patient-{i:03}" for i in range(60)]
    genotyped = names[:55]
    order = rng.permutation(54)
    sheet = pd.DataFrame(
        {
            "sample_id": names,
            "arm": np.where(np.arange(60) % 2, "A", HOSTILE),
            "centre": [f"c{i % 3}" for i in range(60)],
            "months": rng.exponential(20, 60).round(2),
            "died": rng.integers(0, 2, 60),
            "responded": [None, *rng.integers(0, 2, 59).tolist()],
            "change": rng.normal(size=60),
        }
    )
    return {
        "check/samples.tsv": sheet,
        "qc/decisions.tsv": frame(
            "qc/decisions.tsv",
            sample_id=[*genotyped, names[0], names[1], names[1]],
            rule=["none"] * 55 + ["low_call_rate", "override", "duplicate"],
            outcome=["kept"] * 55 + ["excluded", "kept", "excluded"],
        ),
        "qc/pcs.tsv": pd.DataFrame(
            {"sample_id": genotyped}
            | {f"PC{i}": rng.normal(size=55) for i in range(1, 9)}
        ),
        "qc/relatedness.tsv": frame(
            "qc/relatedness.tsv",
            sample_1=[names[2]],
            sample_2=[names[3]],
            relationship=["first"],
        ),
        "qc/sample_metrics.tsv": frame("qc/sample_metrics.tsv", sample_id=genotyped),
        "strata/assignments.tsv": frame(
            "strata/assignments.tsv",
            sample_id=names,
            stratum=[("S1", "S2")[i % 2] for i in range(54)] + [None] * 6,
            status=["assigned"] * 54 + ["outside_model"] + ["excluded"] * 5,
        ),
        "strata/consensus.npz": {
            "sample_id": np.array(names[:54]),
            "matrix": np.eye(54),
            "labels": np.arange(54) % 2,
            "order": order,
        },
    }


def explore(parts, *, show_ids=True, settings=SETTINGS):
    results = Results({name: parts.get(name) for name in EXPLORED})
    return gather_patients(results, settings, show_ids=show_ids)


def test_each_patient_has_what_is_known_and_nothing_else(parts):
    found = explore(parts)
    by_name = {patient["id"]: patient for patient in found.patients}
    assert len(by_name) == 60
    assert by_name["patient-000"]["quality"] == "excluded", "the worst of its rows"
    assert by_name["patient-001"]["quality"] == "kept", "decided by hand"
    assert by_name["patient-059"]["quality"] == "not genotyped"
    assert by_name["patient-059"]["PC1"] is None
    assert by_name["patient-054"]["stratum"] == NO_STRATUM
    assert by_name["patient-000"]["column1"] is None
    assert by_name["patient-002"]["relatives"] == 1
    assert by_name["patient-004"]["relatives"] == 0
    assert found.axes == [f"PC{i}" for i in range(1, 7)]
    assert found.colours == {
        "stratum": "Stratum",
        "status": "Status of the stratum",
        "quality": "Quality control",
        "arm": "arm",
        "level1": "centre",
    }
    (link,) = found.links
    ends = {found.patients[link[end]]["id"] for end in ("one", "two")}
    assert ends == {"patient-002", "patient-003"}


def test_blocks_are_means_of_the_ordered_matrix(parts):
    order = parts["strata/consensus.npz"]["order"]
    found = explore(parts)
    places = [p["place"] for p in found.patients if p["place"] is not None]
    assert sorted(places) == list(range(54))
    first = next(p for p in found.patients if p["place"] == 0)
    assert first["id"] == f"patient-{order[0]:03}"
    matrix = np.eye(54)[np.ix_(order, order)]
    for block in found.blocks:
        rows = slice(block["place"], block["place_end"])
        part = matrix[rows, block["other"] : block["other_end"]]
        assert block["consensus"] == pytest.approx(part.mean(), abs=1e-5)


def read_page(path):
    text = path.read_text()
    data = re.search(r'id="specification">(.*?)</script>', text, flags=re.S)[1]
    return text, json.loads(data)


def test_nobody_is_named_unless_asked_for(parts, tmp_path):
    for show_ids in (True, False):
        path = tmp_path / f"{show_ids}.html"
        write_explore(path, explore(parts, show_ids=show_ids), cohort="ward")
        text, _ = read_page(path)
        assert ("patient-0" in text) is show_ids
    rows = [p["time0"] for p in explore(parts).patients]
    mixed = [p["time0"] for p in explore(parts, show_ids=False).patients]
    assert rows != mixed, "the order of names tells who is who"
    assert sorted(rows) == sorted(mixed)


def test_values_of_patients_never_become_code(parts, tmp_path):
    path = tmp_path / "explore.html"
    write_explore(path, explore(parts), cohort=HOSTILE)
    text, specification = read_page(path)
    assert "alert(1)</script>" not in text
    assert text.count("</script>") == 2, "the data, and the one script"
    arms = {patient["arm"] for patient in specification["datasets"]["patients"]}
    assert arms == {"A", HOSTILE}, "shown as it is all the same"
    expressions = re.findall(
        r'"(?:calculate|filter)":\s*"([^"]*)"',
        json.dumps({k: v for k, v in specification.items() if k != "datasets"}),
    )
    assert expressions
    assert not any("alert" in expression for expression in expressions)
    assert "default-src 'none'" in text
    assert "connect-src" not in text


@pytest.mark.parametrize(
    ("outcome", "is_drawn"),
    [
        ({"kind": "survival", "time": "months", "event": "died"}, True),
        (
            {"kind": "survival", "time": "months", "event": "died", "entry": "age"},
            False,
        ),
        ({"kind": "survival", "time": "months", "event": "died", "entry": None}, True),
        ({"kind": "competing", **TIMED}, False),
        ({"kind": "ordinal", "column": "change"}, False),
        ({"kind": "count", "column": "change"}, True),
        ({"kind": "count", "column": "change", "exposure": "months"}, False),
        ({"kind": "continuous", "column": "arm"}, False),
        ({"kind": "continuous", "column": "nowhere"}, False),
    ],
)
def test_an_outcome_that_no_view_does_justice_to_is_named_instead(
    parts, tmp_path, outcome, is_drawn
):
    """A curve that forgets who came late, or a mean of ranks, is no outcome."""
    settings = {"outcomes": [{"name": "the_end", **outcome}]}
    found = explore(parts, settings=settings)
    assert bool(found.outcomes) is is_drawn
    assert found.not_drawn == ([] if is_drawn else ["the_end"])
    write_explore(tmp_path / "explore.html", found, cohort="ward")
    text = (tmp_path / "explore.html").read_text()
    assert ("Not drawn here: the end" in text) is not is_drawn


LACKING = {
    "everything": (),
    "no genotypes": ("qc/pcs.tsv", "qc/decisions.tsv", "qc/relatedness.tsv"),
    "no strata": ("strata/assignments.tsv", "strata/consensus.npz"),
    "a sheet alone": EXPLORED[1:],
}


@pytest.mark.parametrize("absent", LACKING.values(), ids=LACKING)
@pytest.mark.parametrize("settings", [SETTINGS, {}], ids=["outcomes", "none"])
def test_whatever_is_absent_the_rest_is_drawn(parts, tmp_path, absent, settings):
    left = {name: part for name, part in parts.items() if name not in absent}
    found = explore(left, settings=settings)
    write_explore(tmp_path / "explore.html", found, cohort="ward")
    if not has_views(found):
        assert "nothing to explore" in (tmp_path / "explore.html").read_text()
        with pytest.raises(ValueError, match="nothing"):
            build_specification(found)
        return
    specification = json.loads(json.dumps(build_specification(found), allow_nan=False))
    drawn = vl_convert.vegalite_to_svg(specification)
    assert drawn.count("<text") > 5


def test_nothing_is_explored_of_nobody():
    assert not has_views(Explored(patients=[]))
