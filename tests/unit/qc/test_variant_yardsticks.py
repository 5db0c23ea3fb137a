"""Variants held against families, a sequence and a panel: what is planted is found."""

import numpy as np
import pandas as pd
import pysam
import pytest
from genotype_stores import write_store

from genostrat.catalogues.quality_rules import (
    ALLELE_BALANCE,
    EXCHANGED_ALLELES,
    FOREIGN_ALLELES,
    LOW_DEPTH,
    MENDEL_ERRORS,
    UNLIKE_PANEL,
    VARIANT_RULES,
)
from genostrat.errors import GenostratError
from genostrat.genome import sequence
from genostrat.genome.sequence import Genome, find_sequence_problems
from genostrat.genotypes.builds import GRCH37
from genostrat.genotypes.store import Store
from genostrat.qc.variants.groups import find_groups
from genostrat.qc.variants.inheritance import Families
from genostrat.qc.variants.judging import Yardsticks, judge_variants
from genostrat.qc.variants.ledger import write_ledger
from genostrat.qc.variants.panel import count_panel
from genostrat.report.words.variant_quality import describe_comparisons
from genostrat.sheets.pedigree import read_pedigree

POLICY = {
    "min_call_rate": 0.9,
    "max_missing_difference": 0.1,
    "min_frequency_p": 1e-8,
    "min_proportion_p": 1e-8,
    "max_mendel_error_rate": 0.1,
    "min_panel_p": 1e-8,
    "max_balance_deviation": 0.25,
    "min_mean_depth": 5,
} | {rule.action_key: "exclude" for rule in VARIANT_RULES}
COMPLEMENT = str.maketrans("ACGT", "TGCA")


@pytest.fixture
def rng():
    return np.random.default_rng(11)


def judge(store, yardsticks, *, sheet=None, ancestry=None):
    if sheet is None:
        sheet = pd.DataFrame({"sample_id": store.samples, "sex": "female"})
    groups = find_groups(store.samples, sheet, columns=(), ancestry=ancestry)
    judgement = judge_variants(
        store,
        groups,
        policy=POLICY,
        min_sample_call_rate=0.9,
        has_two_x=np.ones(len(store.samples), bool),
        yardsticks=yardsticks,
    )
    return judgement, write_ledger(store, judgement, groups, POLICY)


def drop_genes(parents, rng):
    """Return children of parents (n_variants, 2, n_families)."""
    return rng.binomial(1, parents / 2).sum(axis=1)


def make_trios(rng, *, n_variants, n_trios):
    """Return genotypes of fathers, mothers, children, and the sheet of them."""
    frequencies = rng.uniform(0.2, 0.5, n_variants)[:, None, None]
    parents = rng.binomial(2, frequencies, (n_variants, 2, n_trios))
    calls = np.concatenate([parents[:, 0], parents[:, 1], drop_genes(parents, rng)], 1)
    names = [f"{who}{i:02}" for who in "fmc" for i in range(n_trios)]
    fathers = ["" for _ in range(2 * n_trios)] + names[:n_trios]
    mothers = ["" for _ in range(2 * n_trios)] + names[n_trios : 2 * n_trios]
    sex = np.repeat(["male", "female", "female"], n_trios)
    sheet = pd.DataFrame(
        {"sample_id": names, "sex": sex, "father_id": fathers, "mother_id": mothers}
    )
    return calls, sheet


def families_of(sheet):
    return Families(
        read_pedigree(sheet),
        dict(zip(sheet["sample_id"], sheet["sex"], strict=True)),
        GRCH37,
        max_error_rate=0.02,
        min_sites=100,
    )


def test_variants_that_break_inheritance_are_found_and_false_families_are_not_asked(
    tmp_path, rng
):
    n, n_trios = 1200, 25
    calls, sheet = make_trios(rng, n_variants=n, n_trios=n_trios)
    bad, children = range(20), slice(2 * n_trios, None)
    for row in bad:  # a third of the children carry what nobody gave them
        block = calls[row, children]
        block[rng.random(n_trios) < 0.5] = 2
        calls[row, :n_trios] = 0
    # two children are not of their parents: all variants would be to blame
    for family in (3, 9):
        calls[:, 2 * n_trios + family] = rng.binomial(2, 0.35, n)
    calls[500, 2 * n_trios] = 2 - calls[500, 0]  # one error, as mutations make them
    names = list(sheet["sample_id"])
    store = write_store(tmp_path, {"1": (range(1, n + 1), calls)}, samples=names)
    judgement, ledger = judge(store, Yardsticks(families_of(sheet)), sheet=sheet)
    assert judgement.n_families == n_trios - 2
    caught = judgement.findings[MENDEL_ERRORS].caught
    assert caught[:20].all()
    assert not caught[20:].any()
    assert ledger.record["n_families"] == n_trios - 2
    rows = ledger.rows[ledger.rows["rule"] == "mendel_errors"]
    assert (rows["value"] > 0.1).all()
    assert "25" not in describe_comparisons(ledger.record)
    assert "23\N{NO-BREAK SPACE}families" in describe_comparisons(ledger.record)


def test_without_families_inheritance_is_said_not_to_be_looked_at(tmp_path, rng):
    calls = rng.binomial(2, 0.3, (50, 40))
    store = write_store(tmp_path, {"1": (range(1, 51), calls)})
    sheet = pd.DataFrame({"sample_id": store.samples, "sex": "female"})
    judgement, ledger = judge(store, Yardsticks(families_of(sheet)))
    assert MENDEL_ERRORS not in judgement.findings
    assert "Inheritance was not looked at" in describe_comparisons(ledger.record)
    assert "was not looked for" in describe_comparisons(ledger.record)


@pytest.fixture
def genome(tmp_path, rng, monkeypatch):
    """A genome of two small contigs; return its path and their bases."""
    bases = {name: "".join(rng.choice(list("ACGT"), 5000)) for name in ("1", "X")}
    bases["1"] = bases["1"][:4990] + "N" * 10
    path = tmp_path / "genome.fa"
    written = {f"chr{name}": text.lower() for name, text in bases.items()}
    path.write_text("".join(f">{name}\n{text}\n" for name, text in written.items()))
    pysam.faidx(str(path))
    lengths = dict.fromkeys(("1", "X"), 5000)
    monkeypatch.setattr(sequence, "LENGTHS", {"GRCh37": lengths, "GRCh38": {}})
    monkeypatch.setattr(sequence, "WINDOW_BASES", 700)
    return path, bases


def test_alleles_are_held_against_the_sequence(tmp_path, rng, genome):
    path, bases = genome
    positions = np.arange(10, 4010, 10)
    others = {"A": "C", "C": "A", "G": "T", "T": "G"}  # none of them a complement
    pairs = [(bases["1"][p - 1], others[bases["1"][p - 1]]) for p in positions]
    pairs[:5] = [(alt, ref) for ref, alt in pairs[:5]]
    flipped = [tuple(a.translate(COMPLEMENT) for a in pair) for pair in pairs[5:9]]
    pairs[5:9] = flipped
    base = bases["1"][positions[9] - 1]
    pairs[9] = (base.translate(COMPLEMENT), base)
    at = positions[10] - 1
    pairs[10] = (bases["1"][at : at + 3], bases["1"][at])
    pairs[11] = (bases["1"][positions[11] - 1], "<DEL>")
    store = write_store(
        tmp_path / "store",
        {"1": ([*positions, 4995], rng.binomial(2, 0.3, (401, 40)))},
        alleles=[*pairs, ("A", "C")],
    )
    with Genome(path, build="GRCh37") as opened:
        judgement, ledger = judge(store, Yardsticks(genome=opened))
    foreign = np.flatnonzero(judgement.findings[FOREIGN_ALLELES].caught)
    exchanged = np.flatnonzero(judgement.findings[EXCHANGED_ALLELES].caught)
    assert foreign.tolist() == [5, 6, 7, 8]
    assert exchanged.tolist() == [0, 1, 2, 3, 4, 9]
    assert ledger.record["alleles"]["sequence"] == {
        "as the genome": 390,
        "exchanged": 5,
        "exchanged or of the other strand": 1,
        "of the other strand": 4,
        "not the genome's": 0,
    }, "what lies in N is not told"
    rows = ledger.rows.set_index("position")
    assert rows.loc[60, "group"] == "of the other strand"
    assert np.isnan(rows.loc[60, "threshold"])
    # An array that does not tell its strand has many on the other one.
    with Genome(path, build="GRCh37") as opened:
        told = Yardsticks(genome=opened, strand_known=False)
        judgement, _ = judge(store, told)
    assert not judgement.findings[FOREIGN_ALLELES].caught.any()
    assert judgement.findings[EXCHANGED_ALLELES].caught[5:9].all()


def test_a_sequence_that_is_not_the_builds_is_refused(genome, tmp_path, monkeypatch):
    path, _ = genome
    monkeypatch.setattr(sequence, "LENGTHS", {"GRCh37": {"1": 5001, "X": 5000}})
    with pytest.raises(GenostratError, match="not the sequence of GRCh37"):
        Genome(path, build="GRCh37")
    (problem,) = find_sequence_problems(path, build="GRCh37")
    assert "5001 bases" in str(problem)
    path.with_suffix(".fa.fai").unlink()
    (problem,) = find_sequence_problems(path, build="GRCh37")
    assert "samtools faidx" in str(problem)
    other = tmp_path / "mouse.fa"
    other.write_text(">scaffold_1\nACGT\n")
    pysam.faidx(str(other))
    (problem,) = find_sequence_problems(other, build="GRCh37")
    assert "scaffold_1" in str(problem)
    other.with_suffix(".fa.fai").write_text("nonsense\n")
    assert list(find_sequence_problems(other, build="GRCh37"))


def make_panel_and_cohort(tmp_path, rng, *, drift=0.01):
    """Return a panel, its people, a cohort of both peoples and their ancestry."""
    n = 1500
    ancestral = rng.uniform(0.1, 0.9, n)
    shape = (1 - 0.1) / 0.1
    peoples = [rng.beta(shape * ancestral, shape * (1 - ancestral)) for _ in "AB"]
    own = [np.clip(p + rng.normal(0, drift, n), 0.01, 0.99) for p in peoples]
    panel = np.hstack([rng.binomial(2, p[:, None], (n, 60)) for p in peoples])
    calls = np.hstack([rng.binomial(2, p[:, None], (n, 80)) for p in own])
    pairs = [("A", "G") if i % 3 else ("A", "T") for i in range(n)]
    positions = range(1, n + 1)
    panel = write_store(tmp_path / "p", {"1": (positions, panel)}, alleles=pairs)
    people = pd.DataFrame(
        {"sample_id": panel.samples, "ancestry": np.repeat(["AAA", "BBB"], 60)}
    )
    labels = np.repeat(["AAA", "BBB"], 80)
    return panel, people, calls, pairs, labels, peoples


def test_the_panel_tells_strand_and_frequency(tmp_path, rng):
    panel, people, calls, pairs, labels, peoples = make_panel_and_cohort(tmp_path, rng)
    far = np.abs(peoples[0] - 0.5) > 0.25
    palindromic = np.array([pair == ("A", "T") for pair in pairs])
    turned = np.flatnonzero(palindromic & far)[:30]
    calls[turned] = 2 - calls[turned]
    written = list(pairs)
    exchanged = np.flatnonzero(~palindromic)[:40]
    for row in exchanged:
        written[row] = ("G", "A")
        calls[row] = 2 - calls[row]
    strand = np.flatnonzero(~palindromic)[40:60]
    for row in strand:
        written[row] = ("T", "C")
    store = write_store(tmp_path / "c", {"1": (range(1, 1501), calls)}, alleles=written)
    ancestry = pd.DataFrame({"sample_id": store.samples, "ancestry": labels})
    counts = count_panel(store, panel, people, strand_known=True)
    judgement, ledger = judge(store, Yardsticks(panel=counts), ancestry=ancestry)
    unlike = np.flatnonzero(judgement.findings[UNLIKE_PANEL].caught)
    assert unlike.tolist() == turned.tolist()
    foreign = np.flatnonzero(judgement.findings[FOREIGN_ALLELES].caught)
    assert foreign.tolist() == strand.tolist()
    assert ledger.record["alleles"]["panel"]["exchanged"] == len(exchanged)
    assert EXCHANGED_ALLELES not in judgement.findings
    left = Store(tmp_path / "c", ledger.set_aside)
    assert len(left.contigs[0].variants) == 1500 - len(turned) - len(strand)
    # A panel whose own strand nobody knows accuses no variant of lying on the other.
    counts = count_panel(store, panel, people, strand_known=False)
    judgement, _ = judge(store, Yardsticks(panel=counts), ancestry=ancestry)
    assert not judgement.findings[FOREIGN_ALLELES].caught.any()


def test_a_people_that_drifted_from_the_panels_costs_no_variant(tmp_path, rng):
    panel, people, calls, pairs, labels, _ = make_panel_and_cohort(
        tmp_path, rng, drift=0.05
    )
    store = write_store(tmp_path / "c", {"1": (range(1, 1501), calls)}, alleles=pairs)
    ancestry = pd.DataFrame({"sample_id": store.samples, "ancestry": labels})
    counts = count_panel(store, panel, people, strand_known=True)
    judgement, ledger = judge(store, Yardsticks(panel=counts), ancestry=ancestry)
    assert not judgement.findings[UNLIKE_PANEL].caught.any()
    assert ledger.record["n_excluded"] == 0


def test_odd_reads_of_heterozygotes_are_found_where_there_are_enough(tmp_path, rng):
    n = 60
    calls = rng.binomial(2, 0.3, (n, 100))
    store = write_store(tmp_path, {"1": (range(1, n + 1), calls)})
    n_het = (calls == 1).sum(axis=1)
    alt = rng.binomial(30 * n_het, 0.48)
    alt[:4] = [
        rng.binomial(30 * k, p)
        for k, p in zip(n_het, (0.1, 0.2, 0.8, 0.3), strict=False)
    ]
    sums = np.stack(
        [30 * n_het - alt, alt, n_het, 100 * 30 + 0 * alt, 100 + 0 * alt], 1
    )
    sums[4] = [90, 10, 4, 120, 40]  # too few heterozygotes, and three reads a call
    sums[5] = [40, 5, 6, 57, 19]  # too few reads, in too few people
    sums[6] = 0
    judgement, ledger = judge(store, Yardsticks(reads={"1": sums}))
    balance, depth = judgement.findings[ALLELE_BALANCE], judgement.findings[LOW_DEPTH]
    assert np.flatnonzero(balance.caught).tolist() == [0, 1, 2]
    assert np.isnan(balance.values[4:7]).all()
    assert np.flatnonzero(depth.caught).tolist() == [4]
    assert ledger.record["n_with_reads"] == n - 2
    assert "looked at in 58" in describe_comparisons(ledger.record)
    sums[9] = [25, 75, 10, 500, 100]  # at both limits nothing is caught
    judgement, _ = judge(store, Yardsticks(reads={"1": sums}))
    assert judgement.findings[ALLELE_BALANCE].values[9] == 0.75
    assert not judgement.findings[ALLELE_BALANCE].caught[9]
    assert not judgement.findings[LOW_DEPTH].caught[9]
    judgement, ledger = judge(store, Yardsticks())
    assert ALLELE_BALANCE not in judgement.findings
    assert "Reads were not looked at" in describe_comparisons(ledger.record)
