"""How many people, mismatches, letters and entries: at the limit itself."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from genostrat.errors import GenostratError
from genostrat.pgx.frequencies import group_patients, summarise_pgx
from genostrat.pgx.guidance.medicine_names import clean_name, cut_name
from genostrat.pgx.knowledge.files import check_allele_name
from genostrat.pgx.knowledge.panels import Miss
from genostrat.pgx.matching.assay import refuse_mismatches
from genostrat.pgx.matching.indels import trim_alleles
from genostrat.pgx.matching.panels import _tell_misses
from genostrat.pgx.outside.files import MAX_BYTES, _check_archive


@pytest.mark.parametrize(
    ("wrong", "recorded", "is_refused"),
    [(5, 16, True), (4, 4, False), (6, 20, False), (7, 20, True), (5, 100, False)],
)
def test_another_build_shows_at_five_positions_and_three_tenths_of_them(
    wrong, recorded, is_refused
):
    halves = [
        (wrong // 2, recorded // 2),
        (wrong - wrong // 2, recorded - recorded // 2),
    ]
    assays = {
        f"GENE{i}": SimpleNamespace(n_mismatches=w, n_recorded=r)
        for i, (w, r) in enumerate(halves)
    }
    if is_refused:
        with pytest.raises(
            GenostratError, match=f"at {wrong} of {recorded} pharmacogene"
        ):
            refuse_mismatches(assays, build="GRCh38")
    else:
        refuse_mismatches(assays, build="GRCh38")


def test_people_whom_a_panel_misses_are_told_from_twenty_on():
    for n, is_told in ((19, False), (20, True)):
        text = _tell_misses([Miss("EUR", n, 3), Miss("AFR", 5, 1)])
        assert bool(text) == is_told
        assert ("EUR 3 of 20" in text) == is_told
        assert "AFR" not in text


@pytest.mark.parametrize(("n", "shown"), [(80, 80), (81, 80)])
def test_a_name_is_cut_to_what_is_shown(n, shown):
    name = cut_name("x" * n)
    assert len(name) == shown
    assert name.endswith("…") == (n > 80)


def test_an_archive_has_twenty_entries_and_a_table_of_a_size():
    def says(**changes):
        given = {"n_entries": 2, "size": 9} | changes
        return [str(p) for p in _check_archive(Path("x.zip"), **given)]

    assert not says()
    assert not says(n_entries=20)
    assert len(says(n_entries=21)) == 1
    assert "no data.tsv" in says(size=0)[0]
    assert not says(size=MAX_BYTES)
    assert "larger than any table" in says(size=MAX_BYTES + 1)[0]


def test_the_name_of_an_allele_can_stand_in_a_table():
    longest = next(n for n in range(500, 0, -1) if is_allele_name("a" * n))
    assert is_allele_name("a" * longest)
    assert longest >= 64
    for name in ("", " ", "a/b", "a|b", "a\tb", None, 3):
        assert not is_allele_name(name)


def is_allele_name(name):
    try:
        check_allele_name(name, path=Path("x"), place="y")
    except GenostratError:
        return False
    return True


@pytest.mark.parametrize(
    ("ref", "alt", "trimmed"),
    [
        ("A", "G", (0, "A", "G")),
        ("CA", "CG", (1, "A", "G")),
        ("CAA", "CA", (1, "A", "")),
        ("CA", "CAA", (1, "", "A")),
        ("AA", "A", (0, "A", "")),
        ("GAC", "GTC", (1, "A", "T")),
        ("AC", "AC", (0, "", "")),
        ("TCTC", "TC", (0, "TC", "")),
    ],
)
def test_alleles_are_cut_at_the_end_first(ref, alt, trimmed):
    assert trim_alleles(ref, alt) == trimmed


def frequencies(n, *, n_called=None, labels=None, n_drug=None):
    keep = [f"s{i}" for i in range(n)]
    called = pd.DataFrame(
        [
            (name, "CYP2C19", "*1", "*2", "IM", "called")
            for name in keep[: n if n_called is None else n_called]
        ],
        columns=["sample_id", "gene", "allele_1", "allele_2", "phenotype", "status"],
    )
    told = keep[: n if n_drug is None else n_drug]
    guidance = pd.DataFrame(
        {
            "sample_id": told,
            **{"drug": "codamol", "category": "avoid", "possible_categories": "avoid"},
            **{"on_medication": True, "phenotypes": "IM", "diplotypes": "*1/*2"},
        }
    )
    sheet = pd.DataFrame({"sample_id": keep})
    if labels is not None:
        sheet["centre"] = labels
    groups = group_patients(keep, sheet=sheet, ancestry=None, assignments=None)
    table = summarise_pgx(called, guidance, keep=keep, unrelated=keep, groups=groups)
    return table, groups


@pytest.mark.parametrize(("n", "is_told"), [(4, False), (5, True)])
def test_frequencies_are_of_five_patients(n, is_told):
    for table in (
        frequencies(n)[0],
        frequencies(20, n_called=n)[0].query("kind != 'status' and gene != ''"),
        frequencies(20, n_drug=n)[0].query("value == 'codamol'"),
    ):
        numbers = table[table["kind"] != "too_few"]
        assert bool(len(numbers)) == is_told


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        ({"a": 10, "b": 5}, {"a", "b"}),
        ({"a": 10, "b": 4}, set()),  # all less a is b
        ({"a": 10, "b": 6, "c": 4}, {"a"}),  # all less a and b is c
        ({"a": 10, "b": 5, "c": 4, "d": 1}, {"a", "b"}),  # c and d are five together
    ],
)
def test_no_centre_of_four_follows_from_all_and_the_others(sizes, shown):
    labels = [name for name, n in sizes.items() for _ in range(n)]
    table, groups = frequencies(len(labels), labels=labels)
    assert set(groups.names) == {"all", *(f"centre={name}" for name in shown)}
    told = table.query("gene == 'CYP2C19' and kind == 'phenotype'").set_index("group")[
        "n"
    ]
    centres = told[told.index != "all"]
    rest = told["all"] - centres.sum()
    assert rest == 0 or rest >= 5 or centres.empty
    assert (np.array(told) >= 5).all()


@pytest.mark.parametrize("letter", ["x", "ﬀ"])
def test_a_name_is_read_up_to_four_hundred_characters(letter):
    """Counted in letters as they are read: one that stands for two is two."""
    for n in (399, 400, 401, 900):
        found = clean_name(letter * n)
        assert len(found) == min(400, n * (1 if letter == "x" else 2))
        assert set(found) == {"x" if letter == "x" else "f"}
