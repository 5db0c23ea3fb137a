"""What must not be answered: a merge of single samples, and data with too few sites."""

import subprocess

from benchmarks.validation import cohorts
from benchmarks.validation.relatedness import run_hail
from benchmarks.validation.rows import Check, Row, tally

REFUSAL = "this looks like single-sample files merged into one"


def split_and_merge(source, samples, folder):
    """Write a VCF for each sample without its hom-ref calls, and merge them."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    for number, sample in enumerate(samples):
        part = folder / f"{number}.vcf.gz"
        bcftools(
            *("view", "--samples", sample, "--min-ac", "1"),
            *("--output-type", "z", "--output", str(part), str(source)),
        )
        bcftools("index", "--force", "--tbi", str(part))
        parts.append(str(part))
    merged = folder / "merged.vcf.gz"
    bcftools("merge", "--output-type", "z", "--output", str(merged), *parts)
    bcftools("index", "--force", "--tbi", str(merged))
    return merged


def bcftools(*arguments):
    subprocess.run(["bcftools", *arguments], check=True, capture_output=True)


def check_merged(bench):
    source = bench.data / "ceu_exome22_22/ceu_exome22_22.GRCh37.vcf.gz"
    sheet = cohorts.ceu_sheet(bench)
    merged = bench.scratch("merged/merged.vcf.gz")
    if not merged.is_file():
        split_and_merge(source, list(sheet["sample_id"]), merged.parent)
    genotypes = {"vcf": str(merged.resolve()), "build": "GRCh37"}
    refused = bench.run("merged", sheet=sheet, genotypes=genotypes, may_fail=True)
    told = next((line for line in refused.said.splitlines() if "found" in line), "")
    whole = bench.run(
        "ceu_exome22_22",
        sheet=sheet,
        genotypes=cohorts.vcf(bench, "ceu_exome22_22/ceu_exome22_22.GRCh37.vcf.gz"),
    )
    known = whole.table("qc/sample_metrics.tsv").set_index("sample_id")
    rows = [
        Row(
            "merged_refused",
            f"ceu_exome22_22, split into {len(sheet)} single-sample VCFs without their"
            " homozygous reference calls and merged by bcftools",
            "must be refused: absent is not reference",
            ("refused" if refused.failed and REFUSAL in refused.said else "accepted")
            + (f": “{REFUSAL} …”, {told.strip()}" if told else ""),
            "none" if refused.failed else "the trap was not seen",
        )
    ]
    for meaning in ("reference",):
        run = bench.run(
            f"merged_{meaning}",
            sheet=sheet,
            genotypes=genotypes,
            ingest={"absent_calls": meaning},
        )
        ours = (
            run.table("qc/sample_metrics.tsv").set_index("sample_id").loc[known.index]
        )
        ratio = (ours["n_hom_ref"] / known["n_hom_ref"]).median()
        gap = (ours["f_het"] - known["f_het"]).median()
        rows.append(
            Row(
                f"merged_{meaning}",
                f"the same merge with ingest.absent_calls: {meaning}",
                f"from the joint calls: call rate {known['call_rate'].median():.3f},"
                f" F {known['f_het'].median():+.2f} (medians)",
                f"call rate {ours['call_rate'].median():.3f},"
                f" F {ours['f_het'].median():+.2f}; samples kept:"
                f" {len(run.lines('qc/keep.txt'))} of {len(known)}",
                f"homozygous reference calls {ratio:.2f} of the true number,"
                f" F {gap:+.2f}",
            )
        )
    return rows


def check_joint(bench):
    import pandas as pd

    names = [99, 101, 102, 103, 105, 106, 107, 108, 109, 110]
    sheet = pd.DataFrame({"sample_id": [f"HG{number:05d}" for number in names]})
    run = bench.run(
        "joint10",
        sheet=sheet,
        genotypes=cohorts.vcf(bench, "gatk_ceutrio_fmt/joint10.chr1_1M.b37.vcf.gz"),
    )
    record = run.record("genotypes/ingest.json")
    calls = run.table("qc/sample_metrics.tsv")
    return [
        Row(
            "joint_not_refused",
            f"gatk_ceutrio_fmt, joint10: {record['n_samples']} people called jointly,"
            f" {record['n_stored']} variants",
            "must not be taken for a merge, though many genotypes are missing",
            f"accepted; call rate {calls['call_rate'].min():.2f} to"
            f" {calls['call_rate'].max():.2f}",
            "none" if record["joint_called"] else "taken for a merge",
        )
    ]


def describe_answers(run):
    """Return what a run could answer of sex, kinship, components and contamination."""
    kinship = run.record("qc/relatedness.json")
    pcs = run.table("qc/pcs.tsv")
    contamination = run.table("qc/sample_metrics.tsv")["contamination"]
    listed = len(run.table("qc/relatedness.tsv"))
    answers = {
        "sex": tally(run.table("qc/sex.tsv")["status"]),
        "kinship": f"{listed} pairs listed"
        if kinship["assessable"]
        else "not assessable",
        "components": "given" if pcs["PC1"].notna().any() else "not assessable",
        "ancestry": tally(run.table("qc/ancestry.tsv")["ancestry"]),
        "contamination": f"given for {int(contamination.notna().sum())}",
    }
    return "; ".join(f"{what}: {answer}" for what, answer in answers.items()), kinship


def check_few_sites(bench):
    run = bench.run(
        "few_kidd",
        sheet=cohorts.kg_labels(bench, "aims_kg3_2504"),
        genotypes=cohorts.vcf(bench, "aims_kg3_2504/kidd.aisnp.1kg.vcf.gz"),
    )
    words = "aims_kg3_2504, Kidd's ancestry-informative SNPs"
    return [_row_of_few("few_kidd", words, run)]


def check_array(bench):
    import pandas as pd
    import pysam

    path = bench.data / "pgx_coriell_affy_355/pgx_coriell_affy_355.GRCh37.vcf.gz"
    with pysam.VariantFile(str(path)) as file:
        sheet = pd.DataFrame({"sample_id": list(file.header.samples)})
    run = bench.run(
        "pgx_coriell_affy_355",
        sheet=sheet,
        genotypes=cohorts.vcf(
            bench, "pgx_coriell_affy_355/pgx_coriell_affy_355.GRCh37.vcf.gz"
        ),
    )
    return [
        _row_of_few("few_affy", "pgx_coriell_affy_355, an array of drug genes", run)
    ]


def _row_of_few(name, data, run):
    answers, kinship = describe_answers(run)
    stored = run.record("genotypes/ingest.json")["n_stored"]
    kept = len(run.lines("qc/keep.txt"))
    return Row(
        name,
        f"{data}: {stored} variants, {kinship['n_sites']} of them common",
        "too few sites: no answer may be forced",
        answers,
        f"{kept:,} of {run.record('genotypes/ingest.json')['n_samples']:,} people kept",
    )


def check_hail(bench):
    return [
        _row_of_few("few_hail", "hail_1kg_100, sample.vcf (chr20)", run_hail(bench))
    ]


CHECKS = [
    Check("merged", ("ceu_exome22_22",), check_merged, tools=("bcftools",)),
    Check("joint", ("gatk_ceutrio_fmt",), check_joint),
    Check("few_aims", ("aims_kg3_2504",), check_few_sites),
    Check("few_affy", ("pgx_coriell_affy_355",), check_array),
    Check("few_hail", ("hail_1kg_100",), check_hail),
]
