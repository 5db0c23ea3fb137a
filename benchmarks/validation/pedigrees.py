"""Declared parents and replicates against the genotypes, and Mendel errors."""

import functools

import numpy as np
import pysam

from benchmarks.validation import cohorts
from benchmarks.validation.comparisons import pair_values
from benchmarks.validation.relatedness import run_hail
from benchmarks.validation.rows import Check, Row, count, tally
from benchmarks.validation.workbench import default_policy


@functools.cache
def run_ceu(bench):
    return bench.run(
        "ceu_exome22_22",
        sheet=cohorts.ceu_sheet(bench),
        genotypes=cohorts.vcf(bench, "ceu_exome22_22/ceu_exome22_22.GRCh37.vcf.gz"),
    )


@functools.cache
def run_trio(bench):
    return bench.run(
        "gatk_ceutrio",
        sheet=cohorts.trio_sheet(),
        genotypes=cohorts.vcf(bench, "gatk_ceutrio_fmt/CEU.trio.chr1.b37.vcf.gz"),
    )


def exchange_parents(sheet):
    """Return the sheet with the parents of each whole trio given to the next one."""
    trios = cohorts.trios_of(sheet)
    changed = sheet.set_index("sample_id")
    for (child, *_), (_, father, mother) in zip(
        trios, trios[1:] + trios[:1], strict=True
    ):
        changed.loc[child, ["father_id", "mother_id"]] = [father, mother]
    return changed.reset_index()


def count_errors(calls):
    """Return sites, informative ones, and errors of a trio.

    Parameters
    ----------
    calls
        Rows of child, father, mother; −9 missing. A site is informative where not all
        three are the same homozygote.

    Notes
    -----
    A child has one allele of each parent: a parent can give no alternate allele of 0,
    one or none of 1, and one of 2.
    """
    whole = calls[(calls >= 0).all(axis=1)]
    child, *parents = whole.T
    least = sum(parent // 2 for parent in parents)
    most = sum((parent + 1) // 2 for parent in parents)
    dull = (whole[:, :1] == whole).all(axis=1) & (child != 1)
    n_errors = int(((child < least) | (child > most)).sum())
    return len(whole), int((~dull).sum()), n_errors


def recount(path, trios):
    """Count what :func:`count_errors` does over some trios of a VCF, by htslib alone.

    Records with FILTER PASS or none, each alternate allele for itself, as the workflow
    reads them by default; half-calls are missing.
    """
    rows = {trio: [] for trio in trios}
    # Some of these files have hardly a header, which htslib says of every field.
    said = pysam.set_verbosity(0)
    with pysam.VariantFile(str(path)) as file:
        for record in file:
            if set(record.filter) - {"PASS"}:
                continue
            for trio, calls in rows.items():
                pairs = [record.samples[name]["GT"] for name in trio]
                calls += [
                    [-9 if None in pair else pair.count(allele) for pair in pairs]
                    for allele in range(1, len(record.alleles))
                    if record.alleles[allele] != "*"
                ]
    pysam.set_verbosity(said)
    counts = [count_errors(np.array(calls)) for calls in rows.values()]
    return tuple(sum(column) for column in zip(*counts, strict=True))


def describe_pairs(run, wanted):
    """Return the states of declared pairs, and their kinship where one was found."""
    table = run.table("qc/pedigree.tsv")
    states = pair_values(table, "status")
    kinships = pair_values(table, "kinship")
    found = [float(kinships[pair]) for pair in wanted if pair in kinships]
    found = [value for value in found if value == value]
    words = tally(states.get(pair, "not in qc/pedigree.tsv") for pair in wanted)
    if found:
        words += f"; kinship {min(found):.2f} to {max(found):.2f}"
    ok = sum(states.get(pair) == "ok" for pair in wanted)
    return words, ok


def describe_others(run, wanted):
    """Return what the workflow says of further pairs."""
    table = run.table("qc/pedigree.tsv")
    states = pair_values(table, "status")
    rest = [state for pair, state in states.items() if pair not in wanted]
    return tally(rest)


def whole_trios(run):
    """Return the rows of Mendel errors where both parents are known."""
    table = run.table("qc/mendel.tsv")
    return table[(table["father"] != "") & (table["mother"] != "")]


def describe_mendel(trios):
    """Return status, errors and rates of trios."""
    rates = trios["error_rate"]
    return (
        f"{tally(trios['status'])}; {int(trios['n_errors'].sum())} errors at"
        f" {int(trios['n_sites'].sum()):,} sites, rate of a trio"
        f" {100 * rates.min():.2f} to {100 * rates.max():.2f} %"
    )


def check_ceu(bench):
    sheet = cohorts.ceu_sheet(bench)
    run = run_ceu(bench)
    wanted = cohorts.pairs_of_parents(sheet)
    words, ok = describe_pairs(run, wanted)
    record = run.record("qc/relatedness.json")
    trios = whole_trios(run)
    known = cohorts.trios_of(sheet)
    path = bench.data / "ceu_exome22_22/ceu_exome22_22.GRCh37.vcf.gz"
    n_sites, n_telling, n_errors = recount(path, known)
    bound = default_policy()["qc"]["max_mendel_error_rate"]
    wrong = bench.run(
        "ceu_wrong_parents",
        sheet=exchange_parents(sheet),
        genotypes=cohorts.vcf(bench, "ceu_exome22_22/ceu_exome22_22.GRCh37.vcf.gz"),
    )
    exchanged = whole_trios(wrong)
    return [
        Row(
            "ceu_parents",
            f"ceu_exome22_22: exome of chr22, {record['n_sites']} common SNVs",
            f"{count(len(wanted), 'pair')} of parent and child",
            words,
            f"{ok} of {len(wanted)} confirmed; other pairs:"
            f" {describe_others(run, wanted)}",
        ),
        Row(
            "ceu_mendel",
            "ceu_exome22_22, its trios",
            f"{len(known)} true trios; counted by htslib: {count(n_errors, 'error')} at"
            f" {n_sites:,} sites, {n_telling:,} of them informative",
            describe_mendel(trios),
            f"{int((trios['status'] == 'consistent').sum())} of {len(known)} consistent"
            f" (up to {100 * bound:g} %)",
        ),
        Row(
            "ceu_wrong_parents",
            "the same with the parents of each trio given to the next",
            f"{len(known)} false trios",
            describe_mendel(exchanged),
            f"{int((exchanged['status'] == 'inconsistent').sum())} of {len(known)}"
            f" inconsistent; lowest false rate is"
            f" {exchanged['error_rate'].min() / trios['error_rate'].max():.0f} times"
            " the highest true one",
        ),
    ]


def check_trio(bench):
    run = run_trio(bench)
    trio = whole_trios(run)
    sheet = cohorts.trio_sheet()
    wanted = cohorts.pairs_of_parents(sheet)
    path = bench.data / "gatk_ceutrio_fmt/CEU.trio.chr1.b37.vcf.gz"
    n_sites, n_telling, n_errors = recount(path, cohorts.trios_of(sheet))
    words, _ = describe_pairs(run, wanted)
    return [
        Row(
            "gatk_mendel",
            "gatk_ceutrio_fmt, NA12878 and her parents, chr1, FILTER PASS",
            f"{count(n_errors, 'Mendel error')} at {n_sites} sites, {n_telling} of them"
            " informative (counted by htslib)",
            describe_mendel(trio),
            f"{int(trio['n_errors'].sum()) - n_errors:+d} errors,"
            f" {int(trio['n_sites'].sum()) - n_telling:+d} informative sites;"
            f" the two pairs of parent and child by kinship: {words}",
        )
    ]


def check_hail(bench):
    sheet = cohorts.hail_sheet(bench)
    run = run_hail(bench)
    parents = cohorts.pairs_of_parents(sheet)
    same = cohorts.pairs_of_replicates(sheet)
    words, _ = describe_pairs(run, parents)
    replicates, _ = describe_pairs(run, same)
    families = run.table("qc/mendel.tsv")
    lone = (families["father"] == "") | (families["mother"] == "")
    return [
        Row(
            "hail_pedigree",
            "hail_1kg_100, sample.vcf: chr20",
            f"{count(len(parents), 'pair')} of parent and child,"
            f" {count(len(same), 'pair')} of samples of one person",
            f"parent and child: {words}; one person: {replicates}",
            "further pairs, most of which follow from these:"
            f" {describe_others(run, parents | same)}",
        ),
        Row(
            "hail_mendel",
            "hail_1kg_100, its trios and duos",
            f"{count(len(cohorts.trios_of(sheet)), 'whole trio')} in the pedigree file",
            describe_mendel(families),
            f"{len(families)} children with {count(int(lone.sum()), 'lone parent')};"
            f" {int((families['status'] == 'inconsistent').sum())} inconsistent",
        ),
    ]


CHECKS = [
    Check("ceu_pedigree", ("ceu_exome22_22",), check_ceu),
    Check("gatk_mendel", ("gatk_ceutrio_fmt",), check_trio),
    Check("hail_pedigree", ("hail_1kg_100",), check_hail),
]
