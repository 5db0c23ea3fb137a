"""Polygenic scores: matching of alleles, and sums held against plink2."""

import shutil
import subprocess
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from genostrat.errors import GenostratError
from genostrat.genotypes.store import Store, write_contig
from genostrat.profile.score_sums import match_variants, score_samples
from genostrat.profile.scores import (
    pack_scores,
    score_cohort,
    score_patients,
    scores_layer,
    unpack_scores,
)
from genostrat.sheets.score_files import ScoreFile

BASES = "ACGT"


def make_score(rows, *, weights=None, frequency=None):
    """Return a score of (contig, position, effect, other, weight) rows."""
    contig, position, effect, other, weight = zip(*rows, strict=True)
    table = np.outer(weight, [0.0, 1.0, 2.0]) if weights is None else weights
    return ScoreFile(
        "PGS1",
        "GRCh38",
        np.array(contig),
        np.array(position, np.int64),
        np.array(effect),
        np.array(other),
        table,
        np.full(len(rows), np.nan) if frequency is None else np.array(frequency),
        len(rows),
        0,
    )


def make_store(folder, genotypes, variants):
    """Write a store of contig 1 from variants × samples and (position, ref, alt)."""
    samples = [f"s{i}" for i in range(genotypes.shape[1])]
    write_contig(
        folder,
        "1",
        blocks=[genotypes.astype(np.int8)],
        n_variants=len(variants),
        pvar_lines=[f"1\t{p}\tv{p}_{a}\t{r}\t{a}\t.\tPASS" for p, r, a in variants],
        samples=samples,
        sexes=[""] * len(samples),
    )
    return Store(folder)


@pytest.mark.parametrize(
    ("effect", "other", "here", "expected"),
    [
        ("A", "G", [("G", "A")], (True, 0)),
        ("G", "A", [("G", "A")], (False, 0)),
        ("T", "C", [("G", "A")], (True, 1)),
        ("A", "", [("G", "A")], (True, 0)),
        ("AT", "A", [("A", "AT")], (True, 0)),
        ("A", "C", [("G", "A")], "other_alleles"),
        ("A", "T", [("T", "A")], "palindromic"),
        ("G", "", [("G", "A"), ("G", "C")], "several"),
        ("C", "G", [("G", "A"), ("G", "C")], "palindromic"),
        ("C", "A", [("A", "C"), ("A", "T")], (True, 0)),
        ("A", "G", [], "absent"),
    ],
)
def test_alleles_match_by_both_names_and_strand(effect, other, here, expected):
    score = make_score([("1", 5, effect, other, 1.0)])
    variants = pd.DataFrame(
        {
            "position": [2, *(5 for _ in here), 9],
            "ref": ["A", *(r for r, _ in here), "C"],
            "alt": ["G", *(a for _, a in here), "T"],
        }
    )
    counts = Counter()
    match = match_variants(score, np.array([0]), variants, counts=counts)
    if isinstance(expected, str):
        assert len(match.rows) == 0
        assert counts[expected] == 1
    else:
        assert (bool(match.is_alt[0]), counts["n_flipped"]) == expected
        assert variants["position"][match.rows[0]] == 5


def test_a_variant_listed_twice_counts_once(tmp_path):
    store = make_store(tmp_path, np.array([[0, 1, 2]]), [(5, "G", "A")])
    score = make_score([("1", 5, "A", "G", 1.0), ("1", 5, "G", "A", 1.0)])
    scored = score_samples(score, store)
    assert scored.values.tolist() == [0, 1, 2]
    assert scored.counts["repeated"] == 1
    assert scored.match_rate == 0.5


#: A heavy variant, and one whose missing genotypes are within the tenth.
TWO = [(5, "G", "A"), (6, "G", "A")]
ROWS = [("1", 5, "A", "G", 10.0), ("1", 6, "A", "G", -1.0), ("7", 1, "A", "G", 1.0)]


def test_a_missing_genotype_counts_as_its_frequency_leads_to_expect(tmp_path):
    store = make_store(tmp_path, np.array([[0, 1, 2], [2, -9, -9]]), TWO)
    score = make_score(ROWS, frequency=[np.nan, 0.3, np.nan])
    scored = score_samples(score, store)
    assert scored.values == pytest.approx([-2, 10 - 0.6, 20 - 0.6])
    assert scored.n_missing.tolist() == [0, 1, 1]
    assert (scored.counts["n_matched"], scored.counts["absent"]) == (2, 1)


@pytest.mark.parametrize("frequency", [0.1, 0.3, 0.9])
def test_what_is_expected_of_the_reference_allele_is_told_too(tmp_path, frequency):
    store = make_store(tmp_path, np.array([[0, 1, 2], [2, -9, -9]]), TWO)
    rows = [ROWS[0], ("1", 6, "G", "A", -1.0)]
    scored = score_samples(make_score(rows, frequency=[np.nan, frequency]), store)
    expected = -2 * frequency
    assert scored.values == pytest.approx([0, 10 + expected, 20 + expected])


def test_a_weight_of_nobody_carrying_it_is_expected_too(tmp_path):
    """Files may give a weight for no copy as well: all three shares count."""
    store = make_store(tmp_path, np.array([[0, 1, 2], [2, -9, -9]]), TWO)
    weights = np.array([[0.0, 10.0, 20.0], [2.0, 0.5, 1.0], [0.0, 1.0, 2.0]])
    score = make_score(ROWS, weights=weights, frequency=[np.nan, 0.3, np.nan])
    expected = 0.7**2 * 2 + 2 * 0.3 * 0.7 * 0.5 + 0.3**2
    scored = score_samples(score, store)
    assert scored.values == pytest.approx([1, 10 + expected, 20 + expected])


def test_without_a_frequency_it_counts_as_the_patients_own_mean(tmp_path):
    store = make_store(tmp_path, np.array([[0, 1, 2], [-9, -9, -9]]), TWO)
    scored = score_samples(make_score(ROWS), store)
    # 0, half and all of what the known variant can add; the other ranges from -2 to 0.
    assert scored.values == pytest.approx([-2, 10 - 1, 20])
    dominant = np.array([[0.0, 20.0, 20.0], [0.0, 2.0, 2.0], [0.0, 1.0, 2.0]])
    scored = score_samples(make_score(ROWS, weights=dominant), store)
    assert scored.values == pytest.approx([0, 22, 22])


def test_with_a_tenth_of_the_weight_missing_there_is_no_score(tmp_path):
    store = make_store(tmp_path, np.array([[0, -9], [1, 1]]), TWO)
    assert np.isnan(score_samples(make_score(ROWS), store).values).tolist() == [
        False,
        True,
    ]


def test_a_score_does_not_depend_on_the_others(tmp_path):
    rng = np.random.default_rng(2)
    variants = [(i + 1, "G", "A") for i in range(300)]
    genotypes = rng.choice([0, 1, 2, -9], (300, 9), p=[0.5, 0.3, 0.15, 0.05])
    rows = [
        ("1", p, "A", "G", float(w))
        for (p, *_), w in zip(variants, rng.normal(size=300), strict=True)
    ]
    score = make_score(rows, frequency=np.where(rng.random(300) < 0.5, 0.2, np.nan))
    batch = score_samples(score, make_store(tmp_path / "all", genotypes, variants))
    assert np.isfinite(batch.values).all()
    for one in range(9):
        store = make_store(tmp_path / f"{one}", genotypes[:, [one]], variants)
        alone = score_samples(score, store)
        assert alone.values[0] == pytest.approx(batch.values[one], abs=1e-12)


def test_patients_of_a_poorer_file_are_scored_over_the_models_variants(tmp_path):
    """What their file lacks is missing; what training lacked is not used."""
    whole = make_store(tmp_path / "a", np.array([[0, 1, 2], [1, 0, 2]]), TWO)
    files = [write_score(tmp_path, "PGS1", [(5, "A", "G", 10), (6, "A", "G", -1)])]
    options = {"build": "GRCh38", "keep": ["s0", "s1", "s2"]}
    frozen = score_cohort(files, whole, min_match=0.75, **options).frozen
    frozen = unpack_scores(pack_scores(frozen))
    again = score_patients(frozen, files, whole, **options)
    assert again["value"].tolist() == [-1, 10, 18]
    poorer = make_store(tmp_path / "b", np.array([[0, 1, 2]]), TWO[:1])
    got = score_patients(frozen, files, poorer, **options)
    assert got["value"].tolist() == [-2, 9, 20]
    assert got["n_missing"].tolist() == [1, 1, 1]
    first = score_cohort(files, poorer, min_match=0.4, **options).frozen
    richer = score_patients(first, files, whole, **options)
    assert richer["value"].tolist() == [0, 10, 20]
    other = write_score(tmp_path, "PGS1", [(5, "A", "G", 1), (6, "A", "G", 1)])
    with pytest.raises(GenostratError, match="not from the file"):
        score_patients(frozen, [other], whole, **options)


def test_an_empty_store_matches_nothing(tmp_path):
    scored = score_samples(make_score([("1", 5, "A", "G", 1.0)]), Store(tmp_path))
    assert scored.match_rate == 0
    assert len(scored.values) == 0


@pytest.mark.skipif(shutil.which("plink2") is None, reason="plink2 is not installed")
def test_sums_equal_plink2(tmp_path):
    rng = np.random.default_rng(7)
    n_variants, n_samples = 2500, 60
    pairs = [rng.choice(list(BASES), 2, replace=False) for _ in range(n_variants)]
    variants = [(i + 1, str(r), str(a)) for i, (r, a) in enumerate(pairs)]
    genotypes = rng.choice(
        [0, 1, 2, -9], (n_variants, n_samples), p=[0.5, 0.3, 0.15, 0.05]
    )
    store = make_store(tmp_path / "store", genotypes, variants)
    swap = rng.random(n_variants) < 0.5
    rows = [
        ("1", p, *((r, a) if s else (a, r)), float(w))
        for (p, r, a), s, w in zip(
            variants, swap, rng.normal(size=n_variants), strict=True
        )
    ]
    frequency = np.full(n_variants, np.nan)
    known = np.where(genotypes < 0, 0, genotypes).sum(axis=1) / (
        2 * (genotypes >= 0).sum(axis=1)
    )
    frequency[:] = np.where(swap, 1 - known, known)
    # plink2 fills with the cohort's frequencies; here they stand in the scoring file.
    scored = score_samples(make_score(rows, frequency=frequency), store)
    used = [
        (row, v)
        for row, v in zip(rows, variants, strict=True)
        if {v[1], v[2]} not in ({"A", "T"}, {"C", "G"})
    ]
    table = tmp_path / "weights.txt"
    table.write_text(
        "".join(f"v{v[0]}_{v[2]} {row[2]} {row[4]!r}\n" for row, v in used)
    )
    command = ["plink2", "--pfile", tmp_path / "store/1", "--score", table]
    subprocess.run(
        [*command, "cols=scoresums", "--out", tmp_path / "out"],
        check=True,
        capture_output=True,
    )
    told = pd.read_csv(tmp_path / "out.sscore", sep=r"\s+")
    assert scored.counts["n_matched"] == len(used)
    assert scored.counts["palindromic"] == n_variants - len(used)
    np.testing.assert_allclose(scored.values, told.iloc[:, -1], rtol=1e-5, atol=1e-4)


def write_score(folder, name, rows):
    lines = "".join(f"1\t{p}\t{e}\t{o}\t{w}\n" for p, e, o, w in rows)
    path = folder / f"{name}.txt"
    path.write_text(
        f"#pgs_id={name}\n#genome_build=GRCh38\n"
        f"chr_name\tchr_position\teffect_allele\tother_allele\teffect_weight\n{lines}"
    )
    return path


def test_a_score_that_the_genotypes_lack_is_refused_and_said(tmp_path):
    store = make_store(
        tmp_path / "store",
        np.array([[0, 1, 2], [2, 2, 0]]),
        [(5, "G", "A"), (9, "C", "A")],
    )
    whole = [(5, "A", "G", 1), (9, "A", "C", 10)]
    files = [
        write_score(tmp_path, "PGS2", [*whole, (11, "A", "C", 1)]),
        write_score(tmp_path, "PGS1", whole),
    ]
    scored = score_cohort(
        files, store, build="GRCh38", keep=["s2", "s0"], min_match=0.75
    )
    scores, matches = scored.scores, scored.matches
    assert matches.set_index("score")["status"].to_dict() == {
        "PGS1": "used",
        "PGS2": "refused",
    }
    assert matches.set_index("score")["match_rate"]["PGS2"] == pytest.approx(2 / 3)
    assert scores["score"].unique().tolist() == ["PGS1"]
    layer = scores_layer(scores, ids=["s2", "nobody", "s0"])
    assert layer.values["PGS1"].to_dict() == {"s2": 2.0, "s0": 20.0}
    with pytest.raises(GenostratError, match="two scores are called 'PGS1'"):
        score_cohort(
            [files[1], files[1]], store, build="GRCh38", keep=[], min_match=0.75
        )


def test_the_match_is_told_by_weight_too_and_refused_by_it(tmp_path, caplog):
    """One heavy variant that is absent is no share of 1 in 80."""
    variants = [(i + 1, "G", "A") for i in range(79)]
    store = make_store(tmp_path / "store", np.ones((79, 2)), variants)
    light = [(p, "A", "G", 1) for p, _, _ in variants]
    files = [
        write_score(tmp_path, "PGS1", [*light, (900, "A", "G", 43)]),
        write_score(tmp_path, "PGS2", [*light, (900, "A", "G", 8)]),
    ]
    scored = score_cohort(files, store, build="GRCh38", keep=["s0"], min_match=0.75)
    matches = scored.matches.set_index("score")
    assert matches["match_rate"].tolist() == pytest.approx([79 / 80, 79 / 80])
    assert matches["weight_rate"].tolist() == pytest.approx([79 / 122, 79 / 87])
    assert matches["status"].tolist() == ["refused", "used"]
    assert "64.8 % of its weight" in caplog.text


def test_what_was_set_aside_weighs_in_the_share(tmp_path, caplog):
    store = make_store(tmp_path / "store", np.ones((1, 2)), [(5, "G", "A")])
    files = [write_score(tmp_path, "PGS1", [(5, "A", "G", 3), (6, "e4", "e3", -1)])]
    scored = score_cohort(files, store, build="GRCh38", keep=["s0"], min_match=0.5)
    assert scored.matches["weight_rate"].tolist() == pytest.approx([0.75])
    assert "25.0% of the score's weight" in caplog.text
