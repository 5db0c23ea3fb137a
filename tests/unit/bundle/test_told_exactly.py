"""Parts of a bundle at the limits of their rules, worked out by hand."""

import json

import numpy as np
import pandas as pd
import pytest
from bundle_cases import PEOPLE, diplotypes, effects_of

from genostrat.bundle.building import Results, build_parts, list_members
from genostrat.bundle.effects import (
    _choose_times,
    _count_people,
    release_effects,
    release_survival,
)
from genostrat.bundle.parts import Part
from genostrat.bundle.pharmacogenes import count_phenotypes
from genostrat.bundle.releases import HEADER, read_releases, record_release
from genostrat.bundle.subgroups import COLUMNS, count_strata
from genostrat.bundle.writing import write_bundle
from genostrat.provenance import file_digest


def curve(survival, at_risk, **more):
    times = np.arange(len(survival), dtype=float)
    columns = {"outcome": "os", "stratum": "all", "arm": "a", "time": times} | more
    return pd.DataFrame(columns | {"survival": survival, "n_at_risk": at_risk})


def released(*curves):
    part = release_survival(pd.concat(curves), members=PEOPLE, threshold=10)
    return part, part.table


@pytest.mark.parametrize(("last", "n_told"), [(9, 0), (10, 2), (11, 2)])
def test_a_curve_goes_on_while_ten_are_at_risk(last, n_told):
    """All of the last die: as many events as are needed between two times."""
    part, table = released(curve([1.0, 0.0], [300, last]))
    assert len(table) == n_told
    assert part.left_out == (() if n_told else ("1 curves of fewer patients",))
    if n_told:
        assert table["survival"].tolist() == [1.0, 0.0]
        assert table["n_at_risk"].tolist() == [300, 10]


@pytest.mark.parametrize(("at_risk", "is_told"), [(39, False), (40, True)])
def test_ten_events_at_least_lie_between_two_times(at_risk, is_told):
    """Of forty at risk a quarter is ten."""
    steps = curve([1.0, 0.75], [60, at_risk])
    assert _choose_times(steps, step=1, threshold=10) == [True, is_told]


def test_events_are_counted_from_the_last_time_that_was_told():
    # At the very least 9, 8.9, 8.75 and 0 events lie in the four steps.
    own = curve([1.0, 0.9, 0.8, 0.7, 0.7], [100, 90, 80, 70, 60])
    assert _choose_times(own, step=1, threshold=10) == [True, False, True, False, False]
    assert _choose_times(own, step=1, threshold=8) == [True, True, True, True, False]
    # Every third time of the grid alone: 26.6 events by then.
    assert _choose_times(own, step=3, threshold=10) == [True, False, False, True, False]
    # Nobody is left to have an event where all have had it.
    gone = curve([1.0, 0.0, 0.0], [100, 50, 40])
    assert _choose_times(gone, step=1, threshold=10) == [True, True, False]


@pytest.mark.parametrize(("n_times", "step"), [(8, 1), (9, 2), (16, 2), (17, 3)])
def test_a_grid_of_eight_times_at_most_is_as_fine_as_it_can_be(n_times, step):
    """Each time halves the survivors: events enough in every step."""
    survival = 0.5 ** np.arange(n_times)
    _, table = released(curve(survival, np.full(n_times, 5000)))
    assert table["time"].tolist() == np.arange(0, n_times, step).tolist()
    assert table["survival"].tolist() == pytest.approx(
        [round(value, 2) for value in survival[::step]]
    )


def test_a_curve_has_as_many_times_as_its_patients_allow_and_two_at_least():
    # 64 patients allow two numbers, 63 one; the most at risk of any time are counted.
    falling = [1.0, 0.7, 0.45, 0.2]
    _, table = released(curve(falling, [64, 60, 58, 57]))
    assert table["time"].tolist() == [0, 2]
    _, table = released(curve(falling, [63, 60, 58, 57]))
    assert table["time"].tolist() == [0]
    sizes = _count_people(pd.concat([curve([1.0, 0.5], [7, 9]), curve([1.0], [8])]))
    assert sizes == {("all", "a"): 9}


def test_effects_are_told_of_a_stratum_until_its_numbers_are_used_up():
    """161 patients allow five: three with events, then one and one without."""
    ratio = ("b vs a", "hazard_ratio", 0.5, 0.1234)
    rows = [(f"o{i}", "S1", *ratio, 81, 80, 40, 40) for i in range(4)]
    rows.append(("o0", "S2", *ratio, 80, 81, 40, 40))
    part = release_effects(effects_of(rows), members=PEOPLE, threshold=10)
    table = part.table
    assert table["outcome"].tolist() == ["o0", "o1", "o2", "o0"]
    assert table["stratum"].tolist() == ["S1", "S1", "S1", "S2"]
    assert table["n_events_arm"].notna().tolist() == [True, False, False, True]
    assert part.left_out == ("1 effects: more numbers than the patients allow",)
    assert set(table["standard_error"]) == {0.12}
    assert set(table["estimate"]) == {-0.69}


@pytest.mark.parametrize(
    ("scale", "effect", "estimate"),
    [
        ("hazard_ratio", 1.0, 0.0),
        ("odds_ratio", 2.0, 0.69),
        ("mean_difference", -3.456, -3.46),
        ("risk_difference", 0.123, 0.12),
    ],
)
def test_ratios_are_told_as_logarithms_and_differences_as_they_are(
    scale, effect, estimate
):
    rows = [("o", "all", "b vs a", scale, effect, 0.3, 80, 80, 40, 40)]
    (row,) = release_effects(
        effects_of(rows), members=PEOPLE, threshold=10
    ).table.to_dict("records")
    assert row["estimate"] == estimate


@pytest.mark.parametrize(
    ("error", "reason"), [(0.0, "no standard error"), (None, "not estimated")]
)
def test_an_effect_of_unknown_certainty_is_counted_as_withheld(error, reason):
    rows = [("o", "all", "b vs a", "hazard_ratio", 0.5, error, 80, 80, 40, 40)]
    part = release_effects(effects_of(rows), members=PEOPLE, threshold=10)
    assert part.table.empty
    assert part.left_out == (f"1 effects: {reason}",)


@pytest.mark.parametrize(("n", "is_told"), [(63, False), (64, True)])
def test_sizes_of_two_strata_and_a_rest_take_64_patients(n, is_told):
    """Three counts of a known total are two free ones."""
    table = pd.DataFrame(
        {
            "sample_id": PEOPLE[:n],
            "stratum": ["S2"] * 21 + ["S1"] * 31 + ["S1"] * (n - 52),
            "status": ["assigned"] * 52 + ["ambiguous"] * (n - 52),
        }
    )
    part = count_strata(table, {"verdict": "supported", "k": 2}, threshold=10)
    sizes = ["30", "20", "10", "65"] if is_told else ["withheld"] * 4
    assert part.table.to_dict("list") == {
        "stratum": ["S1", "S2", "not placed", "all"],
        "n": sizes,
        "verdict": ["supported"] * 4,
        "k": [2] * 4,
    }
    words = "sizes of strata, which fewer than 64 patients share"
    assert (words in part.left_out) != is_told
    assert len(part.left_out) == (1 if is_told else 2)


def phenotypes_of(groups, phenotypes, n=300, **options):
    people = PEOPLE[:n]
    labels = pd.DataFrame({"sample_id": people, "ancestry": groups})
    cells = [phenotypes[i % len(phenotypes)] for i in range(n)]
    options = {"ancestry": labels, "threshold": 10} | options
    return count_phenotypes(diplotypes(cells), unrelated=people, **options)


@pytest.mark.parametrize(("n_small", "is_apart"), [(63, False), (64, True)])
def test_groups_are_counted_apart_where_the_smallest_allows_all_counts(
    n_small, is_apart
):
    """A gene of three phenotypes has two free counts: they take 64 patients."""
    groups = ["EUR"] * (300 - n_small) + ["AFR"] * n_small
    part = phenotypes_of(groups, ["Poor", "Normal", "Rapid"])
    assert set(part.table["group"]) == ({"AFR", "EUR", "all"} if is_apart else {"all"})
    said = (
        "counts by ancestry: the smallest group has at most 70 patients, and 2 free"
        " counts need 64"
    )
    assert part.left_out == (() if is_apart else (said,))


@pytest.mark.parametrize(("n_small", "n_said"), [(9, 0), (10, 1), (11, 1)])
def test_two_groups_are_two_where_either_has_ten(n_small, n_said):
    """Of nine nothing is told: there is nobody to count everybody else apart from."""
    groups = ["EUR"] * (300 - n_small) + [""] * n_small
    part = phenotypes_of(groups, ["Poor", "Normal"])
    assert set(part.table["group"]) == {"all"}
    assert len(part.left_out) == n_said
    if n_said:
        bound = {10: "at most 10 ", 11: "at most 20 "}[n_small]
        assert bound in part.left_out[0]


def test_who_has_no_label_is_unassigned():
    groups = ["EUR"] * 150 + [""] * 100 + [None] * 50
    part = phenotypes_of(groups, ["Poor", "Normal"])
    sizes = part.table.set_index("group")["n"].to_dict()
    assert sizes == {"EUR": "150", "unassigned": "150", "all": "300"}
    part = phenotypes_of(groups, ["Poor", "Normal"], ancestry=None)
    assert set(part.table["group"]) == {"all"}


def test_genes_of_fewest_phenotypes_are_counted_first_and_the_next_that_fits():
    """64 patients allow two free counts: C has one, B would have two more, D one."""
    names = ["Poor", "Normal", "Rapid"]
    genes = {"A": names, "B": names, "C": names[:2], "D": names[:2]}

    def told(n=64, **options):
        table = pd.concat(
            diplotypes([cells[i % len(cells)] for i in range(n)], gene=gene)
            for gene, cells in genes.items()
        )
        part = count_phenotypes(
            table, unrelated=PEOPLE[:n], ancestry=None, threshold=10, **options
        )
        return sorted(set(part.table["gene"])), part.left_out

    said = (
        "2 genes: the counts of all would tell who is among those counted, unless they"
        " are 190; bundle.genes chooses"
    )
    assert told() == (["C", "D"], (said,))
    assert told(genes=["C", "B", "D"])[0] == ["C", "D"]
    assert told(n=127)[0] == ["A", "C", "D"]


def test_calls_that_leave_the_phenotype_open_are_counted_as_such():
    table = diplotypes(["Normal"] * 40 + [""] * 15 + ["Poor"] * 30)
    table.loc[70:, "status"] = "partial"
    part = count_phenotypes(
        table, unrelated=[*PEOPLE[:85], PEOPLE[0]], ancestry=None, threshold=10
    )
    assert part.members == frozenset(PEOPLE[:85])
    found = part.table.set_index("phenotype")["count"].to_dict()
    assert found == {"Normal": "40", "Poor": "15", "not known": "30"}


FILES = {
    "unrelated": PEOPLE[:1],
    "ancestry": pd.DataFrame({"sample_id": PEOPLE[:1], "ancestry": "EUR"}),
    "diplotypes": diplotypes(["Normal"]),
    "assignments": pd.DataFrame(
        {"sample_id": PEOPLE[:2], "stratum": "S1", "status": "assigned"}
    ),
    "verdict": {"verdict": "none", "k": 1},
    "effects": effects_of([]),
    "curves": curve([], []),
}


@pytest.mark.parametrize("missing", [None, *FILES])
def test_a_part_is_there_where_all_that_it_is_made_from_is(monkeypatch, missing):
    room = "genostrat.bundle.building."
    monkeypatch.setattr(f"{room}read_table", lambda name, table: FILES[name])
    monkeypatch.setattr(f"{room}read_lines", FILES.get)
    monkeypatch.setattr(f"{room}read_json", FILES.get)
    names = {name: None if name == missing else name for name in FILES}
    sharers = frozenset(PEOPLE[:1])
    parts = build_parts(
        Results(**names), patients=PEOPLE[:1], sharers=sharers, threshold=10
    )
    sources = {
        "pgx_phenotypes.tsv": ("unrelated", "ancestry", "diplotypes"),
        "strata.tsv": ("assignments", "verdict"),
        "effects.tsv": ("effects", "curves"),
        "survival.tsv": ("effects", "curves"),
    }
    assert [part.name for part in parts] == [
        name for name, needs in sources.items() if missing not in needs
    ]
    members = list_members(parts)
    assert members["part"].tolist() == [part.name for part in parts]
    assert set(members["sample_id"]) == {PEOPLE[0]}, "the other did not agree"


def test_a_release_is_recorded_line_by_line_and_its_people_are_counted_once(tmp_path):
    path = tmp_path / "r.tsv"
    path.write_text("")
    assert read_releases(path) == {}
    path.unlink()
    assert record_release(path, "may", {"b": ["Q", "P"], "a": ["P"]}) == 2
    assert path.read_text() == f"{HEADER}\nmay\ta\tP\nmay\tb\tP\nmay\tb\tQ\n"
    assert record_release(path, "june", {"a": ["P"]}) == 1
    assert read_releases(path) == {
        "may": {"a": frozenset("P"), "b": frozenset("PQ")},
        "june": {"a": frozenset("P")},
    }


def test_a_crate_describes_every_file_that_it_names(tmp_path):
    part = Part(
        "strata.tsv", pd.DataFrame(columns=list(COLUMNS)), frozenset(), "S.", "B."
    )
    left = Part(
        "effects.tsv",
        release_effects(effects_of([]), members=[], threshold=10).table,
        frozenset(PEOPLE[:50]),
        "E.",
        "",
        ("9 effects: few",),
    )
    options = {"cohort": "toy", "build": None, "threshold": 10, "consent": "."}
    write_bundle(tmp_path / "b", [part, left], **options)
    crate = json.loads((tmp_path / "b/ro-crate-metadata.json").read_text())
    own, root, *files = crate["@graph"]
    assert own["about"] == {"@id": root["@id"]} == {"@id": "./"}
    names = [file["@id"] for file in files]
    assert names == ["strata.tsv", "effects.tsv", "manifest.json", "README.md"]
    assert [entry["@id"] for entry in root["hasPart"]] == names
    for file in files:
        assert file["sha256"] == file_digest(tmp_path / "b" / file["@id"])
    assert [file["description"] for file in files] == ["S.", "E."] + [
        "What the folder holds."
    ] * 2
    text = (tmp_path / "b/README.md").read_text()
    assert "S. About fewer than 10 patients." in text
    assert "E. About 50 patients (rounded)." in text
    assert text.count("Left out:") == 1
    assert "* 9 effects: few" in text


def test_categories_that_no_row_has_are_no_genes_outcomes_or_arms():
    """Tables hold names as categories, and a part of a table keeps all of them."""

    def as_categories(table, *names):
        return table.assign(
            **{n: pd.Categorical(table[n], [*table[n].unique(), "zz"]) for n in names}
        )

    genes = as_categories(diplotypes(["Normal"] * 40 + ["Poor"] * 40), "gene")
    part = count_phenotypes(genes, unrelated=PEOPLE[:80], ancestry=None, threshold=10)
    assert set(part.table["gene"]) == {"CYP2C19"}
    assert part.left_out == ()
    ratio = ("b vs a", "hazard_ratio", 0.5, 0.2)
    rows = [("os", name, *ratio, 90, 90, 45, 45) for name in ("all", "S1")]
    names = ("outcome", "stratum", "contrast", "scale")
    effects = as_categories(effects_of(rows), *names)
    part = release_effects(effects, members=PEOPLE, threshold=10)
    assert part.table["stratum"].tolist() == ["all", "S1"]
    steps = as_categories(curve([1.0, 0.5], [200, 150]), "outcome", "stratum", "arm")
    part, table = released(steps)
    assert len(table) == 2
    assert part.left_out == ()
