"""Effects and curves of a bundle, and what attackers get from them."""

import numpy as np
import pandas as pd
import pytest
from bundle_cases import PEOPLE, effects_of

from genostrat.bundle.effects import release_effects, release_survival


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
