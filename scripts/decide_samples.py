"""Judge every sample by every rule and write the ledger."""

from collections.abc import Mapping
from typing import Any

from genostrat.errors import raise_if_any
from genostrat.job import run_job
from genostrat.qc.identity.sex_coding import find_reversed_sex
from genostrat.qc.ledger.decisions import LedgerEvidence, decide_samples
from genostrat.qc.panel.reported import compare_reported
from genostrat.tables import read_table, write_json, write_lines, write_table


def main(
    *,
    sheet: str,
    overrides: str,
    metrics: str,
    sex: str,
    pairs: str,
    pcs: str,
    ancestry: str,
    pedigree: str,
    mendel: str,
    swaps: str,
    user_sheet: Mapping[str, Any],
    policy: Mapping[str, Any],
    seed: int,
    decisions: str,
    outliers: str,
    exclusions: str,
    keep: str,
    unrelated: str,
    flow: str,
    reported: str,
) -> None:
    evidence = LedgerEvidence(
        sheet=read_table(sheet, table="check/samples.tsv"),
        overrides=read_table(overrides, table="check/overrides.tsv"),
        metrics=read_table(metrics, table="qc/sample_metrics.tsv"),
        sex=read_table(sex, table="qc/sex.tsv"),
        pairs=read_table(pairs, table="qc/relatedness.tsv"),
        pcs=read_table(pcs, table="qc/pcs.tsv"),
        ancestry=read_table(ancestry, table="qc/ancestry.tsv"),
        pedigree=read_table(pedigree, table="qc/pedigree.tsv"),
        mendel=read_table(mendel, table="qc/mendel.tsv"),
        swaps=read_table(swaps, table="qc/swaps.tsv"),
    )
    if policy["on_sex_mismatch"] == "exclude":
        column = user_sheet["columns"].get("sex", "sex")
        wrong = find_reversed_sex(evidence.sex, sheet=user_sheet["path"], column=column)
        raise_if_any([wrong] if wrong else [])
    verdict = decide_samples(evidence, policy=policy, seed=seed)
    write_table(decisions, verdict.rows, table="qc/decisions.tsv")
    write_table(outliers, verdict.outliers, table="qc/outliers.tsv")
    write_table(exclusions, verdict.exclusions, table="qc/exclusions.tsv")
    write_lines(keep, verdict.keep, entry="qc/keep.txt")
    write_lines(unrelated, verdict.unrelated, entry="qc/unrelated.txt")
    write_json(flow, verdict.flow, entry="qc/flow.json")
    compared = compare_reported(evidence.sheet, evidence.ancestry)
    write_table(reported, compared, table="qc/reported_ancestry.tsv")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            sheet=snakemake.input.sheet,
            overrides=snakemake.input.overrides,
            metrics=snakemake.input.metrics,
            sex=snakemake.input.sex,
            pairs=snakemake.input.pairs,
            pcs=snakemake.input.pcs,
            ancestry=snakemake.input.ancestry,
            pedigree=snakemake.input.pedigree,
            mendel=snakemake.input.mendel,
            swaps=snakemake.input.swaps,
            user_sheet=snakemake.params.user_sheet,
            policy=snakemake.params.policy,
            seed=snakemake.params.seed,
            decisions=snakemake.output.decisions,
            outliers=snakemake.output.outliers,
            exclusions=snakemake.output.exclusions,
            keep=snakemake.output.keep,
            unrelated=snakemake.output.unrelated,
            flow=snakemake.output.flow,
            reported=snakemake.output.reported,
        )
