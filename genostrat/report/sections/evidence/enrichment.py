"""The part of the report on gene sets in which the strata differ."""

from __future__ import annotations

import pandas as pd

from genostrat.report.figures.evidence.enrichment import plot_enrichment
from genostrat.report.figures.strata import strata_colours
from genostrat.report.parts.document import (
    Block,
    Figures,
    Heading,
    Paragraph,
    TableView,
)
from genostrat.report.parts.results import Results
from genostrat.report.parts.wording import (
    count_text,
    interval_text,
    label_text,
    number_text,
    p_text,
    plural,
)

#: Sets shown of each stratum, in the figure and in the table.
_IN_FIGURE, _IN_TABLE = 6, 10
_KEY = ["gene_set", "layer"]


def build_enrichment(results: Results, *, names: list[str]) -> list[Block]:
    """Show the gene sets in which the strata differ most.

    Parameters
    ----------
    results
        Of the cohort.
    names
        The strata, in order.

    Returns
    -------
    list of Block
        Nothing where the cohort has no gene sets or no strata.
    """
    table = results["strata/enrichment.tsv"]
    if table is None or table.empty or not names:
        return []
    n_sets = table["gene_set"].nunique()
    tested = table[table["p_value"].notna()]
    heading = Heading("Gene sets")
    if tested.empty:
        matched = int(table["n_matched"].max())
        return [
            heading,
            Paragraph(
                f"None of {plural(n_sets, 'gene set')} could be tested: at most"
                f" {plural(matched, 'member')} of one is a feature of the profile. Are"
                " genes named in the same way in both files?"
            ),
        ]
    n_tested = len(tested.drop_duplicates(_KEY))
    passed = len(tested[tested["p_adjusted"] <= 0.05].drop_duplicates(_KEY))
    about = Paragraph(
        f"{plural(n_sets, 'gene set')}; {count_text(n_tested)} could be tested with the"
        f" features of a layer, of which {count_text(passed)} differ between the strata"
        " at 5 % after adjustment. A p-value comes from patients who were placed"
        " without any member of the set: it is small only where other features show the"
        " same groups. That a set differs does not mean that it does more than others."
    )
    chosen = pick_sets(tested, names=names, most=_IN_FIGURE)
    rows = table.merge(chosen, on=_KEY, how="inner")
    figure = plot_enrichment(rows, names=names, colours=strata_colours(names))
    return [heading, about, Figures([figure]), _table_view(tested, names=names)]


def pick_sets(tested: pd.DataFrame, *, names: list[str], most: int) -> pd.DataFrame:
    """Return gene_set and layer of the best sets of every stratum, each once."""
    parts = [best_of(tested, name).head(most)[_KEY] for name in names]
    return pd.concat(parts).drop_duplicates(ignore_index=True)


def best_of(tested: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the tested sets of a stratum, smallest p first."""
    part = tested[tested["stratum"] == name]
    part = part.assign(_size=-part["effect"].abs())
    return part.sort_values(["p_value", "_size", *_KEY], kind="stable")


def _table_view(tested: pd.DataFrame, *, names: list[str]) -> TableView:
    best = pd.concat([best_of(tested, name).head(_IN_TABLE) for name in names])
    rows = [
        [
            label_text(row["stratum"]),
            label_text(row["gene_set"], 60),
            label_text(row["layer"]),
            f"{count_text(row['n_matched'])} of {count_text(row['n_members'])}",
            number_text(row["effect"], 2),
            interval_text(row["ci_low"], row["ci_high"]),
            p_text(row["p_value"], bare=True),
            p_text(row["p_adjusted"], bare=True),
        ]
        for row in best.to_dict("records")
    ]
    header = (
        *("Stratum", "Gene set", "Layer", "Members found"),
        *("Effect against the rest (SD)", "95 % interval", "p", "p\u00a0adjusted"),
    )
    return TableView(
        header,
        rows,
        f"The {_IN_TABLE} gene sets of each stratum with the smallest p-values; all"
        " sets are in strata/enrichment.tsv.",
        numeric=(3, 4, 5, 6, 7),
        folded=True,
    )
