"""Judge every sample by every rule and write the ledger."""

from typing import Any

from genostrat.joblog import job_log
from genostrat.qc.ledger import decide_samples
from genostrat.tables import read_table, write_json, write_lines, write_table


def main(
    *,
    metrics: str,
    sex: str,
    pairs: str,
    pcs: str,
    policy: dict[str, Any],
    decisions: str,
    keep: str,
    unrelated: str,
    flow: str,
) -> None:
    verdict = decide_samples(
        read_table(metrics, table="qc/sample_metrics.tsv"),
        read_table(sex, table="qc/sex.tsv"),
        read_table(pairs, table="qc/relatedness.tsv"),
        read_table(pcs, table="qc/pcs.tsv"),
        policy=policy,
    )
    write_table(decisions, verdict.rows, table="qc/decisions.tsv")
    write_lines(keep, verdict.keep)
    write_lines(unrelated, verdict.unrelated)
    write_json(flow, verdict.flow)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(
            metrics=snakemake.input.metrics,
            sex=snakemake.input.sex,
            pairs=snakemake.input.pairs,
            pcs=snakemake.input.pcs,
            policy=snakemake.params.policy,
            decisions=snakemake.output.decisions,
            keep=snakemake.output.keep,
            unrelated=snakemake.output.unrelated,
            flow=snakemake.output.flow,
        )
