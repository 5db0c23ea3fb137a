"""Sex from the X chromosome, with males called haploid."""

from benchmarks.validation import cohorts
from benchmarks.validation.comparisons import largest_difference
from benchmarks.validation.relatedness import run_uwgac
from benchmarks.validation.rows import Check, Row, tally
from benchmarks.validation.workbench import default_policy

CODINGS = {"phased": "phased_haploid_males", "unphased": "unphased"}


def describe_x(sex, name):
    """Return the range of F, and of the share of haploid calls, of one sex."""
    group = sex[sex["reported_sex"] == name]
    f, haploid = group["x_f"], group["x_haploid_rate"]
    return (
        f"{name}s F {f.min():.2f} to {f.max():.2f}, haploid calls"
        f" {100 * haploid.min():.0f} to {100 * haploid.max():.0f} %"
    )


def check_uwgac(bench):
    sex = run_uwgac(bench).table("qc/sex.tsv")
    agree = (sex["inferred_sex"] == sex["reported_sex"]).sum()
    wrong = (sex["status"] == "mismatch").sum()
    unsure = sex[sex["status"] == "ambiguous"]
    bound = default_policy()["qc"]["male_min_x_f"]
    said = ", ".join(
        f"{row.sample_id}: {row.reported_sex} in the sheet, F {row.x_f:.2f},"
        f" {100 * row.x_haploid_rate:.0f} % haploid calls"
        for row in unsure.itertuples()
    )
    return [
        Row(
            "uwgac_sex",
            f"kg3_uwgac_1126, {len(sex):,} people; males called haploid",
            tally(sex["reported_sex"]) + " in the labels",
            f"{tally(sex['status'])}; {describe_x(sex, 'male')};"
            f" {describe_x(sex, 'female')} (male from F {bound})",
            f"{agree:,} of {len(sex):,} agree, {wrong} contradict"
            + (f"; ambiguous: {said}" if len(unsure) else ""),
        )
    ]


def check_codings(bench):
    sheet = cohorts.kg_labels(bench, "kg1_chrX_26")
    tables = {}
    for coding, name in CODINGS.items():
        run = bench.run(
            f"kg1_chrX_26_{coding}",
            sheet=sheet,
            genotypes=cohorts.vcf(
                bench, f"kg1_chrX_26/kg1_chrX_26.{name}.GRCh37.vcf.gz"
            ),
        )
        tables[coding] = run.table("qc/sex.tsv")
    rows = []
    for coding, sex in tables.items():
        wrong = int((sex["inferred_sex"] != sex["reported_sex"]).sum())
        other = next(table for name, table in tables.items() if name != coding)
        gap = largest_difference(
            sex.set_index("sample_id")["x_f"], other.set_index("sample_id")["x_f"]
        )
        rows.append(
            Row(
                f"chrx_{coding}",
                f"kg1_chrX_26, {len(sex)} people, {coding} calls",
                tally(sex["reported_sex"]) + " in the labels",
                f"{tally(sex['status'])}; {describe_x(sex, 'male')};"
                f" {describe_x(sex, 'female')}",
                f"{wrong} differ from the labels; F differs from the other coding's by"
                f" {gap:.3f} at most",
            )
        )
    return rows


CHECKS = [
    Check("uwgac_sex", ("kg3_uwgac_1126",), check_uwgac),
    Check("chrx", ("kg1_chrX_26",), check_codings),
]
