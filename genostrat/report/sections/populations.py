"""The section of the report on population genetics and homozygosity."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from genostrat.report.figures.populations import (
    kind_words,
    plot_decay,
    plot_differentiation,
    plot_diversity,
    plot_homozygosity,
)
from genostrat.report.parts.document import (
    Block,
    Body,
    Figures,
    Heading,
    Notice,
    Paragraph,
    TableView,
)
from genostrat.report.parts.results import Results
from genostrat.report.parts.style import FigureView
from genostrat.report.parts.wording import (
    count_text,
    is_missing,
    label_text,
    listing,
    number_text,
    plain_number,
    plural,
    sentence,
)

_NO_GENOTYPES = "This cohort has no genotypes, so this part did not run."
#: Rows of a table, and groups listed in a sentence.
_MOST_ROWS, _MOST_LISTED = 40, 8


def build_populations(results: Results) -> Body:
    """Show how groups of people differ in their genotypes, and homozygosity."""
    record = results["variants/populations.json"]
    if record is None and results["qc/roh.tsv"] is None:
        ran = results["qc/sample_metrics.tsv"] is not None
        lead = "Populations were not compared." if ran else _NO_GENOTYPES
        return Body([], lead=lead, empty=True)
    blocks: list[Block] = []
    if record is not None:
        blocks.append(
            Paragraph(
                "All comparisons are of"
                f" {plural(record['n_unrelated'], 'unrelated sample')} at"
                f" {plural(record['n_sites'], 'autosomal SNV')} with one alternate"
                " allele; groups of fewer than"
                f" {plural(record['min_group_samples'], 'sample')} are not assessed."
            )
        )
        blocks += _differentiation(results)
        blocks += _diversity(results, record)
        blocks += _decay(results)
    blocks += _homozygosity(results)
    return Body(blocks)


def _differentiation(results: Results) -> list[Block]:
    """Show F_ST between ancestries, centres and strata."""
    blocks: list[Block] = [Heading("How far apart the groups are")]
    tables = []
    if results["variants/fst.tsv"] is not None:
        tables += [
            (
                kind,
                results["variants/fst.tsv"][
                    results["variants/fst.tsv"]["kind"] == kind
                ],
            )
            for kind in ("ancestry", "centre")
        ]
    if results["strata/fst.tsv"] is not None:
        tables.append(("stratum", results["strata/fst.tsv"]))
    figures, sentences = [], []
    for kind, table in tables:
        told = table[table["fst"].notna()]
        if len(told):
            figures.append(plot_differentiation(told, kind=kind))
        sentences += _say_differentiation(results, table, told, kind=kind)
    if figures:
        blocks.append(Figures(figures))
    if sentences:
        blocks.append(Paragraph(" ".join(sentences)))
    return blocks


def _say_differentiation(
    results: Results, table: pd.DataFrame, told: pd.DataFrame, *, kind: str
) -> list[str]:
    """Say what the distances are, or why they are not assessed."""
    groups = kind_words(kind)
    if not len(table):
        return [f"{groups.capitalize()}: not assessed, {_no_groups(results, kind)}."]
    sentences = []
    if len(told):
        first = told.sort_values(["fst", "group_1", "group_2"]).iloc[-1]
        spread = ""
        if not is_missing(first["se"]):
            spread = f" (standard error {number_text(first['se'], 2)})"
        one, two = (label_text(first[name]) for name in ("group_1", "group_2"))
        pair = f"{one} and {two}"
        value = number_text(first["fst"], 2)
        sentences.append(
            f"{groups.capitalize()}: F_ST is {value}{spread} between {pair}"
            + (
                f", the most of {plural(len(told), 'pair')}."
                if len(told) > 1
                else ", the only pair."
            )
        )
    left = table[table["fst"].isna()]
    if len(left):
        reasons = dict.fromkeys(
            label_text(part, 90)
            for text in left["reason"]
            for part in str(text).split("; ")
        )
        sentences.append(
            f"{plural(len(left), 'pair')} of {groups} not assessed:"
            f" {_list_some(list(reasons))}."
        )
    return sentences


def _no_groups(results: Results, kind: str) -> str:
    if kind == "stratum":
        return "there are no two strata with assigned patients"
    counts = (results["variants/populations.json"] or {})["groups"].get(kind, {})
    if counts.get("n"):
        return "there is one group alone"
    if kind == "centre":
        return "the clinical sheet names no centre"
    return "there are no ancestry labels"


def _list_some(texts: Sequence[str]) -> str:
    """Join texts, which are fit for the page already; many are counted."""
    shown, more = texts[:_MOST_LISTED], len(texts) - _MOST_LISTED
    return listing([*shown, *([f"{more:,} more"] if more > 0 else [])])


_DIVERSITY_COLUMNS: dict[str, tuple[str, Callable[[float], str]]] = {
    "n_segregating": ("Varying sites", count_text),
    "heterozygosity": ("Heterozygosity", number_text),
    "pi": ("π, all sites", number_text),
    "theta_w": ("θ, all sites", number_text),
    "pi_per_kb": ("π per kb of span", number_text),
    "pi_per_base": ("π per base", number_text),
    "theta_w_per_base": ("θ per base", number_text),
    "tajima_d": ("Tajima’s D", number_text),
}


def _diversity(results: Results, record: Mapping[str, Any]) -> list[Block]:
    """Show heterozygosity, pi, theta and D, or say why they are not assessed."""
    table = results["variants/diversity.tsv"]
    if table is None:
        return []
    blocks: list[Block] = [Heading("How varied each group is")]
    told = table[table["heterozygosity"].notna()]
    if not len(told):
        everybody = table[table["kind"] == "all"]
        reason = str(everybody["reason"].iloc[0]) if len(everybody) else ""
        text = f"Not assessed: {label_text(reason, 120) or 'there are no variants'}."
        return [*blocks, Paragraph(text)]
    if record["sites"]["reason"]:
        blocks.append(Notice(_say_chosen(record["sites"]), "note"))
    blocks.append(_diversity_view(told))
    if len(told) > 1:
        blocks.append(Figures([plot_diversity(told)]))
    if told["pi"].notna().any():
        blocks.append(Paragraph(_say_lengths(record)))
    small = table[table["heterozygosity"].isna()]
    if len(small):
        rows = zip(small["group"], small["reason"], strict=True)
        reasons = [
            f"{label_text(group)} ({label_text(why, 90)})" for group, why in rows
        ]
        blocks.append(Paragraph(f"Not assessed: {_list_some(reasons)}."))
    return blocks


def _say_chosen(sites: Mapping[str, Any]) -> str:
    """Say why nothing that rests on rare variants is told."""
    text = (
        "Nucleotide diversity, Watterson’s θ and Tajima’s D are not assessed:"
        f" {sites['reason']}."
    )
    if sites["by"] == "config":
        return f"{text} So says variants.ascertained in the configuration."
    if sites["verdict"] == "ascertained":
        text += (
            f" {count_text(sites['n_rare'])} of"
            f" {plural(sites['n_segregating'], 'varying site')} have an allele with one"
            " copy or two; sequencing a population of constant size would give"
            f" {count_text(round(sites['n_rare_expected']))}. Heterozygosity is that of"
            " these variants, and no property of the genomes. If the file is of"
            " sequencing, set variants.ascertained to false."
        )
    return text


def _say_lengths(record: Mapping[str, Any]) -> str:
    if record["accessible_bases"]:
        bases = count_text(record["accessible_bases"])
        return (
            "π and θ are sums over all variants; per base they are of"
            f" {bases} accessible bases, as the configuration says."
        )
    return (
        "π and θ are sums over all variants. A file of variants does not say how many"
        " bases had none although one would have been called, so values per base are"
        " not assessed; variants.accessible_bases takes that number. Per kb of span,"
        " from the first to the last variant of each autosome, they are lower bounds."
    )


def _diversity_view(told: pd.DataFrame) -> TableView:
    known = {c: t for c, t in _DIVERSITY_COLUMNS.items() if told[c].notna().any()}
    rows = [
        [
            "everybody" if row["kind"] == "all" else label_text(row["group"]),
            count_text(row["n_samples"]),
            *(write(row[column]) for column, (_, write) in known.items()),
        ]
        for _, row in told.head(_MOST_ROWS).iterrows()
    ]
    more = len(told) - len(rows)
    rest = f" {more:,} more are in variants/diversity.tsv." if more > 0 else ""
    return TableView(
        ("Group", "Samples", *(title for title, _ in known.values())),
        rows,
        f"Diversity within groups of unrelated samples.{rest}",
        numeric=tuple(range(1, 2 + len(known))),
    )


def _decay(results: Results) -> list[Block]:
    """Show the decay of linkage disequilibrium, or say why it is not assessed."""
    table = results["variants/ld_decay.tsv"]
    if table is None:
        return []
    told = table[table["r2_adjusted"].notna()]
    if len(told):
        return [Figures([plot_decay(told)])]
    everybody = table[table["kind"] == "all"]
    reason = str(everybody["reason"].iloc[0]) if len(everybody) else "no samples"
    return [Paragraph(f"Decay of linkage disequilibrium: not assessed, {reason}.")]


_READINGS = {
    "long_runs": "{n} has long runs, as children of related parents do",
    "single_long_run": "{n} has a single run of 20 Mb or more, as uniparental disomy, a"
    " deletion or a cell line makes it",
    "diffuse": "{n} is more homozygous than others all over the genome, as lost alleles"
    " make it, or ancestors of another population",
    "long_runs_and_diffuse": "{n} has both long runs and too many homozygous calls"
    " outside them",
    "heterozygous": "{n} is more heterozygous than others, as foreign DNA makes it",
}


def _homozygosity(results: Results) -> list[Block]:
    """Show runs of homozygosity, or say why they are not assessable."""
    table, record = results["qc/roh.tsv"], results["qc/roh.json"]
    if table is None or record is None:
        return []
    blocks: list[Block] = [Heading("Runs of homozygosity")]
    told = table[table["f_roh_long"].notna()]
    figures: list[FigureView] = []
    if len(told):
        column, shortest = "f_roh_long", record["shortest_mb"]["long_runs"]
        if told["f_roh"].notna().any():
            column, shortest = "f_roh", record["shortest_mb"]["runs"]
        shown = told[told[column].notna()]
        figures = [plot_homozygosity(shown, column=column, shortest=shortest)]
        blocks += [Figures(figures), Paragraph(_say_runs(shown, column, shortest))]
        blocks += _say_readings(results, told)
    left = table[table["f_roh_long"].isna()]
    if len(left):
        reasons = left["reason"].value_counts()
        parts = [
            f"{plural(n, 'sample')} ({label_text(text, 90)})"
            for text, n in reasons.items()
        ]
        blocks.append(Paragraph(f"Not assessable: {_list_some(parts)}."))
    return blocks


def _say_runs(shown: pd.DataFrame, column: str, shortest: float) -> str:
    covered = "covered_mb" if column == "f_roh" else "covered_long_mb"
    middle = number_text(float(shown[column].median()), 2)
    return (
        f"The median F_ROH of {plural(len(shown), 'sample')} is {middle}: the"
        f" share of runs of {plain_number(shortest)} Mb and more in"
        f" {number_text(float(shown[covered].median()), 3)} Mb of the autosomes in"
        " which such a run would be found. It took no part in the decisions on samples."
    )


def _say_readings(results: Results, told: pd.DataFrame) -> list[Block]:
    counts = told["reading"].value_counts()
    sentences = []
    for reading, words in _READINGS.items():
        n = int(counts.get(reading, 0))
        if n:
            text = words.format(n=plural(n, "sample"))
            if n > 1:
                text = text.replace(" has ", " have ").replace(" is ", " are ", 1)
            sentences.append(sentence(text))
    if not sentences:
        sentences = ["No sample stands out."]
    sentences += _say_outliers(results, told)
    rest = " qc/roh.tsv has the values of each sample, qc/roh_runs.tsv the runs."
    return [Paragraph(" ".join(sentences) + rest)]


def _say_outliers(results: Results, told: pd.DataFrame) -> list[str]:
    """Say how many outliers of heterozygosity long runs explain."""
    if results["qc/decisions.tsv"] is None:
        return []
    caught = results["qc/decisions.tsv"].loc[
        results["qc/decisions.tsv"]["rule"] == "het_outlier", "sample_id"
    ]
    own = told[told["sample_id"].isin(caught)]
    if not len(own):
        return []
    explained = int((own["reading"] == "long_runs").sum())
    return [
        f"Of {plural(len(own), 'outlier')} by heterozygosity,"
        f" {count_text(explained)} {'has' if explained == 1 else 'have'} long runs that"
        " explain it."
    ]
