"""Sentences on pharmacogenes, from the cohort's record alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genostrat.report.parts.document import Finding, Tone
from genostrat.report.parts.wording import (
    count_text,
    label_text,
    listing,
    percent_text,
    plural,
)


def share_text(share: Mapping[str, Any]) -> str:
    """Write a share with its interval: ``12 % (95 % interval 8 % to 17 %)``."""
    low, high = percent_text(share["ci_low"]), percent_text(share["ci_high"])
    return f"{percent_text(share['frequency'])} (95\u00a0% interval {low} to {high})"


def n_patients(gene: Mapping[str, Any]) -> int:
    """Return the number of patients that a gene's counts are of."""
    return gene["n_called"] + gene["n_ambiguous"] + gene["n_not_called"]


def guided_genes(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the genes that guidance rests on; all where that is not known."""
    wanted = set(record["guided_genes"])
    chosen = [gene for gene in record["genes"] if gene["gene"] in wanted]
    return chosen or list(record["genes"])


def describe_pharmacogenes(record: Mapping[str, Any] | None) -> list[Finding]:
    """Say in up to three sentences what the section found."""
    if record is None:
        return []
    if record["actionable"] is None:
        return [Finding(tell_not_assessed(record), "note", 0)]
    found = [_tell_actionable(record)]
    if record["absent"] == "reference":
        found.append(
            Finding(
                "Absent positions were taken for reference in pharmacogenes: a normal"
                " result there may only mean that nobody looked.",
                "warn",
            )
        )
    genes = guided_genes(record)
    unsure = [g for g in genes if g["n_called"] < 0.5 * n_patients(g)]
    if unsure:
        names = [label_text(gene["gene"], 20) for gene in unsure]
        shown = listing(names) if len(names) <= 6 else f"{len(names)} genes"
        text = f"Fewer than half of the patients could be called surely in {shown}."
        found.append(Finding(text, "note"))
    return found


def tell_not_assessed(record: Mapping[str, Any]) -> str:
    """Say that there is no share of patients with a result to act on, and why."""
    if record["n_assessed"] is None:
        return "Pharmacogenes could be assessed in fewer than five patients."
    return (
        "Pharmacogenes were not assessable: no patient has a result of a gene that"
        " guidance rests on. That is not to say that nobody carries one to act on."
    )


def _tell_actionable(record: Mapping[str, Any]) -> Finding:
    """Say how many patients have a result to act on, and who may have."""
    share, taking = record["actionable"], record["actionable_on_medication"]
    genes = guided_genes(record)
    # A gene that was not called may hide a further result, never take one away.
    least = "" if all(g["n_called"] == n_patients(g) for g in genes) else "At least "
    of_them = f"of the {plural(share['n'], 'patient')} who could be assessed"
    result = "a pharmacogene result that would change a prescription"
    n_more = count_more(record, "actionable")
    if n_more and not share["count"]:
        open_in = "all" if n_more == share["n"] else count_text(n_more)
        text = (
            f"None {of_them} surely carries {result}; for {open_in} of them it cannot"
            " be ruled out"
        )
    else:
        text = f"{least}{share_text(share)} {of_them} carry {result}"
        text += f"; for {count_text(n_more)} more it cannot be ruled out" * (n_more > 0)
    tone: Tone = "plain"
    if taking is not None:
        n = taking["count"]
        n_possible = count_more(record, "actionable_on_medication")
        who = "nobody takes" if not n else f"{plural(n, 'patient')} now"
        who = "nobody surely takes" if n_possible and not n else who
        verb = "" if not n else (" takes" if n == 1 else " take")
        text += f"; {who}{verb} a drug that theirs speak against or dose otherwise"
        if n_possible:
            text += f", and {plural(n_possible, 'patient')} may"
        tone = "warn" if n or n_possible else "good"
        unknown = (record.get("medicines") or {}).get("unknown", 0)
        if unknown:
            names = plural(unknown, "medicine of the sheet", "medicines of the sheet")
            was = "was" if unknown == 1 else "were"
            text += f"; {names} {was} not recognised, and held against nothing"
            tone = "note" if tone == "good" else tone
    return Finding(f"{text}.", tone, share["n"])


def count_more(record: Mapping[str, Any], kind: str) -> int:
    """Count the patients in whom a result is possible but not certain.

    Parameters
    ----------
    record
        Of the cohort.
    kind
        ``actionable`` or ``actionable_on_medication``.
    """
    possible, certain = record.get(f"possibly_{kind}"), record[kind]
    return possible["count"] - certain["count"] if possible and certain else 0
