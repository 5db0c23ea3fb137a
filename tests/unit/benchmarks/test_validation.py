"""The comparisons behind docs/validation.md, on answers known by construction."""

import re

import numpy as np
import pandas as pd
import pytest

from benchmarks import validate
from benchmarks.validation import cohorts, exchanges, mixing, pedigrees, refusals
from benchmarks.validation.comparisons import (
    canonical_correlations,
    compare_kinship,
    compare_labels,
    correlate_axes,
    largest_difference,
    neighbour_accuracy,
    procrustes_disparity,
)
from benchmarks.validation.rows import Check, Row, read_notes, row_not_run, write_row
from benchmarks.validation.workbench import Workbench, keep_or_write
from genostrat.seeds import random_generator

ALL_CHECKS = [check for _, module in validate.TOPICS for check in module.CHECKS]


def test_kinship_is_compared_pair_by_pair_whatever_the_order_of_names():
    known = pd.DataFrame(
        {
            "sample_1": ["a", "d", "e"],
            "sample_2": ["b", "c", "f"],
            "kinship": [0.25, 0.1, 0.05],
        }
    )
    ours = {frozenset("ba"): 0.24, frozenset("cd"): 0.08}
    compared = compare_kinship(known, ours)
    assert list(compared["known_degree"]) == ["first", "second", "third"]
    assert list(compared["our_degree"]) == ["first", "third", ""]
    assert compared["difference"][0] == pytest.approx(-0.01)
    assert np.isnan(compared["difference"][2]), "a pair that is not there has no value"


def test_axes_are_matched_whatever_their_order_sign_and_scale():
    draw = random_generator(1, "axes")
    theirs = draw.normal(size=(200, 3))
    ours = np.column_stack([-5 * theirs[:, 2], theirs[:, 0], 0.1 * theirs[:, 1]])
    matched = correlate_axes(ours, theirs)
    assert [(i, j) for i, j, _ in matched] == [(1, 3), (2, 1), (3, 2)]
    assert min(r for *_, r in matched) > 1 - 1e-12


def test_a_rotation_is_the_same_space_but_other_axes():
    draw = random_generator(2, "axes")
    theirs = draw.normal(size=(300, 2))
    turn = np.array([[1, -1], [1, 1]]) / np.sqrt(2)
    ours = theirs @ turn + 7
    assert canonical_correlations(ours, theirs).min() > 1 - 1e-9
    assert procrustes_disparity(ours, theirs) < 1e-9
    assert max(r for *_, r in correlate_axes(ours, theirs)) < 0.85
    noise = draw.normal(size=(300, 2))
    assert canonical_correlations(noise, theirs).max() < 0.3
    assert procrustes_disparity(noise, theirs) > 0.8


def test_neighbours_tell_what_the_points_tell():
    draw = random_generator(3, "points")
    labels = np.repeat(["a", "b"], 60)
    points = draw.normal(size=(120, 2)) + np.where(labels == "a", 0, 20)[:, None]
    assert neighbour_accuracy(points, labels) == 1.0
    assert neighbour_accuracy(draw.normal(size=(120, 2)), labels) < 0.7


def test_unassigned_labels_are_neither_right_nor_wrong():
    given = pd.Series({"p": "EUR", "q": "unassigned", "r": "AFR", "s": "AFR"})
    truth = pd.Series({"s": "AFR", "r": "EUR", "q": "EUR", "p": "EUR", "x": "SAS"})
    table = compare_labels(given, truth)
    assert table.loc["EUR"].to_dict() == {
        "n": 3,
        "right": 1,
        "wrong": 1,
        "unassigned": 1,
    }
    assert table.loc["AFR"].to_dict() == {
        "n": 1,
        "right": 1,
        "wrong": 0,
        "unassigned": 0,
    }
    assert "SAS" not in table.index


def test_series_are_compared_by_name():
    one, two = pd.Series({"a": 1.0, "b": 2.0}), pd.Series({"b": 2.5, "a": 1.0})
    assert largest_difference(one, two) == 0.5


def test_a_mixture_has_the_share_of_the_guest_and_the_depth_of_the_host():
    draw = random_generator(4, "mix")
    host = np.column_stack([np.full(4000, 60), np.zeros(4000, int)])
    guest = np.column_stack([np.zeros(4000, int), np.full(4000, 60)])
    mixed = mixing.mix_reads(host, guest, 0.1, draw)
    assert (mixed.sum(axis=1) == 60).all()
    assert mixed[:, 1].sum() / mixed.sum() == pytest.approx(0.1, abs=0.003)
    assert (mixing.mix_reads(host, guest, 0.0, draw) == host).all()


def test_a_mixture_takes_no_read_twice():
    draw = random_generator(5, "mix")
    host, guest = np.tile([30, 20], (500, 1)), np.tile([1, 1], (500, 1))
    mixed = mixing.mix_reads(host, guest, 0.5, draw)
    assert (mixed <= host + guest).all()
    assert (mixed >= 0).all()


def test_genotypes_are_called_from_reads():
    reads = np.array([[30, 0], [15, 15], [0, 30], [0, 0], [28, 2], [1, 0]])
    genotypes, quality = mixing.call_genotypes(reads)
    assert list(genotypes) == [0, 1, 2, -9, 0, 0]
    assert list(quality[:3] > 60) == [True, True, True]
    # One read: log10(0.995 / 0.5) = 0.299.
    assert quality[5] == 3


def test_guests_are_of_another_family_and_chosen_once():
    people = [f"p{i}" for i in range(10)]
    families = {name: i // 3 for i, name in enumerate(people)}
    guests = mixing.choose_guests(people, families, random_generator(6, "guests"))
    assert sorted(guests.values()) == people
    assert all(families[host] != families[guest] for host, guest in guests.items())
    with pytest.raises(ValueError, match="no way"):
        mixing.choose_guests(
            people, dict.fromkeys(people, "one"), random_generator(6, "guests")
        )


def test_what_is_written_is_read_back(tmp_path):
    sites = [("22", 100, "A", "G"), ("22", 200, "C", "T")]
    columns = {"one": np.array([[10, 12], [0, 0]]), "two": np.array([[30, 0], [0, 9]])}
    mixing.write_vcf(tmp_path / "a.vcf", sites, columns)
    reads = mixing.read_depths(tmp_path / "a.vcf")
    assert reads.sites == sites
    assert reads.people == ["one", "two"]
    assert reads.ref.tolist() == [[10, 30], [0, 0]]
    assert reads.alt.tolist() == [[12, 0], [0, 9]]
    last = (tmp_path / "a.vcf").read_text().splitlines()[-1].split("\t")
    assert last[-2:] == ["./.:0,0:0:0", "1/1:0,9:9:27"]


SHEET = pd.DataFrame(
    {
        "sample_id": ["kid", "dad", "mum", "son", "pa", "ma", "lone"],
        "father_id": ["dad", "", "", "pa", "", "", "absent"],
        "mother_id": ["mum", "", "", "ma", "", "", "mum"],
        "subject_id": ["k", "d", "m", "s", "p", "k", "k"],
    }
)


def test_pairs_and_trios_need_everybody_present():
    assert cohorts.pairs_of_parents(SHEET) == {
        frozenset(pair)
        for pair in [
            ("kid", "dad"),
            ("kid", "mum"),
            ("son", "pa"),
            ("son", "ma"),
            ("lone", "mum"),
        ]
    }
    assert cohorts.trios_of(SHEET) == [("kid", "dad", "mum"), ("son", "pa", "ma")]
    assert cohorts.pairs_of_replicates(SHEET) == {
        frozenset(("kid", "ma")),
        frozenset(("kid", "lone")),
        frozenset(("ma", "lone")),
    }


def test_exchanged_parents_are_nobodys_own():
    changed = pedigrees.exchange_parents(SHEET).set_index("sample_id")
    assert tuple(changed.loc["kid", ["father_id", "mother_id"]]) == ("pa", "ma")
    assert tuple(changed.loc["son", ["father_id", "mother_id"]]) == ("dad", "mum")
    assert tuple(changed.loc["lone", ["father_id", "mother_id"]]) == ("absent", "mum")


def test_an_exchange_is_one_everywhere_and_undoes_itself():
    changed = exchanges.exchange(SHEET, "dad", "pa").set_index("sample_id")
    assert changed.loc["kid", "father_id"] == "pa"
    assert changed.loc["son", "father_id"] == "dad"
    assert changed.loc["pa", "subject_id"] == "d"
    again = exchanges.exchange(changed.reset_index(), "dad", "pa")
    pd.testing.assert_frame_equal(again[SHEET.columns], SHEET)


def test_mendel_errors_are_counted_by_what_parents_can_give():
    # Child, father, mother; the last trio has a gap.
    calls = [(0, 0, 0), (1, 0, 0), (2, 1, 0), (1, 2, 0), (0, 2, 1), (1, 1, -9)]
    assert pedigrees.count_errors(np.array(calls)) == (5, 4, 3)


def test_a_row_is_one_line_and_keeps_its_columns():
    row = Row("name", "a|b", "1", "2", "3")
    line = write_row(row, {"name": "because"})
    assert line == "| a\\|b | 1 | 2 | 3 | because |"


def test_notes_hold_no_figures_of_results():
    # What is measured is computed and stands in the other columns.
    for name, text in read_notes().items():
        assert not re.search(r"\d\s?%|\d\.\d|\d,\d{3}", text), name


@pytest.mark.parametrize(
    "check", [c for c in ALL_CHECKS if c.needs], ids=lambda check: check.name
)
def test_an_absent_data_set_is_a_row_not_an_error(tmp_path, check):
    rows, sound = validate.run_check(check, Workbench(tmp_path, tmp_path / "out"))
    assert sound
    assert [row.ours for row in rows] == ["not run: absent: " + ", ".join(check.needs)]
    assert "not run" in write_row(rows[0], {}), "no note is needed"


def test_a_failing_check_leaves_the_others_alone(tmp_path):
    def fail(bench):
        raise RuntimeError("first line\nsecond")

    rows, sound = validate.run_check(
        Check("broken", (), fail), Workbench(tmp_path, tmp_path)
    )
    assert not sound
    assert rows[0].ours == "not run: failed: first line"
    missing = Check("tool", (), fail, tools=("no-such-tool",))
    rows, sound = validate.run_check(missing, Workbench(tmp_path, tmp_path))
    assert (rows, sound) == (
        [row_not_run(missing, "not installed: no-such-tool")],
        True,
    )


def test_a_file_that_says_the_same_is_left_alone(tmp_path):
    path = tmp_path / "deep/a.txt"
    keep_or_write(path, "one")
    before = path.stat().st_mtime_ns
    keep_or_write(path, "one")
    assert path.stat().st_mtime_ns == before
    keep_or_write(path, "two")
    assert path.read_text() == "two"


def test_the_refusal_looked_for_is_the_one_said():
    from genostrat.genotypes.ingest.merges import describe_merge

    problem = describe_merge("a.vcf", {"het": 1, "missing": 1})
    assert refusals.REFUSAL in str(problem)
