"""Kinship: UW's KING table, plink2 on the same sites, and people present twice."""

import functools
import shlex
import subprocess

import numpy as np
import pandas as pd

from benchmarks.validation import cohorts
from benchmarks.validation.comparisons import compare_kinship, pair_values
from benchmarks.validation.rows import Check, Row, count, tally
from benchmarks.validation.workbench import default_policy
from genostrat.genotypes.store import Store
from genostrat.qc.relatedness.king import find_pairs, measure_pairs
from genostrat.qc.relatedness.kinship import KinshipOptions, choose_sites

DEGREES = ("duplicate", "first", "second", "third")


@functools.cache
def run_uwgac(bench):
    """Run the cohort with every pair listed that KING's table could list."""
    return bench.run(
        "kg3_uwgac_1126",
        sheet=cohorts.uwgac_sheet(bench),
        genotypes=cohorts.vcf(bench, "kg3_uwgac_1126/kg3_uwgac_1126.GRCh37.vcf.gz"),
        ingest={"filters": ["PASS"], "pieces": 2},
        qc={"min_kinship_written": 0.0221},
    )


def sites_of(store):
    """Return the variants that the workflow measures kinship on."""
    policy = default_policy()["qc"]
    options = KinshipOptions(
        min_kinship=policy["min_kinship_written"],
        min_sites=policy["min_sites_kinship"],
        min_maf=policy["min_maf"],
        max_missing_rate=policy["max_missing_rate"],
    )
    return choose_sites(store, options)


def all_kinships(results, *, simple=False):
    """Return frozenset of two samples → kinship of every pair, and how many sites.

    The workflow lists pairs that can be told from chance; this asks for all. Simple
    sites are those of records with one alternate allele.
    """
    store = Store(results / "genotypes/store")
    rows = sites_of(store).rows
    if simple:
        for contig in store.autosomes:
            shared = contig.variants["position"].duplicated(keep=False).to_numpy()
            rows[contig.name] = rows[contig.name][~shared[rows[contig.name]]]
    found = find_pairs(store, min_kinship=-np.inf, rows=rows)
    samples = np.array(store.samples)[found.samples]
    pairs = zip(samples[:, 0], samples[:, 1], found.kinship, strict=True)
    kinships = {frozenset((a, b)): float(value) for a, b, value in pairs}
    return kinships, sum(map(len, rows.values()))


def standard_errors(results, table):
    """Return the standard error of kinship of each pair of a table."""
    store = Store(results / "genotypes/store")
    sites = sites_of(store)
    place = {name: number for number, name in enumerate(store.samples)}
    numbers = table[["sample_1", "sample_2"]].map(place.__getitem__)
    pairs = np.sort(numbers.to_numpy(np.intp), axis=1)
    return measure_pairs(store, sites.rows, pairs, sites.blocks, threads=1)[1]


def known_pairs(bench):
    table = cohorts.read(bench, "kg3_uwgac_1126/king_related_pairs.tsv")
    table = table.rename(
        columns={"id1": "sample_1", "id2": "sample_2", "king_kinship": "kinship"}
    )
    table["kinship"] = table["kinship"].astype(float)
    return table


def check_king_table(bench):
    run = run_uwgac(bench)
    known = known_pairs(bench)
    listed = run.table("qc/relatedness.tsv")
    kinships, n_sites = all_kinships(run.results)
    compared = compare_kinship(known, kinships)
    listed_pairs = set(pair_values(listed, "kinship"))
    pairs = zip(compared["sample_1"], compared["sample_2"], strict=True)
    compared["standard_error"] = standard_errors(run.results, compared)
    compared["listed"] = [frozenset(pair) in listed_pairs for pair in pairs]
    compared.to_csv(bench.scratch("uwgac_kinship_pairs.tsv"), sep="\t", index=False)
    strangers = listed[
        [
            frozenset(pair) not in set(pair_values(known, "kinship"))
            for pair in zip(listed["sample_1"], listed["sample_2"], strict=True)
        ]
    ]
    rows = [
        _row_of_degree(degree, compared, n_sites)
        for degree in ("first", "second", "third")
    ]
    return [*rows, _row_beyond(compared, listed, strangers)]


def _row_of_degree(degree, compared, n_sites):
    ours = compared[compared["known_degree"] == degree]
    gap = ours["difference"]
    error = ours["standard_error"]
    far = int((gap.abs() > 3 * error).sum())
    moved = ours[ours["our_degree"] != degree]
    moves = "; ".join(
        f"{row.known:.3f} became {row.ours:.3f}" for row in moved.itertuples()
    )
    named = [name or "below third" for name in ours["our_degree"]]
    return Row(
        f"uwgac_{degree}_degree",
        f"kg3_uwgac_1126, {n_sites:,} common autosomal SNVs",
        f"{count(len(ours), 'pair')} of {degree} degree, kinship"
        f" {ours['known'].min():.3f} to {ours['known'].max():.3f}",
        f"by kinship alone: {tally(named)}; told from chance and listed:"
        f" {int(ours['listed'].sum())}",
        f"kinship {gap.mean():+.3f} on average, largest {gap.abs().max():.3f};"
        f" our standard error {error.median():.3f} (median), {far} beyond three of them"
        + (f"; of another degree: {moves}" if moves else "; no pair of another degree"),
    )


def _row_beyond(compared, listed, strangers):
    distant = compared[compared["known_degree"] == ""]
    halves = np.isclose(
        compared["known"] * 20_000, (compared["known"] * 20_000).round()
    )
    fours = np.isclose(compared["known"] * 10_000, (compared["known"] * 10_000).round())
    close = strangers[strangers["relationship"].isin(DEGREES)]
    return Row(
        "uwgac_beyond",
        "kg3_uwgac_1126, pairs that are not of third degree or closer in their table",
        f"{count(len(distant), 'pair')} listed below third degree, kinship from"
        f" {distant['known'].min():.3f}; all others not listed. Of all {len(compared)}"
        f" values {int(halves.sum())} are halves of numbers with four decimals,"
        f" {int((~fours).sum())} of them have five",
        f"of those {len(distant)} we list {int(distant['listed'].sum())}; listed by us"
        f" and not in their table: {len(strangers)}, of which"
        f" {tally(close['relationship'])} of third degree or closer",
        f"correlation of kinship over all {len(compared)} pairs of their table:"
        f" {compared['known'].corr(compared['ours']):.3f}; of the listed strangers the"
        f" closest has {strangers['kinship'].max():.3f}"
        if len(strangers)
        else f"correlation of kinship over all {len(compared)} pairs of their table:"
        f" {compared['known'].corr(compared['ours']):.3f}",
    )


def check_plink2(bench):
    run = run_uwgac(bench)
    kinships, n_sites = all_kinships(run.results, simple=True)
    policy = default_policy()["qc"]
    out = bench.scratch("uwgac.plink2")
    path = bench.data / "kg3_uwgac_1126/kg3_uwgac_1126.GRCh37.vcf.gz"
    command = (
        f"plink2 --vcf {shlex.quote(str(path))} --var-filter --autosome"
        " --max-alleles 2 --snps-only just-acgt --threads 2"
        f" --maf {policy['min_maf']} --geno {policy['max_missing_rate']}"
        f" --make-king-table --out {shlex.quote(str(out))}"
    )
    subprocess.run(shlex.split(command), check=True, capture_output=True)
    table = pd.read_csv(f"{out}.kin0", sep="\t", dtype={"#IID1": str, "IID2": str})
    gaps = [
        abs(kinships[frozenset((one, two))] - value)
        for one, two, value in zip(
            table["#IID1"], table["IID2"], table["KINSHIP"], strict=True
        )
    ]
    version = subprocess.run(
        ["plink2", "--version"], check=True, capture_output=True, text=True
    ).stdout.split(" (")[0]
    return [
        Row(
            "uwgac_plink2",
            f"kg3_uwgac_1126, all {len(table):,} pairs, sites with one alternate"
            " allele",
            f"{version.strip()} --make-king-table on"
            f" {int(table['NSNP'].max()):,} sites",
            f"kinship of the same pairs on {n_sites:,} sites",
            f"largest {max(gaps):.1e} (plink2 prints six digits)",
        )
    ]


def check_people_twice(bench):
    sheet = cohorts.hail_sheet(bench)
    run = run_hail(bench)
    same = cohorts.pairs_of_replicates(sheet)
    people = sheet["subject_id"].value_counts()
    record = run.record("qc/relatedness.json")
    kinships, _ = all_kinships(run.results)
    twice = np.array([kinships[pair] for pair in same])
    others = np.array([value for pair, value in kinships.items() if pair not in same])
    bound = twice.min()
    answer = (
        f"{len(run.table('qc/relatedness.tsv'))} pairs listed"
        if record["assessable"]
        else "not assessable"
    )
    return [
        Row(
            "hail_twice",
            f"hail_1kg_100, sample.vcf: {record['n_sites']} common SNVs of chr20",
            f"{int((people > 1).sum())} people present more than once,"
            f" {count(len(same), 'pair')} of samples of one person",
            f"workflow: {answer} ({record['n_sites']} sites in {record['n_blocks']}"
            f" stretches). Asked all the same, KING gives these pairs"
            f" {twice.min():.2f} to {twice.max():.2f}, median {np.median(twice):.2f}",
            f"of {len(others):,} other pairs,"
            f" {int((others >= 0.354).sum())} have the kinship of a duplicate and"
            f" {int((others >= bound).sum())} at least that of the lowest true one",
        )
    ]


@functools.cache
def run_hail(bench):
    return bench.run(
        "hail_1kg_100",
        sheet=cohorts.hail_sheet(bench),
        genotypes=cohorts.vcf(bench, "hail_1kg_100/sample.vcf.gz"),
    )


CHECKS = [
    Check("uwgac_king", ("kg3_uwgac_1126",), check_king_table),
    Check("uwgac_plink2", ("kg3_uwgac_1126",), check_plink2, tools=("plink2",)),
    Check("hail_twice", ("hail_1kg_100",), check_people_twice),
]
