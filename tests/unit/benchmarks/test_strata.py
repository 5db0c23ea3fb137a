"""The comparisons of strata with known classes and the peer, on made-up answers."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import CensoredData, logrank

from benchmarks import consensus_plus, consensus_speed, consensus_steps, validate
from benchmarks.compare import Run
from benchmarks.sections import put_section, section_of, split_sections
from benchmarks.validation import consensus_peer, strata
from benchmarks.validation.comparisons import logrank_p
from benchmarks.validation.strata_cohorts import Cohort, mutation_matrix, pool_studies
from genostrat.seeds import random_generator


@pytest.mark.parametrize(
    ("area", "k"),
    [
        ({2: 0.50, 3: 0.60, 4: 0.64, 5: 0.72}, 3),  # gains 20 %, 7 %, 12 %
        ({2: 0.50, 3: 0.54, 4: 0.70}, 2),
        ({2: 0.40, 3: 0.50, 4: 0.60}, 4),
    ],
)
def test_area_stops_before_the_first_group_that_adds_little(area, k):
    assert consensus_peer.k_by_area(area) == k


def test_pac_takes_the_lowest_and_the_smaller_of_two_alike():
    assert consensus_peer.k_by_pac({2: 0.3, 3: 0.1, 4: 0.2}) == 3
    assert consensus_peer.k_by_pac({4: 0.1, 3: 0.1, 2: 0.2}) == 3


def test_pairs_that_all_agree_have_no_pac_and_their_area_is_the_share_apart():
    pairs = np.array([0, 0, 0, 1.0])
    assert consensus_peer.share_ambiguous(pairs) == 0
    assert consensus_peer.area_below(pairs) == pytest.approx(0.75)
    assert consensus_peer.share_ambiguous(np.array([0.05, 0.5, 0.5, 0.95])) == 0.5


def test_area_is_that_below_the_distribution():
    pairs = random_generator(1, "area").beta(0.3, 0.5, size=2000)
    grid = (np.arange(20_000) + 0.5) / 20_000
    below = np.searchsorted(np.sort(pairs), grid, side="right") / len(pairs)
    assert consensus_peer.area_below(pairs) == pytest.approx(below.mean(), abs=1e-4)


def test_the_peer_finds_planted_groups_and_answers_once(tmp_path):
    if consensus_plus.why_not():
        pytest.skip(consensus_plus.why_not())
    rng = random_generator(1, "peer")
    group = np.repeat([0, 1, 2], 12)
    values = rng.normal(size=(36, 60))
    values[:, :20] += 4 * np.eye(3)[group] @ rng.normal(size=(3, 20))
    asked = {"method": "hc, Ward", "max_k": 5, "resamples": 30}
    found = consensus_peer.run_peer(values, tmp_path, **asked)
    assert sorted(found.pac) == sorted(found.area) == [2, 3, 4, 5]
    assert consensus_peer.k_by_pac(found.pac) == 3
    assert strata.agree(found.classes[3], pd.Series(group))[1] == 1
    written = (tmp_path / "answer.json").stat().st_mtime_ns
    assert consensus_peer.run_peer(values, tmp_path, **asked) == found
    assert (tmp_path / "answer.json").stat().st_mtime_ns == written
    other = consensus_peer.run_peer(values[:, ::2], tmp_path, **asked)
    assert other.pac != found.pac, "another matrix is another question"


def test_an_absent_peer_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(strata, "why_not", lambda: "Rscript is not installed")
    said = strata.describe_peer(None, None, None, k=2, folder=tmp_path, max_k=6)
    assert said == "not run: Rscript is not installed"


def maf(*rows):
    names = ["Hugo_Symbol", "Variant_Classification", "Tumor_Sample_Barcode"]
    return pd.DataFrame(rows, columns=names)


def test_mutations_are_yes_or_no_and_silent_ones_none():
    rows = [("FLT3", "In_Frame_Ins", f"P{i}") for i in range(5)]
    rows += [("FLT3", "Missense_Mutation", "P0")]  # a second one in the same patient
    rows += [("TTN", "Silent", f"P{i}") for i in range(9)]
    rows += [("TP53", "Nonsense_Mutation", f"P{i}") for i in range(4)]
    matrix = mutation_matrix(maf(*rows))
    assert list(matrix.index) == ["FLT3"], "TP53 is in four patients, TTN silent"
    assert list(matrix.columns) == [f"P{i}" for i in range(9)]
    assert matrix.loc["FLT3"].tolist() == [1] * 5 + [0] * 4


def test_studies_are_pooled_on_common_genes_and_names_stay_apart():
    tables = {
        "A": pd.DataFrame({"P1": [1, 2, 3]}, index=["x", "y", "z"]),
        "B": pd.DataFrame({"P1": [6, 5], "P2": [8, 7]}, index=["z", "y"]),
    }
    clinical = {
        name: pd.DataFrame(
            {"sample": table.columns, "sex": "F", "age": "50", "tissueid": "Skin"}
        ).assign(response="R", further="not carried")
        for name, table in tables.items()
    }
    matrix, sheet = pool_studies(tables, clinical)
    assert list(matrix.index) == ["y", "z"]
    assert list(matrix.columns) == ["A_P1", "B_P1", "B_P2"] == list(sheet["sample_id"])
    assert matrix["B_P1"].tolist() == [5, 6], "by name, not by place"
    assert list(sheet["centre"]) == ["A", "B", "B"]
    assert "further" not in sheet


@pytest.mark.parametrize("seed", range(4))
def test_logrank_of_two_groups_is_scipys(seed):
    rng = random_generator(seed, "logrank")
    group = rng.random(60) < 0.4
    time = np.ceil(rng.exponential(np.where(group, 8, 12)))  # with ties
    event = rng.random(60) < 0.7
    sides = [
        CensoredData(time[part & event], right=time[part & ~event])
        for part in (group, ~group)
    ]
    assert logrank_p(time, event, group) == pytest.approx(logrank(*sides).pvalue)


def test_logrank_of_three_groups_is_uniform_without_a_difference():
    rng = random_generator(1, "logrank null")
    p_values = [
        logrank_p(rng.exponential(size=60), rng.random(60) < 0.8, np.arange(60) % 3)
        for _ in range(300)
    ]
    assert 0.02 < np.mean(np.array(p_values) <= 0.05) < 0.09
    assert 0.4 < np.mean(p_values) < 0.6


def test_follow_up_that_is_no_number_is_not_followed():
    sheet = pd.DataFrame(
        {"t": ["5", "-Inf", "NA", "-3", "", "7"], "e": ["1", "1", "0", "1", "1", "NA"]}
    )
    assert strata.follow(sheet, ("t", "e"))[2].tolist() == [True] + [False] * 5
    words = pd.DataFrame({"t": ["1", "2"], "e": ["True", "False"]})
    assert strata.follow(words, ("t", "e"))[1].tolist() == [1, 0]


def test_agreement_leaves_out_patients_without_a_label():
    sheet = pd.DataFrame({"kind": ["a", "a", "b", "b", "NA"]})
    n, ari, ami = strata.agree([0, 0, 1, 1, 1], sheet["kind"])
    assert (n, ari, ami) == (4, 1, 1)
    cohort = Cohort("c", "c", sheet, [], labels=("kind",))
    said = strata.describe_agreement([0, 0, 1, 1, 1], sheet, cohort)
    assert said == "kind 1.00/1.00"


def test_known_classes_are_told_with_rare_ones_counted():
    kinds = [f"k{i}" for i in range(10) for _ in range(11 - i)] + [""]
    cohort = Cohort("c", "c", pd.DataFrame({"kind": kinds}), [], labels=("kind",))
    said = strata.describe_known(cohort.sheet, cohort)
    assert said.startswith("kind: 11 k0, 10 k1")
    assert said.endswith("4 k7, 2 more")


def test_audit_names_what_is_flagged():
    table = pd.DataFrame(
        {"confounder": ["age", "centre"], "flag": [np.nan, "recovers_strata"]}
    )
    assert strata.describe_audit(table) == "audit: centre recovers strata"
    assert strata.describe_audit(table[:1]) == "audit: nothing flagged"
    assert strata.describe_audit(table[:0]) == "nothing to audit"


PAGE = "# Page\n\nWords.\n\n## One\n\ntext\n\n## Last\n\nend\n"


def test_a_section_is_replaced_and_the_others_stay():
    page = put_section(PAGE, "New", "| a |\n", before="Last")
    assert list(split_sections(page)[1]) == ["One", "New", "Last"]
    assert section_of(page, "New") == "| a |"
    again = put_section(page, "New", "other", before="Last")
    assert section_of(again, "New") == "other"
    assert again.replace("other", "| a |") == page
    assert put_section(PAGE, "One", "text") == PAGE
    assert section_of(PAGE, "Absent") == ""
    assert list(split_sections(put_section(PAGE, "New", "x"))[1])[-1] == "New"


def test_a_shortened_run_is_lengthened_but_for_its_start():
    run = consensus_speed.lengthen(Run([11.0], [6.0], 5.0), Run([1.0], [2.0]), 100)
    assert run.wall == [1001.0]
    assert run.cpu == [402.0]
    assert run.peak_mb == 5.0


def test_the_speed_cohort_has_three_groups_that_are_found(tmp_path, capsys):
    path = consensus_speed.matrix_of(tmp_path, 60)
    values = consensus_steps.read_matrix(path, 60)
    assert values.shape == (60, consensus_speed.N_FEATURES)
    assert np.allclose(values.std(axis=0), 1)
    consensus_steps.make_consensus(values, range(2, 5), "kmeans", 20)
    means = [float(line.split()[-1]) for line in capsys.readouterr().out.splitlines()]
    assert len(means) == 3
    assert means[1] == pytest.approx(1 / 3, abs=0.03), "a third of pairs are together"


def test_measurements_are_taken_up_only_of_the_same_command(tmp_path):
    first = consensus_speed.Timer(tmp_path, resume=True).measure("step", "true")
    assert consensus_speed.Timer(tmp_path, resume=True).measure("step", "true") == first
    other = consensus_speed.Timer(tmp_path, resume=True).measure("step", "sleep 0.2")
    assert other.wall[0] > 0.2
    again = consensus_speed.Timer(tmp_path, resume=False).measure("step", "true")
    assert again.wall != other.wall


def test_a_page_keeps_the_topics_that_were_never_run_here(tmp_path, monkeypatch):
    page = tmp_path / "validation.md"
    page.write_text(
        "# V\n\nWords.\n\nPython 3.1, tool 7.\n\n## Sex\n\nas it was\n\n"
        "## Swaps\n\nso\n"
    )
    words = ["validate", "--data", str(tmp_path), "--folder", str(tmp_path / "f")]
    monkeypatch.setattr("sys.argv", [*words, "--out", str(page), "--only", "strata"])
    with pytest.raises(SystemExit) as ended:
        validate.main()
    assert ended.value.code == 0, "absent data are no failure"
    text = page.read_text()
    assert section_of(text, "Sex") == "as it was"
    assert section_of(text, "Swaps") == "so"
    assert section_of(text, "Strata").count("not run: absent") == len(strata.CHECKS)
    assert list(split_sections(text)[1])[: len(validate.TOPICS)] == [
        title for title, _ in validate.TOPICS
    ]
    assert "\nPython 3.1, tool 7.\n" in text
