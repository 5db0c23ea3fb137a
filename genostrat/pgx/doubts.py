"""Genotypes at pharmacogene positions that variant QC does not believe."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from genostrat.catalogues.quality_rules import VARIANT_RULES, rule_words
from genostrat.genotypes.records import HAPLOID, NO_CALL, UNPHASED
from genostrat.genotypes.site_records import SiteRecords
from genostrat.pgx.definitions import Knowledge

if TYPE_CHECKING:
    import pandas as pd

#: Rules that say that genotypes are wrong, and not merely that some are missing.
_DOUBTING = tuple(rule.name for rule in VARIANT_RULES if rule.doubts_calls)
_MOST_NAMED = 5


def withdraw_calls(
    records: SiteRecords, decisions: pd.DataFrame, knowledge: Knowledge
) -> tuple[SiteRecords, dict[str, list[str]]]:
    """Take calls that variant QC says are wrong for missing.

    Parameters
    ----------
    records
        Records at the positions of pharmacogenes.
    decisions
        ``qc/variant_decisions.tsv``.
    knowledge
        Whose genes are told of it.

    Returns
    -------
    records
        The same, without calls in records that hold an excluded variant.
    findings
        What was withdrawn, in words, and the genes it is about.

    Notes
    -----
    A variant that was called in too few samples is read where it was called: a missing
    call says so by itself. One whose frequency, proportions, inheritance or alleles are
    wrong may give any patient the wrong genotype, and an allele read as reference would
    be a wrong dose. A missing call leaves the gene open.
    """
    doubted = decisions[
        (decisions["outcome"] == "excluded") & decisions["rule"].isin(_DOUBTING)
    ]
    if doubted.empty or not len(records):
        return records, {}
    names = ["contig", "position", "ref", "alt"]
    why: dict[tuple[str, int, str, str], str] = {}
    for *variant, rule in doubted[[*names, "rule"]].itertuples(index=False):
        contig, position, ref, alt = variant
        why.setdefault((contig, int(position), ref, alt), rule_words(rule))
    alleles, phase_set = records.alleles.copy(), records.phase_set.copy()
    withdrawn: dict[tuple[str, int], str] = {}
    for row in range(len(records)):
        place = (str(records.contig[row]), int(records.position[row]))
        for alt in str(records.alts[row]).split(","):
            reason = why.get((*place, str(records.ref[row]), alt))
            if reason is not None:
                is_haploid = alleles[row, :, 1] == HAPLOID
                alleles[row] = NO_CALL
                alleles[row, is_haploid, 1] = HAPLOID
                phase_set[row] = UNPHASED
                withdrawn[place] = reason
    if not withdrawn:
        return records, {}
    left = replace(records, alleles=alleles, phase_set=phase_set)
    return left, _describe(withdrawn, knowledge)


def _describe(
    withdrawn: dict[tuple[str, int], str], knowledge: Knowledge
) -> dict[str, list[str]]:
    by_gene: dict[str, list[str]] = defaultdict(list)
    for gene in knowledge.genes.values():
        for position in gene.positions:
            reason = withdrawn.get((position.contig, position.position))
            if reason is not None:
                place = f"{position.contig}:{position.position}"
                by_gene[gene.name].append(f"{place} ({reason})")
    findings: dict[str, list[str]] = {}
    for name, places in by_gene.items():
        shown = ", ".join(places[:_MOST_NAMED])
        more = len(places) - _MOST_NAMED
        rest = f" and {more} more" if more > 0 else ""
        text = (
            f"variant QC set {shown}{rest} aside; no genotype there is believed, and"
            f" {name} is called without it"
        )
        findings[text] = [name]
    return findings
