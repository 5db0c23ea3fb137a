"""Suspected swaps: what is found, what is left alone, and how sure it is."""

import pandas as pd
import pytest

from genostrat.qc.identity.swaps import detect_swaps
from genostrat.report.sections.swaps import build_swaps
from genostrat.tables import read_table, write_table

SEX = ["sample_id", "reported_sex", "inferred_sex", "status"]
PAIRS = ["sample_1", "sample_2", "kinship", "relationship", "first_degree_kind"]
PEDIGREE = ["sample_1", "sample_2", "expected", "kinship", "status"]
MENDEL = ["child", "father", "mother", "status"]
OMICS = ["sample_id", "layer", "best_match", "status", "inferred_sex"]

FIRST = {"parent_child", "full_siblings"}


class Cohort:
    """People with relations; labels may be given to other people's material.

    `genotypes` and `profiles` say whose material stands under a label.
    """

    def __init__(self, sexes, *, relations=(), genotypes=None, profiles=None, **sheet):
        self.sexes = sexes
        self.relations = {frozenset((a, b)): kind for a, b, kind in relations}
        self.genotypes = dict(zip(sexes, sexes, strict=True)) | (genotypes or {})
        self.profiles = profiles
        self.sheet = sheet
        self.reported = dict(sexes)

    def true_relation(self, a, b):
        return self.relations.get(frozenset((self.genotypes[a], self.genotypes[b])))

    def tables(self):
        names = sorted(self.sexes)
        sheet = pd.DataFrame({"sample_id": names, **self.sheet})
        sheet["sex"] = [self.reported[n] for n in names]
        found = [self.sexes[self.genotypes[n]] for n in names]
        sex = pd.DataFrame(
            [
                (n, self.reported[n], f, "ok" if f == self.reported[n] else "mismatch")
                for n, f in zip(names, found, strict=True)
            ],
            columns=SEX,
        )
        pairs, pedigree = [], []
        for i, a in enumerate(names):
            for b in names[i + 1 :]:
                kind = self.true_relation(a, b)
                told = self.relations.get(frozenset((a, b)))
                degree = {None: "", "same_person": "duplicate"}.get(kind, "first")
                if kind:
                    value = 0.49 if degree == "duplicate" else 0.25
                    pairs.append((a, b, value, degree, kind if kind in FIRST else ""))
                if told:
                    status = "ok" if told == kind else "mismatch"
                    pedigree.append((a, b, told, 0.25 if kind else 0.0, status))
                elif kind:
                    pedigree.append((a, b, "unrelated", 0.25, "unexpected"))
        omics = []
        for n, person in (self.profiles or {}).items():
            owner = next(k for k, v in self.genotypes.items() if v == person)
            status = "ok" if owner == n else "mismatch"
            omics.append((n, "rna", owner if owner != n else "x", status, ""))
        return {
            "sheet": sheet,
            "sex": sex,
            "relatedness": pd.DataFrame(pairs, columns=PAIRS),
            "pedigree": pd.DataFrame(pedigree, columns=PEDIGREE),
            "mendel": pd.DataFrame([], columns=MENDEL),
            "omics": pd.DataFrame(omics, columns=OMICS),
        }

    def detect(self, **changed):
        tables = self.tables() | changed
        return detect_swaps(tables.pop("sheet"), **tables)


def exchange(a, b):
    return {a: b, b: a}


def found_pairs(table):
    return {(r.sample_1, r.sample_2): r.confidence for r in table.itertuples()}


PEOPLE = {"a": "male", "b": "female", "c": "female", "d": "male", "e": "female"}
FAMILIES = [("a", "c", "parent_child"), ("b", "e", "parent_child")]


def test_a_cohort_without_contradictions_has_no_swaps():
    cohort = Cohort(PEOPLE, relations=FAMILIES, batch=["1"] * 5)
    table = cohort.detect()
    assert len(table) == 0
    assert list(table.columns)[:5] == [
        "sample_1",
        "sample_2",
        "confidence",
        "n_evidence",
        "evidence",
    ]


def test_two_sexes_that_do_not_fit_are_a_possible_swap():
    cohort = Cohort(PEOPLE, genotypes=exchange("a", "b"))
    table = cohort.detect()
    assert found_pairs(table) == {("a", "b"): "possible"}
    assert (
        "a is reported male, but its sex chromosomes are female"
        in (table.loc[0, "evidence"])
    )
    assert table.loc[0, "kinds"] == "sex"
    assert table.loc[0, "n_evidence"] == 2


def test_sex_and_relatives_make_it_likely():
    cohort = Cohort(PEOPLE, relations=FAMILIES, genotypes=exchange("a", "b"))
    table = cohort.detect()
    assert found_pairs(table) == {("a", "b"): "likely"}
    assert table.loc[0, "kinds"] == "family, sex"
    assert (
        "a and c should be parent and child, but are not related"
        in (table.loc[0, "evidence"])
    )
    # Two sexes, two lost relations, and two that the sheet does not know.
    assert table.loc[0, "n_evidence"] == 6


def test_relatives_alone_find_a_swap_within_a_sex():
    people = dict.fromkeys("abce", "female")
    cohort = Cohort(people, relations=FAMILIES, genotypes=exchange("a", "b"))
    # The relatives of both are independent of one another.
    assert found_pairs(cohort.detect()) == {("a", "b"): "likely"}
    one_family = Cohort(people, relations=FAMILIES[:1], genotypes=exchange("a", "b"))
    table = one_family.detect()
    assert found_pairs(table) == {("a", "b"): "possible"}
    assert table.loc[0, "kinds"] == "family"


def test_a_replicate_shows_whose_genotypes_they_are():
    people = dict.fromkeys(["a", "a2", "b", "c"], "male")
    relations = [("a", "a2", "same_person")]
    cohort = Cohort(people, relations=relations, genotypes=exchange("a", "b"))
    table = cohort.detect()
    # Either copy may be the wrong one as far as the other is concerned, but the
    # genotypes under b fit a2.
    assert found_pairs(table) == {("a", "b"): "possible"}
    assert table.loc[0, "kinds"] == "replicate"


def test_profiles_tell_genotypes_and_layers_apart():
    people = dict.fromkeys("abce", "female")
    right = {n: n for n in people}
    swapped = Cohort(
        people, relations=FAMILIES, genotypes=exchange("a", "b"), profiles=right
    )
    table = swapped.detect()
    assert found_pairs(table) == {("a", "b"): "likely"}
    assert table.loc[0, "swapped"] == "genotypes"
    assert table.loc[0, "kinds"] == "family, omics"
    profiles = Cohort(people, relations=FAMILIES, profiles=right | exchange("a", "b"))
    table = profiles.detect()
    assert found_pairs(table) == {("a", "b"): "possible"}
    assert table.loc[0, "swapped"] == "rna"
    nobody = Cohort(people, profiles=right | exchange("a", "b"))
    assert nobody.detect().loc[0, "swapped"] == "genotypes or rna"


def test_genotypes_that_fit_a_relative_are_not_swapped_however_sex_is_reported():
    cohort = Cohort(PEOPLE, relations=FAMILIES)
    cohort.reported["a"] = "female"
    cohort.reported["b"] = "male"
    assert len(cohort.detect()) == 0


def test_a_sex_that_does_not_fit_alone_names_no_partner():
    cohort = Cohort(PEOPLE)
    cohort.reported["d"] = "female"
    table = cohort.detect()
    assert found_pairs(table) == {("d", ""): "possible"}
    assert "a slip in the sheet" in table.loc[0, "evidence"]


def test_several_possible_partners_are_not_guessed_unless_the_batch_tells():
    people = {"a": "male", "b": "female", "c": "male", "d": "female"}
    cohort = Cohort(people, genotypes=exchange("a", "b") | exchange("c", "d"))
    table = cohort.detect()
    assert found_pairs(table) == dict.fromkeys(
        [("a", ""), ("b", ""), ("c", ""), ("d", "")], "possible"
    )
    assert "any of 2 samples" in table.loc[0, "evidence"]
    cohort.sheet = {"batch": ["1", "1", "2", "2"]}
    table = cohort.detect()
    assert set(found_pairs(table)) == {("a", "b"), ("c", "d")}
    assert "both are of batch 1" in table.loc[0, "evidence"]
    assert set(table["confidence"]) == {"possible"}


def test_unknown_relatives_and_a_shared_batch_are_no_evidence():
    tables = Cohort(PEOPLE, batch=["1"] * 5).tables()
    tables["relatedness"] = pd.DataFrame(
        [("a", "b", 0.25, "first", "full_siblings")], columns=PAIRS
    )
    tables["pedigree"] = pd.DataFrame(
        [("a", "b", "unrelated", 0.25, "unexpected")], columns=PEDIGREE
    )
    assert len(detect_swaps(tables.pop("sheet"), **tables)) == 0


def test_a_father_who_is_not_one_is_not_the_child_swapped():
    people = {"f": "male", "m": "female", "k": "male"}
    tables = Cohort(people, relations=[("m", "k", "parent_child")]).tables()
    wrong = pd.DataFrame(
        [("f", "k", "parent_child", 0.0, "mismatch")], columns=PEDIGREE
    )
    tables["pedigree"] = pd.concat([tables["pedigree"], wrong])
    table = detect_swaps(tables.pop("sheet"), **tables)
    assert found_pairs(table) == {("f", ""): "possible"}
    assert "another parent or relation" in table.loc[0, "evidence"]


def test_a_circle_of_three_is_told_from_an_exchange_of_two():
    people = dict.fromkeys("abcxyz", "female")
    relations = [(p, q, "parent_child") for p, q in ("ax", "by", "cz")]
    circle = {"a": "b", "b": "c", "c": "a"}
    table = Cohort(people, relations=relations, genotypes=circle).detect()
    assert found_pairs(table) == dict.fromkeys(
        [("a", ""), ("b", ""), ("c", "")], "likely"
    )
    assert "more than two samples seem involved" in table.loc[0, "evidence"]
    assert "(a, b and c)" in table.loc[0, "evidence"]


def test_mendel_errors_count_where_kinship_cannot_tell():
    people = {"f": "male", "m": "female", "k": "male", "x": "male"}
    trio = [("k", "f", "m", "inconsistent")]
    cohort = Cohort(people)
    table = cohort.detect(mendel=pd.DataFrame(trio, columns=MENDEL))
    assert set(found_pairs(table)) <= {("k", ""), ("f", ""), ("m", "")}
    assert len(table) > 0
    assert "Mendel errors" in table.loc[0, "evidence"]


def test_sentences_without_names_name_nobody(tmp_path):
    people = {"P-<b>1": "male", "P=2": "female", "P'3": "female", "P;4": "female"}
    relations = [("P-<b>1", "P'3", "parent_child"), ("P=2", "P;4", "parent_child")]
    swapped = exchange("P-<b>1", "P=2")
    table = Cohort(people, relations=relations, genotypes=swapped).detect()
    for name in people:
        assert name not in table.loc[0, "evidence_unnamed"]
    assert "P=2" in table.loc[0, "evidence"]
    path = tmp_path / "swaps.tsv"
    write_table(path, table, table="qc/swaps.tsv")
    again = read_table(path, table="qc/swaps.tsv")
    assert again["evidence"].tolist() == table["evidence"].tolist()
    shown = str(build_swaps(again, show_ids=False))
    assert "Two samples look swapped (likely; genotypes)." in shown
    assert not any(name in shown for name in people)
    named = str(build_swaps(again, show_ids=True))
    assert "P=2 and P-<b>1" in named or "P-<b>1 and P=2" in named


def test_the_report_says_when_there_is_nothing():
    empty = Cohort(PEOPLE).detect()
    omics = pd.DataFrame(
        [
            ("a", "rna", "ok"),
            ("b", "rna", "mismatch"),
            ("c", "protein", "not_assessable"),
        ],
        columns=["sample_id", "layer", "status"],
    )
    text = str(build_swaps(empty, omics, show_ids=False))
    assert "No samples look swapped" in text
    assert "protein could not be matched" in text
    assert "1\xa0profile of the layer rna fit" in text.replace("\\xa0", "\xa0")
    assert build_swaps(None, show_ids=False) == []


@pytest.mark.parametrize("n_odd", [30, 150])
def test_many_wrong_sexes_take_no_time(n_odd):
    people = {f"s{i:03}": ("male", "female")[i % 2] for i in range(2 * n_odd)}
    cohort = Cohort({k: people[k] for k in list(people)[:4]})
    cohort.sexes = people
    cohort.genotypes = {n: n for n in people}
    cohort.reported = {
        n: ("female" if s == "male" else "male") for n, s in people.items()
    }
    table = cohort.detect()
    assert set(table["sample_2"]) == {""}


def test_a_swap_that_is_explained_leaves_the_rest_to_be_told_apart():
    people = {"a": "male", "b": "female", "c": "male", "d": "female"}
    cohort = Cohort(
        people,
        genotypes=exchange("a", "b") | exchange("c", "d"),
        profiles={"a": "a", "b": "b"},
    )
    # The profiles show a and b exchanged; then c and d are the only ones left.
    table = cohort.detect()
    assert found_pairs(table) == {("a", "b"): "likely", ("c", "d"): "possible"}
