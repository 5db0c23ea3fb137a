"""A bundle: what stands in it, and what attackers get from it."""

import hashlib
import json

import numpy as np
import pandas as pd
import pytest

from genostrat.bundle.building import (
    Results,
    build_parts,
    describe_consent,
    find_sharers,
)
from genostrat.bundle.checking import find_disclosures
from genostrat.bundle.effects import release_effects, release_survival
from genostrat.bundle.parts import Part
from genostrat.bundle.pharmacogenes import count_phenotypes
from genostrat.bundle.releases import read_releases, record_release
from genostrat.bundle.subgroups import COLUMNS, count_strata
from genostrat.bundle.writing import write_bundle
from genostrat.disclosure.membership import most_features
from genostrat.door.main import main
from genostrat.errors import GenostratError
from genostrat.provenance import file_digest
from genostrat.tables import write_table

PEOPLE = [f"PATIENT-{i:04}" for i in range(300)]


def diplotypes(phenotypes, *, status="called", gene="CYP2C19"):
    return pd.DataFrame(
        {
            "sample_id": PEOPLE[: len(phenotypes)],
            "gene": gene,
            "phenotype": phenotypes,
            "status": status,
        }
    )


def count(phenotypes, ancestry=None, **options):
    people = PEOPLE[: len(phenotypes)]
    if ancestry is not None:
        ancestry = pd.DataFrame({"sample_id": people, "ancestry": ancestry})
    return count_phenotypes(
        diplotypes(phenotypes, **options),
        unrelated=people,
        ancestry=ancestry,
        threshold=10,
    )


def test_phenotypes_are_counted_by_ancestry_without_small_groups():
    rng = np.random.default_rng(3)
    phenotypes = rng.choice(["Poor", "Normal", "Rapid"], 300, p=[0.03, 0.6, 0.37])
    labels = np.array(["EUR"] * 200 + ["AFR"] * 97 + ["EAS"] * 3)
    part = count(phenotypes, labels)
    table = part.table.set_index(["group", "phenotype"])["count"]
    assert set(part.table["group"]) == {"EUR", "AFR", "EAS", "all"}
    assert (table["EAS"] == "<10").all()
    numbers = pd.to_numeric(part.table["count"], errors="coerce").dropna()
    assert len(numbers)
    assert (numbers >= 10).all()
    assert (numbers % 5 == 0).all()
    true = (phenotypes[labels == "EUR"] == "Normal").sum()
    assert abs(int(table["EUR", "Normal"]) - true) <= 2


def many_genes(n_people, n_genes=12, seed=5):
    rng = np.random.default_rng(seed)
    names = ["Poor", "Intermediate", "Normal"]
    drawn = {
        f"GENE{i:02}": rng.choice(names, n_people, p=[0.2, 0.3, 0.5])
        for i in range(n_genes)
    }
    return pd.concat([diplotypes(v, gene=g) for g, v in drawn.items()])


@pytest.mark.parametrize(
    ("n", "n_genes"), [(25, 0), (41, 0), (81, 1), (120, 1), (200, 3), (300, 4)]
)
def test_no_more_genes_are_counted_than_hide_who_is_among_them(n, n_genes):
    part = count_phenotypes(
        many_genes(n), unrelated=PEOPLE[:n], ancestry=None, threshold=10
    )
    assert part.table["gene"].nunique() == n_genes
    # Two free counts a gene, and 0.0316 of them a patient.
    assert 2 * n_genes <= most_features(n) < 2 * (n_genes + 1)
    own = many_genes(n, n_genes=n_genes) if n_genes else diplotypes([])
    whole = count_phenotypes(own, unrelated=PEOPLE[:n], ancestry=None, threshold=10)
    assert whole.left_out == (), "all were counted"
    assert f"{12 - n_genes} genes: the counts of all" in " ".join(part.left_out)


def test_who_releases_chooses_the_genes():
    options = {"unrelated": PEOPLE[:200], "ancestry": None, "threshold": 10}
    wanted = ["GENE07", "NONE", "GENE02", "GENE05", "GENE01"]
    part = count_phenotypes(many_genes(200), genes=wanted, **options)
    assert sorted(set(part.table["gene"])) == ["GENE02", "GENE05", "GENE07"]
    assert "1 genes of bundle.genes of which no" in " ".join(part.left_out)


def test_groups_too_small_for_all_genes_are_not_counted_apart():
    labels = pd.DataFrame(
        {"sample_id": PEOPLE[:200], "ancestry": ["EUR"] * 120 + ["AFR"] * 80}
    )
    options = {"unrelated": PEOPLE[:200], "ancestry": labels, "threshold": 10}
    part = count_phenotypes(many_genes(200), **options)
    assert set(part.table["group"]) == {"all"}
    assert "counts by ancestry" in " ".join(part.left_out)
    part = count_phenotypes(many_genes(200, n_genes=1), **options)
    assert set(part.table["group"]) == {"all", "EUR", "AFR"}


def test_effects_and_curves_are_as_many_as_the_patients_allow():
    ratio = ("b vs a", "hazard_ratio", 0.5, 0.2)
    rows = [(f"o{i}", "all", *ratio, 40, 41, 20, 20) for i in range(5)]
    table = release_effects(effects_of(rows), members=PEOPLE, threshold=10).table
    assert len(table) == 2
    assert table["n_events_arm"].isna().all()
    rows = [(f"o{i}", "all", *ratio, 140, 160, 70, 70) for i in range(5)]
    part = release_effects(effects_of(rows), members=PEOPLE, threshold=10)
    assert len(part.table) == 3
    assert part.left_out == ("2 effects: more numbers than the patients allow",)
    times = np.arange(0, 60, 1.5)
    for n, most in ((25, 0), (41, 1), (120, 3), (300, 8)):
        curve = pd.DataFrame(
            {
                **{"outcome": "os", "stratum": "all", "arm": "a", "time": times},
                "survival": np.linspace(1, 0.2, len(times)),
                "n_at_risk": np.linspace(n, n / 2, len(times)).astype(int),
            }
        )
        part = release_survival(curve, members=PEOPLE, threshold=10)
        assert len(part.table) <= most
        assert bool(part.left_out) == (most == 0)
        assert len(part.table) > 0 or most == 0


def test_sizes_of_strata_are_told_where_enough_share_them():
    for n, is_told in ((60, False), (90, True)):
        table = pd.DataFrame(
            {
                "sample_id": PEOPLE[:n],
                "stratum": ["S1", "S2", ""] * (n // 3),
                "status": ["assigned", "assigned", "ambiguous"] * (n // 3),
            }
        )
        part = count_strata(table, {"verdict": "supported", "k": 2}, threshold=10)
        assert ("withheld" not in set(part.table["n"])) == is_told
        assert (len(part.left_out) == 1) == is_told


def test_a_gene_nobody_was_called_in_has_no_row():
    part = count(["Normal"] * 100, status="not_called")
    assert part.table.empty
    assert "1 genes" in part.left_out[0]


def test_the_phenotypes_of_a_planted_patient_are_not_recovered():
    """With and without her, released apart: no table differs but by rounding."""
    rng = np.random.default_rng(8)
    recovered = 0
    for _ in range(40):
        phenotypes = list(rng.choice(["Poor", "Normal"], 250, p=[0.1, 0.9]))
        alone = count([*phenotypes, "Ultrarapid"]).table
        shown = alone[alone["phenotype"] == "Ultrarapid"]["count"].item()
        recovered += shown != "<10"
    assert recovered == 0


def effects_of(rows):
    names = ["outcome", "stratum", "contrast", "scale", "effect", "standard_error"]
    names += ["n_arm", "n_reference", "n_events_arm", "n_events_reference"]
    table = pd.DataFrame(rows, columns=names)
    return table.astype({name: "Int64" for name in names[6:]})


def test_effects_of_too_few_or_unknown_are_withheld():
    nan = float("nan")
    ratio = ("os", "all", "b vs a", "hazard_ratio")
    part = release_effects(
        effects_of(
            [
                (*ratio, 0.512345, 0.2, 83, 78, 41, 52),
                ("os", "S1", *ratio[2:], 0.5, 0.2, 9, 30, 4, 20),
                ("os", "S2", *ratio[2:], 0.5, 0.2, 40, 30, 9, 20),
                ("resp", "S3", "b vs a", "odds_ratio", 0.5, 0.2, 40, 30, 35, 20),
                ("os", "S4", *ratio[2:], nan, nan, 40, 30, 20, 15),
                (
                    "crp",
                    "all",
                    "b vs a",
                    "mean_difference",
                    3.3333,
                    nan,
                    40,
                    40,
                    None,
                    None,
                ),
            ]
        ),
        members=PEOPLE,
        threshold=10,
    )
    (row,) = part.table.to_dict("records")
    assert row["estimate"] == round(np.log(0.512345), 2)
    assert (row["n_arm"], row["n_reference"]) == (85, 80)
    assert (row["n_events_arm"], row["n_events_reference"]) == (40, 50)
    assert sum(int(text.split()[0]) for text in part.left_out) == 5


def test_where_nearly_everybody_has_an_event_their_number_is_withheld():
    ratio = ("os", "all", "b vs a", "hazard_ratio")
    table = effects_of([(*ratio, 0.5, 0.2, 40, 50, 38, 30)])
    part = release_effects(table, members=PEOPLE, threshold=10)
    (row,) = part.table.to_dict("records")
    assert row["estimate"] == -0.69
    assert pd.isna(row["n_events_arm"])
    assert pd.isna(row["n_events_reference"])


def test_strata_that_leave_a_few_patients_out_are_withheld():
    ratio = ("b vs a", "hazard_ratio")
    rows = [
        ("os", "all", *ratio, 0.5, 0.2, 83, 82, 41, 42),
        ("os", "S1", *ratio, 0.5, 0.2, 40, 40, 20, 20),
        ("os", "S2", *ratio, 0.5, 0.2, 40, 40, 20, 20),
    ]
    part = release_effects(effects_of(rows), members=PEOPLE, threshold=10)
    assert part.table["stratum"].tolist() == ["all", "S1"], "5 are in neither stratum"
    assert part.left_out == ("1 effects: strata that leave too few patients out",)
    rows[0] = ("os", "all", *ratio, 0.5, 0.2, 90, 90, 51, 52)
    part = release_effects(effects_of(rows), members=PEOPLE, threshold=10)
    assert len(part.table) == 3
    # Ten patients of either arm, but nine events of one.
    rows[0] = ("os", "all", *ratio, 0.5, 0.2, 90, 90, 49, 52)
    part = release_effects(effects_of(rows), members=PEOPLE, threshold=10)
    assert part.table["stratum"].tolist() == ["all", "S1"]


def test_the_effect_of_a_stratum_too_small_to_be_told_is_no_difference():
    """Everybody less the strata that are told is the stratum that is withheld."""
    ratio = ("b vs a", "hazard_ratio")
    rows = [
        ("os", "all", *ratio, 0.5, 0.2, 98, 98, 49, 49),
        ("os", "S1", *ratio, 0.5, 0.2, 50, 50, 25, 25),
        ("os", "S2", *ratio, 0.5, 0.2, 40, 40, 20, 20),
        ("os", "S3", *ratio, 0.5, 0.2, 8, 8, 4, 4),
    ]
    part = release_effects(effects_of(rows), members=PEOPLE, threshold=10)
    assert part.table["stratum"].tolist() == ["all", "S1"]
    part = release_effects(effects_of(rows[1:]), members=PEOPLE, threshold=10)
    assert part.table["stratum"].tolist() == ["S1", "S2"], "no whole to subtract from"


@pytest.mark.parametrize(
    ("n_events", "is_told", "has_events"),
    [(9, False, False), (10, True, True), (30, True, True), (31, True, False)],
)
def test_ten_with_and_ten_without_an_event_are_enough(n_events, is_told, has_events):
    """Of time to an event nearly everybody may have it, and then how many is no word.

    Of forty in either arm, where more are told of than the patients allow.
    """
    rows = [
        (name, "all", "b vs a", scale, 0.5, 0.2, 200, 40, 100, n_events)
        for name, scale in (("os", "hazard_ratio"), ("resp", "odds_ratio"))
    ]
    for row in rows:
        table = release_effects(effects_of([row]), members=PEOPLE, threshold=10).table
        is_timed = row[3] == "hazard_ratio"
        told = is_told and (is_timed or has_events)
        assert len(table) == told, row
        if told:
            assert table["n_events_reference"].notna().item() == has_events
            assert table["n_events_arm"].notna().item() == has_events
    (row,) = rows[:1]
    for size, is_enough in ((9, False), (10, True)):
        few = [(*row[:7], size, 100, None)]
        table = release_effects(effects_of(few), members=PEOPLE, threshold=10).table
        assert len(table) == is_enough


def test_three_numbers_are_left_for_an_effect_with_its_events():
    ratio = ("os", "all", "b vs a", "hazard_ratio", 0.5, 0.2)
    # 95 patients allow three free numbers, 94 two.
    for n, has_events in ((95, True), (94, False)):
        rows = [(*ratio, n - 40, 40, 20, 20)]
        table = release_effects(effects_of(rows), members=PEOPLE, threshold=10).table
        assert table["n_events_arm"].notna().tolist() == [has_events]


def test_a_long_curve_of_many_patients_has_eight_times():
    curves = curves_of({("all", "all"): 2000}, lost=0.8, n_times=60)
    part = release_survival(curves, members=PEOPLE, threshold=10)
    assert len(part.table) == 8
    assert part.table["time"].tolist() == list(range(0, 60, 8))
    exact = curves["survival"].to_numpy()[::8]
    assert part.table["survival"].tolist() == exact.round(2).tolist()
    assert (exact.round(3) != exact.round(2)).any(), "two digits say less than three"
    assert not part.left_out
    short = curves_of({("all", "all"): 2000}, n_times=1)
    part = release_survival(short, members=PEOPLE, threshold=10)
    assert part.table.empty, "of one time there is no curve"
    assert len(release_survival(curves[:2], members=PEOPLE, threshold=10).table) == 2
    ends = curves_of({("all", "all"): 19}, lost=0.5, n_times=2)
    assert release_survival(ends, members=PEOPLE, threshold=10).table.empty


def curves_of(sizes, *, lost=0.4, n_times=9):
    """Return a curve for each stratum and arm, of which a share has the event."""
    times = np.arange(n_times)
    frames = [
        pd.DataFrame(
            {
                **{"outcome": "os", "stratum": stratum, "arm": arm, "time": times},
                "survival": np.linspace(1, 1 - lost, n_times),
                "n_at_risk": np.linspace(n, n * (1 - lost), n_times).astype(int),
            }
        )
        for (stratum, arm), n in sizes.items()
    ]
    return pd.concat(frames, ignore_index=True)


def told_curves(sizes):
    part = release_survival(curves_of(sizes), members=PEOPLE, threshold=10)
    return set(zip(part.table["stratum"], part.table["arm"], strict=True)), part


def test_the_curve_of_a_small_arm_is_no_difference_of_others():
    told, part = told_curves({("all", "all"): 205, ("all", "a"): 200, ("all", "b"): 5})
    assert told == {("all", "all")}
    assert part.left_out == (
        "1 curves of fewer patients",
        "1 curves that would tell those of fewer patients",
    )
    sizes = {("all", "all"): 210, ("all", "a"): 200, ("all", "b"): 10}
    assert told_curves({**sizes, ("all", "b"): 9})[0] == {("all", "all"), ("all", "a")}
    told, _ = told_curves({("all", "all"): 200, ("all", "a"): 120, ("all", "b"): 80})
    assert told == {("all", "all"), ("all", "a"), ("all", "b")}


def test_no_curve_of_a_few_follows_from_strata_and_arms_together():
    """Nine of S2's arm b: with S2's curve of all arms goes that of its arm a."""
    sizes = {
        **{("all", "all"): 303, ("S1", "all"): 170, ("S2", "all"): 129},
        **{("all", "a"): 210, ("S1", "a"): 90, ("S2", "a"): 120},
        **{("all", "b"): 93, ("S1", "b"): 80, ("S2", "b"): 9},
    }
    told, _ = told_curves(sizes)
    assert ("all", "all") in told
    for whole in told:
        strata = sum(sizes[g] for g in told if g[1] == whole[1] and g[0] != "all")
        arms = sum(sizes[g] for g in told if g[0] == whole[0] and g[1] != "all")
        for is_whole, parts in ((whole[0] == "all", strata), (whole[1] == "all", arms)):
            assert not is_whole or not 0 < sizes[whole] - parts < 10, whole
    assert not {("S2", "a"), ("S2", "b")} & told


@pytest.mark.parametrize("lost", [0.02, 0.1, 0.3, 0.6])
def test_between_two_times_of_a_curve_enough_had_the_event(lost):
    n = 290
    curves = curves_of({("all", "all"): n}, lost=lost, n_times=61)
    part = release_survival(curves, members=PEOPLE, threshold=10)
    shown = part.table["survival"].to_numpy(float)
    assert shown[0] == 1
    steps = -np.diff(shown) * n
    assert (steps >= 9).all(), "a share of two digits is of three patients"
    assert (len(shown) > 1) == (lost * n > 11)


def test_putting_genes_together_tells_no_small_count():
    """Each gene's sums narrow the number of patients, which all genes share.

    Shown are 215 of everybody, which is 213 to 217; 90 and 130 of C, which is 216 at
    least; and 70 and 135 of B, beside which 216 leave 7 to 9 to the small count.
    """
    genes = {
        "A": ["Normal"] * 213 + ["Poor"] * 2 + ["Rapid"],
        "B": ["Normal"] * 72 + ["Poor"] * 7 + ["Rapid"] * 137,
        "C": ["Normal"] * 88 + ["Poor"] * 128,
    }
    n = 216
    part = count_phenotypes(
        pd.concat([diplotypes(v, gene=g) for g, v in genes.items()]),
        unrelated=PEOPLE[:n],
        ancestry=None,
        threshold=10,
    )
    assert part.table["gene"].nunique() == 3
    low, high = 213, 217
    for _ in range(3):
        for _, own in part.table.groupby("gene"):
            bounds = [bounds_of(text) for text in own["count"]]
            low = max(low, sum(b[0] for b in bounds))
            high = min(high, sum(b[1] for b in bounds))
    assert low <= n <= high
    for _, own in part.table.groupby("gene"):
        bounds = [bounds_of(text) for text in own["count"]]
        for place, text in enumerate(own["count"]):
            if text == "<10":
                others = [b for i, b in enumerate(bounds) if i != place]
                least = max(0, low - sum(b[1] for b in others))
                most = min(9, high - sum(b[0] for b in others))
                assert most - least >= 4, (own, low, high)


def bounds_of(text):
    """Return the least and the most that a shown count can be."""
    if text in ("<10", "withheld"):
        return (0, 9) if text == "<10" else (10, 300)
    return max(10, int(text) - 2), int(text) + 2


def test_how_few_a_part_is_about_stands_nowhere(tmp_path):
    for n, shown in ((9, None), (10, 10)):
        part = Part(
            "strata.tsv", pd.DataFrame(columns=list(COLUMNS)), PEOPLE[:n], "", ""
        )
        write_bundle(
            tmp_path, [part], cohort="toy", build=None, threshold=10, consent="."
        )
        manifest = json.loads((tmp_path / "manifest.json").read_text())
        assert manifest["files"][0]["n_patients"] == shown
        text = (tmp_path / "README.md").read_text()
        assert ("fewer than 10 patients" in text) == (shown is None)


def test_survival_ends_before_few_are_at_risk_and_tells_no_time():
    times = np.arange(0, 60, 1.5)
    at_risk = np.linspace(80, 1, len(times)).astype(int)
    curves = pd.DataFrame(
        {
            "outcome": "os",
            "stratum": "all",
            "arm": "a",
            "time": times,
            "survival": np.linspace(1, 0.123456, len(times)),
            "n_at_risk": at_risk,
        }
    )
    few = curves.assign(arm="b", n_at_risk=5)
    part = release_survival(pd.concat([curves, few]), members=PEOPLE, threshold=10)
    assert set(part.table["arm"]) == {"a"}
    assert len(part.table) <= 8
    assert part.table["n_at_risk"].min() >= 10
    assert (part.table["survival"].round(2) == part.table["survival"]).all()
    assert part.left_out == ("1 curves of fewer patients",)


def test_strata_are_counted_and_the_model_is_not_there():
    table = pd.DataFrame(
        {
            "sample_id": PEOPLE[:100],
            "stratum": ["S1"] * 60 + ["S2"] * 33 + [""] * 7,
            "status": ["assigned"] * 93 + ["outside_model"] * 7,
        }
    )
    part = count_strata(table, {"verdict": "supported", "k": 2}, threshold=10)
    shown = part.table.set_index("stratum")["n"].to_dict()
    assert shown["not placed"] == "<10"
    assert shown["S1"] == "60"
    assert any("model" in text for text in part.left_out)


def part_of(table, *, name="x.tsv", members=PEOPLE):
    return Part(name, pd.DataFrame(table), frozenset(members), "", "")


@pytest.mark.parametrize(
    ("table", "rule"),
    [
        ({"a": ["PATIENT-0007"]}, "identifiers"),
        ({"a": ["seen: PATIENT-0007!"]}, "identifiers"),
        ({"a": [hashlib.sha256(b"PATIENT-0007").hexdigest()]}, "identifiers"),
        ({"a": [hashlib.md5(b"PATIENT-0007").hexdigest()]}, "identifiers"),
        ({"count": ["7"]}, "MinimumThreshold"),
        ({"n_at_risk": [0]}, "MinimumThreshold"),
        ({"n": ["12"]}, "rounding"),
        ({"a": range(300)}, "rows"),
    ],
)
def test_the_last_look_refuses(table, rule):
    problems = list(
        find_disclosures(
            [part_of(table)], identifiers=PEOPLE, releases={}, threshold=10, path="r"
        )
    )
    assert [str(problem) for problem in problems if str(problem).find(rule) >= 0]


@pytest.mark.parametrize(
    ("table", "is_fine"),
    [
        ({"n_arm": [10]}, True),
        ({"n_events_arm": [5]}, False),
        ({"n_events_reference": [11]}, False),
        ({"n_reference": [15], "other": ["7"]}, True),
        ({"count": ["<10"], "n": ["withheld"]}, True),
        ({"a": range(299)}, True),
        ({"a": ["PAT"]}, True),
        ({"a": [hashlib.sha1(b"PATIENT-0007").hexdigest() + "x"]}, False),
    ],
)
def test_the_last_look_lets_pass_what_is_fine(table, is_fine):
    problems = list(
        find_disclosures(
            [part_of(table)], identifiers=PEOPLE, releases={}, threshold=10, path="r"
        )
    )
    assert (not problems) == is_fine


@pytest.mark.parametrize(
    ("name", "cell", "is_found"),
    [("A1", "A1", 1), ("A1", "xA1x", 0), ("ABCD", "xABCDx", 1), ("ABC", "xABCx", 0)],
)
def test_short_identifiers_are_found_as_whole_cells(name, cell, is_found):
    part = part_of({"a": [cell, "y"]}, members=["p"] * 9)
    options = {"releases": {}, "threshold": 10, "path": "r"}
    problems = list(find_disclosures([part], identifiers=[name], **options))
    assert len(problems) == is_found


def test_blank_counts_are_no_disclosure():
    table = pd.DataFrame({"n_arm": [10, 20], "n_events_arm": [pd.NA, 10]})
    part = part_of(table.astype("Int64"))
    options = {"releases": {}, "threshold": 10, "path": "r"}
    assert not list(find_disclosures([part], identifiers=PEOPLE, **options))


def test_a_release_that_differs_by_few_is_refused(tmp_path):
    path = tmp_path / "releases/toy.tsv"
    assert record_release(path, "may", {"x.tsv": PEOPLE[:200]}) == 200
    assert path.stat().st_mode & 0o777 == 0o640
    options = {"identifiers": PEOPLE, "threshold": 10, "path": path}
    table = {"a": [1]}

    def look(members):
        part = part_of(table, members=members)
        return list(find_disclosures([part], releases=read_releases(path), **options))

    assert not look(PEOPLE[:200])
    assert not look(PEOPLE[:210])
    for members in (PEOPLE[:199], PEOPLE[:201], PEOPLE[9:200], PEOPLE[20:209]):
        (problem,) = look(members)
        assert "differencing" in str(problem)
        assert "PATIENT" not in str(problem)
    record_release(path, "june", {"x.tsv": PEOPLE[:210]})
    assert look(PEOPLE[:211]), "the last one counts as well as the first"
    with pytest.raises(GenostratError, match="is recorded"):
        record_release(path, "june", {"x.tsv": PEOPLE})
    with path.open("a") as stream:
        stream.write("cut short\n")
    with pytest.raises(GenostratError, match="damaged"):
        read_releases(path)


def make_results(folder):
    """Write what a bundle of 200 patients is made from."""
    people = PEOPLE[:200]
    (folder / "qc").mkdir()
    (folder / "unrelated.txt").write_text("".join(f"{p}\n" for p in people))
    ancestry = pd.DataFrame({"sample_id": people, "ancestry": "EUR"})
    ancestry.to_csv(folder / "ancestry.tsv", sep="\t", index=False)
    calls = diplotypes(["Normal"] * 150 + ["Poor"] * 50)
    calls.to_csv(folder / "diplotypes.tsv", sep="\t", index=False)
    ratio = ("os", "all", "b vs a", "hazard_ratio")
    effects_of([(*ratio, 0.5, 0.2, 83, 78, 41, 52)]).to_csv(
        folder / "effects.tsv", sep="\t", index=False
    )
    curves = pd.DataFrame(
        {
            "outcome": "os",
            "stratum": "all",
            "arm": "a",
            "time": [1.0, 2.0],
            "survival": [0.9, 0.8],
            "n_at_risk": [80, 70],
        }
    )
    curves.to_csv(folder / "curves.tsv", sep="\t", index=False)
    names = ["unrelated.txt", "ancestry.tsv", "diplotypes.tsv", None, None]
    names += ["effects.tsv", "curves.tsv"]
    return Results(*(name and str(folder / name) for name in names)), people


@pytest.mark.parametrize("silence", ["", "no", None])
def test_who_did_not_agree_to_sharing_is_in_nothing_that_leaves(
    tmp_path, monkeypatch, silence
):
    monkeypatch.setattr(
        "genostrat.bundle.building.read_table",
        lambda path, table: pd.read_csv(path, sep="\t"),
    )
    results, people = make_results(tmp_path)
    cells = ["yes"] * 160 + [silence] * 40
    sheet = pd.DataFrame({"sample_id": people, "sharing_consent": cells})
    sharers = find_sharers(sheet)
    assert sharers == set(people[:160])
    parts = build_parts(results, patients=people, sharers=sharers, threshold=10)
    for part in parts:
        assert part.members <= sharers, part.name
    phenotypes, effects, curves = parts
    counts = phenotypes.table.set_index("phenotype")["count"]
    assert (counts["Normal"], counts["Poor"]) == ("150", "10")
    assert effects.table.empty
    assert curves.table.empty
    assert "did not agree" in effects.left_out[0]
    assert "says yes" in describe_consent(sheet)


def test_a_sheet_that_asks_nobody_is_the_centres_to_answer_for(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "genostrat.bundle.building.read_table",
        lambda path, table: pd.read_csv(path, sep="\t"),
    )
    results, people = make_results(tmp_path)
    sheet = pd.DataFrame({"sample_id": people})
    parts = build_parts(
        results, patients=people, sharers=find_sharers(sheet), threshold=10
    )
    assert len(parts[1].table) == 1
    assert "centre to answer" in describe_consent(sheet)


def test_what_is_written_proves_itself(tmp_path):
    part = count(["Normal"] * 150 + ["Poor"] * 30)
    for _ in range(2):  # again, over what was there
        write_bundle(
            tmp_path / "bundle",
            [part],
            cohort="toy",
            build="GRCh38",
            threshold=10,
            consent="Asked of all.",
        )
    names = {path.name for path in (tmp_path / "bundle").iterdir()}
    crate = "ro-crate-metadata.json"
    assert names == {part.name, "manifest.json", "README.md", crate}
    manifest = json.loads((tmp_path / "bundle/manifest.json").read_text())
    (file,) = manifest["files"]
    assert file["sha256"] == file_digest(tmp_path / "bundle" / part.name)
    assert file["n_patients"] == 180
    text = (tmp_path / "bundle/README.md").read_text()
    assert part.because in text
    assert "Asked of all." in text
    assert manifest["consent"] == "Asked of all."
    for path in (tmp_path / "bundle").iterdir():
        assert "PATIENT" not in path.read_text()
        assert path.stat().st_mode & 0o777 == 0o644 & ~0o022 | 0o044


@pytest.mark.parametrize(
    ("text", "n_people"),
    [
        ("release\tpart\tsample_id\n", 0),
        ("release\tpart\tsample_id\nmay\tx.tsv\tA\nmay\tx.tsv\tB\n", 2),
        ("may\tx.tsv\tA\nmay\tx.tsv\tB\n", None),  # the header is gone
        ("release\tpart\tsample_id\nmay\tx.tsv\n", None),
        ("release\tpart\tsample_id\nmay\tx.tsv\t\n", None),
        ("release\tpart\tsample_id\nmay\tx.tsv\tA\tB\n", None),
    ],
)
def test_a_record_of_releases_is_whole_or_stops_the_run(tmp_path, text, n_people):
    path = tmp_path / "toy.tsv"
    path.write_text(text)
    if n_people is None:
        with pytest.raises(GenostratError, match="earlier releases is damaged"):
            read_releases(path)
    else:
        found = read_releases(path)
        assert (
            sum(len(p) for parts in found.values() for p in parts.values()) == n_people
        )


def test_the_command_records_a_release(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["release", "toy", "may"]) == 1
    assert "no bundle" in capsys.readouterr().err
    rows = pd.DataFrame({"part": "x.tsv", "sample_id": PEOPLE})
    (tmp_path / "results/toy").mkdir(parents=True)
    write_table("results/toy/bundle_members.tsv", rows, table="bundle_members.tsv")
    assert main(["release", "toy", "may"]) == 0
    said = capsys.readouterr().out
    assert "300 patients" in said
    assert len(read_releases("releases/toy.tsv")["may"]["x.tsv"]) == 300
    assert main(["release", "toy", "../may"]) == 1
