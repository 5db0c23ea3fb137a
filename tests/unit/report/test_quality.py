"""Words and tables of the section on sample quality."""

import pandas as pd
import pytest

from genostrat.qc.panel.record import describe_panel
from genostrat.report.parts.document import Heading, Notice, Paragraph, TableView
from genostrat.report.sections.ancestry import (
    build_labels,
    build_reported,
    build_shares,
)
from genostrat.report.sections.fairness import build_fairness


def make_record(**changes):
    trial = {"n": 500, "n_right": 490, "n_wrong": 2, "n_unassigned": 8}
    return {
        "panel": {"n_samples": 1000},
        "assessable": True,
        "reason": None,
        "n_sites_used": 20_000,
        "leave_one_out": {
            **{"accuracy": 0.996, "share_unassigned": 0.016},
            "by_label": {"AFR": trial, "EUR": trial},
        },
        "leave_one_label_out": {"AFR": {"share_unassigned": 1.0}},
        "n_by_label": {"EUR": 60, "unassigned": 3},
        "n_by_reason": {"fits_no_label": 2, "too_few_sites": 1},
    } | changes


def plain(text):
    return text.replace("\u00a0", " ")


def test_labels_come_with_what_they_are_worth():
    heading, words, _, table = build_labels(make_record())
    assert isinstance(heading, Heading)
    text = plain(words.text)
    assert "99.6 % of the labels given were right" in text
    assert "3 samples are unassigned: 2 because they fit the people of no label" in text
    assert [list(map(plain, row)) for row in table.rows] == [
        ["AFR", "0", "500", "490", "2", "8", "100 %"],
        ["EUR", "60", "500", "490", "2", "8", "–"],
    ]


def test_what_the_panel_would_mislabel_is_said():
    warned = make_record(warnings=["if the panel had no EUR, 30% of them would be AMR"])
    [_, _, _, notice, _] = build_labels(warned)
    assert (notice.tone, notice.text[:2]) == ("warn", "If")


def test_the_report_says_which_panel_and_whom_it_lacks():
    people = pd.DataFrame({"ancestry": ["AFR"] * 3 + ["EUR"], "population": ""})
    people["population"] = ["YRI", "YRI", "ESN", "GBR"]
    panel = describe_panel(people, n_unrelated=4) | {"files": ["data/kg.vcf.gz"]}
    text = plain(build_labels(make_record(panel=panel))[2].text)
    assert text.startswith(
        "The panel is kg.vcf.gz. Its populations are: AFR (ESN and YRI)"
    )
    assert "It has nobody from: East Africa, speakers of Bantu languages" in text
    assert "Europe" not in text
    people["population"] = ["one", "one", "two", ""]
    panel = describe_panel(people, n_unrelated=4)
    assert "was not assessed" in build_labels(make_record(panel=panel))[2].text


def make_reported(*rows):
    columns = ["sample_id", "reported", "inferred", "status", "not_assessed_because"]
    return pd.DataFrame(rows, columns=columns)


def test_reported_ancestry_is_counted_and_what_was_not_assessed_is_no_agreement():
    table = make_reported(
        ("a", "EUR", "EUR", "ok", ""),
        ("b", "EUR", "AFR", "mismatch", ""),
        ("c", "EUR", "unassigned", "not_assessed", "no label is probable enough"),
    )
    _, words, view = build_reported(table)
    text = plain(words.text)
    assert "agrees with the label of 1 sample and is another one in 1" in text
    assert "1 could not be assessed (1 because no label is probable enough)" in text
    assert view.rows == [["EUR", "AFR", "1"]]
    silent = make_reported(("a", "", "EUR", "not_assessed", "x"))
    [words] = build_reported(silent)
    assert "reports no ancestry" in words.text
    assert build_reported(None) == []


def test_shares_are_shown_of_those_whom_a_mixture_explains():
    names = ["sample_id", "label", "share", "low", "high", "status"]
    rows = [
        ("a", "AFR", 0.02, 0.0, 0.05, "ok"),
        ("a", "EUR", 0.98, 0.95, 1.0, "ok"),
        ("b", "AFR", 0.40, 0.3, 0.5, "ok"),
        ("b", "EUR", 0.60, 0.5, 0.7, "ok"),
        ("c", "AFR", 1.00, 0.9, 1.0, "doubtful"),
        ("c", "EUR", 0.00, 0.0, 0.1, "doubtful"),
        ("d", "AFR", None, None, None, "not_assessed"),
    ]
    _, words, view = build_shares(pd.DataFrame(rows, columns=names))
    text = plain(words.text)
    assert "That holds for 2 samples" in text
    assert "of 1 fit no mixture" in text
    assert "1 could not be assessed" in text
    assert [list(map(plain, row)) for row in view.rows] == [
        ["AFR", "21.0 %", "0", "1"],
        ["EUR", "79.0 %", "1", "1"],
    ]
    assert build_shares(None) == []


def test_without_a_panel_or_sites_nobody_has_a_label():
    assert build_labels(None) == []
    assert build_labels({"panel": None, "assessable": False, "reason": "x"}) == []
    few = make_record(assessable=False, reason="12 sites are too few")
    [_, notice] = build_labels(few)
    assert notice.text == "Nobody has one: 12 sites are too few."


def make_summary(exclusions, *, n_pcs=4):
    metric = {"metric": "f_het", "limit": 6.0, "n_judged": 40, "n_naive": 5}
    outliers = {"n_pcs": n_pcs, "metrics": [metric | {"n_fair": 1}]}
    return {"outliers": outliers, "exclusions": exclusions}


def group(name, n, n_excluded, p):
    row = {"group": name, "n": n}
    for by, count in (("naive", 0), ("fair", 0), ("excluded", n_excluded)):
        row |= {f"n_{by}": count, f"share_{by}": count / n, f"p_value_{by}": None}
    return row | {"p_value_excluded": p}


@pytest.mark.parametrize(
    ("groups", "tone", "words"),
    [
        ([("a", 9, 0, None), ("b", 9, 0, None)], "good", "Nobody was excluded, and"),
        # Nobody is left, which is even, and no good news.
        ([("a", 9, 9, None), ("b", 9, 9, None)], "note", "Everybody was excluded"),
        ([("a", 9, 1, None)], "note", "there is one group only"),
        ([("a", 90, 1, 0.7), ("b", 9, 0, 0.7)], "good", "do not differ by centre"),
        ([("a", 90, 9, 0.01), ("b", 90, 0, 0.01)], "warn", "10 % of a against 0 %"),
    ],
)
def test_the_test_is_put_in_words(groups, tone, words):
    blocks = build_fairness(make_summary({"centre": [group(*g) for g in groups]}))
    notices = [block for block in blocks if isinstance(block, Notice)]
    assert notices[0].tone == tone
    assert words in plain(notices[0].text)
    # No sample has an ancestry label, and the reader is told.
    assert "no reference panel" in notices[1].text


def test_a_cohort_that_nothing_could_be_adjusted_for_is_told_so():
    blocks = build_fairness(make_summary({}, n_pcs=0))
    texts = [b.text for b in blocks if isinstance(b, (Paragraph, Notice))]
    assert "too few samples or variants to account for ancestry" in texts[0]
    assert "cannot be compared between groups" in texts[1]
    assert build_fairness({"outliers": None, "exclusions": None}) == []


def test_many_groups_are_cut_to_the_largest():
    groups = [group(f"c{i:02}", 100 - i, 1, 0.5) for i in range(20)]
    blocks = build_fairness(make_summary({"centre": groups}))
    tables = [block for block in blocks if isinstance(block, TableView)]
    assert [row[1] for row in tables[1].rows] == [f"c{i:02}" for i in range(15)]
    assert "5 smaller groups are in the table" in tables[1].caption


def test_single_groupings_stand_in_view_and_their_combination_is_folded():
    groups = [group("a", 90, 9, 0.5), group("b", 90, 0, 0.5)]
    names = ("ancestry", "ancestry_and_centre", "centre")
    blocks = build_fairness(make_summary(dict.fromkeys(names, groups)))
    tables = [block for block in blocks if isinstance(block, TableView)]
    by = [[row[0] for row in table.rows] for table in tables[1:]]
    assert by == [["ancestry"] * 2 + ["centre"] * 2, ["ancestry and centre"] * 2]
    assert [table.folded for table in tables] == [False, False, True]
    notices = [block.text for block in blocks if isinstance(block, Notice)]
    assert [text.split(" (")[0].split("by ")[1] for text in notices] == [
        *("ancestry more than chance allows", "centre more than chance allows"),
        "ancestry and centre more than chance allows",
    ]
