"""What the report says of samples whose labels look exchanged."""

from __future__ import annotations

import pandas as pd

from genostrat.report.parts.document import Block, Bullets, Notice, Paragraph
from genostrat.report.parts.wording import (
    label_text,
    listing,
    number_word,
    plural,
    sentence,
)

#: Number of suspicions that are shown; the table on disk lists all.
MOST_SHOWN = 20


def build_swaps(
    swaps: pd.DataFrame | None,
    omics: pd.DataFrame | None = None,
    *,
    show_ids: bool,
) -> list[Block]:
    """Say which samples look swapped, and on what evidence.

    Parameters
    ----------
    swaps
        ``qc/swaps.tsv``; None where the check did not run.
    omics
        ``qc/omics_match.tsv``; None where there is none.
    show_ids
        Whether samples may be named.

    Returns
    -------
    list of Block
        A notice for each suspicion, likely ones first, with its evidence below; one
        sentence where there is none, and one on what omics profiles could say.
    """
    if swaps is None:
        return []
    blocks: list[Block] = []
    if not len(swaps):
        text = "No samples look swapped: nothing that could be compared contradicts it."
        # How much could be compared is not said here.
        blocks.append(Notice(text, "note"))
    order = swaps.assign(_possible=swaps["confidence"] != "likely").sort_values(
        ["_possible", "n_evidence", "sample_1"], ascending=[True, False, True]
    )
    for row in order.head(MOST_SHOWN).itertuples():
        likely = row.confidence == "likely"
        blocks.append(Notice(_headline(row, show_ids), "warn" if likely else "note"))
        evidence = row.evidence if show_ids else row.evidence_unnamed
        items = [sentence(label_text(text, 400)) for text in evidence.split("; ")]
        blocks.append(Bullets(items, of_patients=True))
    if len(swaps) > MOST_SHOWN:
        more = plural(len(swaps) - MOST_SHOWN, "further suspicion")
        blocks.append(Paragraph(f"{more} can be found in qc/swaps.tsv."))
    return [*blocks, *_say_of_omics(omics)]


def _headline(row: object, show_ids: bool) -> str:
    confidence = "likely" if row.confidence == "likely" else "possible"  # type: ignore[attr-defined]
    first, second = row.sample_1, row.sample_2  # type: ignore[attr-defined]
    swapped = label_text(row.swapped, 80)  # type: ignore[attr-defined]
    if second:
        who = "Two samples"
        if show_ids:
            who = f"{label_text(first, 60)} and {label_text(second, 60)}"
        return f"{who} look swapped ({confidence}; {swapped})."
    who = label_text(first, 60) if show_ids else "A sample"
    return f"{who} may be somebody else ({confidence}; {swapped})."


def _say_of_omics(omics: pd.DataFrame | None) -> list[Block]:
    """Say how many profiles were held against genotypes, layer by layer."""
    if omics is None or not len(omics):
        return []
    sentences = []
    for layer, own in omics.groupby("layer", sort=True):
        counts = own["status"].value_counts()
        n_ok, n_bad = int(counts.get("ok", 0)), int(counts.get("mismatch", 0))
        name = label_text(layer, 40)
        if not n_ok + n_bad:
            sentences.append(
                f"Profiles of the layer {name} could not be matched with genotypes:"
                " too few features are associated with variants."
            )
            continue
        parts = [f"{plural(n_ok, 'profile')} of the layer {name} fit their genotypes"]
        if n_bad:
            verb = "fits" if n_bad == 1 else "fit"
            parts.append(f"{number_word(n_bad)} {verb} another sample's")
        rest = len(own) - n_ok - n_bad
        if rest:
            parts.append(f"{rest:,} could not be assessed")
        sentences.append(f"{listing(parts)}.")
    return [Paragraph(" ".join(sentences))]
