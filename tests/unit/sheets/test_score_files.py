"""Score files of the PGS Catalog: what is read, and what is refused."""

import gzip

import numpy as np
import pytest

from genostrat.errors import GenostratError
from genostrat.sheets import score_files
from genostrat.sheets.score_files import read_score

HEADER = "#format_version=2.0\n#pgs_id=PGS000001\n#genome_build=GRCh37\n"
HARMONISED = HEADER + "#HmPOS_build=GRCh38\n"
COLUMNS = "chr_name\tchr_position\teffect_allele\tother_allele\teffect_weight"


def write(tmp_path, text, name="score.txt"):
    path = tmp_path / name
    path.write_text(text)
    return path


def test_the_authors_positions_are_taken_on_their_build(tmp_path):
    path = write(
        tmp_path, f"{HEADER}{COLUMNS}\nchr1\t10\ta\tG\t0.5\n23\t7\tT\t\t-1e-3\n"
    )
    score = read_score(path, build="GRCh37")
    assert score.name == "PGS000001"
    assert score.contig.tolist() == ["1", "X"]
    assert score.position.tolist() == [10, 7]
    assert score.effect.tolist() == ["A", "T"]
    assert score.other.tolist() == ["G", ""]
    np.testing.assert_allclose(score.weights, [[0, 0.5, 1], [0, -1e-3, -2e-3]])


def test_harmonised_positions_are_taken_where_they_are_on_the_cohorts_build(tmp_path):
    text = (
        f"{HARMONISED}{COLUMNS}\thm_chr\thm_pos\n"
        "1\t10\tA\tG\t1\t2\t99\n1\t11\tA\tG\t1\t\t\n"
    )
    path = tmp_path / "PGS000001_hmPOS_GRCh38.txt.gz"
    path.write_bytes(gzip.compress(text.encode()))
    new = read_score(path, build="GRCh38")
    assert (new.contig.tolist(), new.position.tolist()) == (["2"], [99])
    assert (new.n_variants, new.n_unsupported) == (2, 1)
    old = read_score(path, build="GRCh37")
    assert old.position.tolist() == [10, 11]


def test_a_score_on_the_other_build_is_refused(tmp_path):
    path = write(tmp_path, f"{HEADER}{COLUMNS}\n1\t10\tA\tG\t1\n")
    with pytest.raises(
        GenostratError, match=r"(?s)no positions on GRCh38.*GRCh37"
    ) as told:
        read_score(path, build="GRCh38")
    assert "hmPOS_GRCh38" in str(told.value)


def test_dominant_recessive_and_dosage_weights(tmp_path):
    path = write(
        tmp_path,
        f"{HEADER}{COLUMNS}\tis_dominant\tis_recessive\n"
        "1\t1\tA\tG\t2\tTrue\tFalse\n1\t2\tA\tG\t3\tFalse\tTRUE\n",
    )
    score = read_score(path, build="GRCh37")
    assert score.weights.tolist() == [[0, 2, 2], [0, 0, 3]]
    path = write(
        tmp_path,
        f"{HEADER}chr_name\tchr_position\teffect_allele\t"
        "dosage_0_weight\tdosage_1_weight\tdosage_2_weight\n1\t1\tA\t0.1\t0.7\t0.2\n",
    )
    assert read_score(path, build="GRCh37").weights.tolist() == [[0.1, 0.7, 0.2]]


def test_haplotypes_and_interactions_count_but_are_not_used(tmp_path):
    path = write(
        tmp_path,
        f"{HEADER}{COLUMNS}\tis_haplotype\tis_interaction\n"
        "1\t1\tA\tG\t2\tTrue\t\n1\t2\tA\tG\t3\t\t1\n1\t3\tA\tG\t3\t\t\n"
        "6\t\tHLA-B*57:01\t\t3\t\t\n",
    )
    score = read_score(path, build="GRCh37")
    assert score.position.tolist() == [3]
    assert (score.n_variants, score.n_unsupported) == (4, 3)


@pytest.mark.parametrize(
    ("row", "line", "column"),
    [
        ("1\t10\tA\tG\tnan", 6, "effect_weight"),
        ("1\t10\tA\tG\t", 6, "effect_weight"),
        ("1\t10\tA\tG\t1e999", 6, "effect_weight"),
        ("1\t10\t<b>\tG\t1", 6, "effect_allele"),
    ],
)
def test_a_bad_cell_is_named(tmp_path, row, line, column):
    path = write(tmp_path, f"{HEADER}{COLUMNS}\n1\t9\tA\tG\t1\n{row}\n")
    with pytest.raises(GenostratError) as told:
        read_score(path, build="GRCh37")
    assert str(path) in str(told.value)
    assert f"line {line}" in str(told.value)
    assert column in str(told.value)


def test_files_that_are_no_scores_are_refused(tmp_path, monkeypatch):
    with pytest.raises(GenostratError, match="effect_allele"):
        read_score(write(tmp_path, "gene\tvalue\tx\nA\t1\t2\n"), build="GRCh37")
    with pytest.raises(GenostratError, match="no weights"):
        read_score(
            write(
                tmp_path, f"{HEADER}chr_name\tchr_position\teffect_allele\n1\t1\tA\n"
            ),
            build="GRCh37",
        )
    broken = tmp_path / "cut.txt.gz"
    broken.write_bytes(gzip.compress(b"x" * 10_000)[:-20])
    with pytest.raises(GenostratError, match="cannot be read"):
        read_score(broken, build="GRCh37")
    monkeypatch.setattr(score_files, "MAX_BYTES", 1000)
    bomb = tmp_path / "bomb.txt.gz"
    bomb.write_bytes(gzip.compress(b"#" + b"x" * 100_000))
    with pytest.raises(GenostratError, match="more than 1000 bytes"):
        read_score(bomb, build="GRCh37")


def test_what_is_no_sequence_is_set_aside_and_said_with_its_weight(tmp_path):
    path = write(
        tmp_path,
        f"{HEADER}rsID\t{COLUMNS}\n"
        "rs1\t1\t10\tA\tG\t1\n"
        "\t19\t44908684\te4\te3\t2\n"
        "AA_B_45_31432177\t6\t31432177\tT\tA\t-0.5\n"
        "HLA_AA_DRB1_96\t6\t32549596\tP\tA\t0.25\n"
        "HLA-B*27:05\t6\t\tP\tN\t0.25\n",
    )
    score = read_score(path, build="GRCh37")
    assert score.position.tolist() == [10]
    assert (score.n_variants, score.n_unsupported) == (5, 4)
    assert score.total_weight == pytest.approx(8)
    assert score.unsupported_weight == pytest.approx(6)
    (said,) = score.doubts
    assert "4 of 5 rows, with 75.0% of the score's weight" in said
    assert "e4" in said


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("OR", "odds ratios"),
        ("odds_ratio", "odds ratios"),
        ("hazard ratio", "hazard ratios"),
        ("HR", "hazard ratios"),
        ("relative_risk", "risk ratios"),
    ],
)
def test_ratios_are_added_up_as_logarithms_and_that_is_said(tmp_path, column, kind):
    columns = COLUMNS.replace("effect_weight", column)
    path = write(tmp_path, f"{HEADER}{columns}\n1\t1\tA\tG\t2\n1\t2\tA\tG\t0.5\n")
    score = read_score(path, build="GRCh37")
    np.testing.assert_allclose(score.weights[:, 1], [np.log(2), -np.log(2)])
    assert kind in score.doubts[0]
    bad = write(tmp_path, f"{HEADER}{columns}\n1\t1\tA\tG\t-0.2\n")
    with pytest.raises(GenostratError, match="not above 0"):
        read_score(bad, build="GRCh37")


@pytest.mark.parametrize(
    ("stated", "weights", "expected"),
    [
        ("OR", "2 0.5", [np.log(2), -np.log(2)]),
        ("hazard ratio", "2 0.5", [np.log(2), -np.log(2)]),
        ("OR", "2 -0.5", [2, -0.5]),
        ("log(OR)", "2 0.5", [2, 0.5]),
        ("beta", "2 0.5", [2, 0.5]),
        ("NR", "2 0.5", [2, 0.5]),
    ],
)
def test_the_stated_type_of_weight_is_believed(tmp_path, stated, weights, expected):
    rows = "".join(f"1\t{i}\tA\tG\t{w}\n" for i, w in enumerate(weights.split(), 1))
    path = write(tmp_path, f"{HEADER}#weight_type={stated}\n{COLUMNS}\n{rows}")
    score = read_score(path, build="GRCh37")
    np.testing.assert_allclose(score.weights[:, 1], expected)
    assert bool(score.doubts) == (stated in ("OR", "hazard ratio"))


def test_a_build_that_was_not_reported_is_named_as_that(tmp_path):
    text = HEADER.replace("GRCh37", "NR") + f"{COLUMNS}\n1\t1\tA\tG\t2\n"
    with pytest.raises(GenostratError) as told:
        read_score(write(tmp_path, text), build="GRCh38")
    assert "#genome_build=NR (not reported)" in str(told.value)
    assert "hmPOS_GRCh38" in str(told.value)
    harmonised = text.replace("#genome", "#HmPOS_build=GRCh38\n#genome")
    harmonised = harmonised.replace(COLUMNS, COLUMNS + "\thm_chr\thm_pos")
    harmonised = harmonised.replace("G\t2\n", "G\t2\t1\t7\n")
    score = read_score(write(tmp_path, harmonised), build="GRCh38")
    assert score.position.tolist() == [7]


def test_columns_that_are_absent_are_named_beside_their_build(tmp_path):
    text = f"{HEADER}rsID\teffect_allele\teffect_weight\nrs1\tA\t1\n"
    with pytest.raises(GenostratError, match="GRCh37, no chr_name, chr_position"):
        read_score(write(tmp_path, text), build="GRCh37")
