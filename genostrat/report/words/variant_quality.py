"""What was found of the quality of variants, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genostrat.catalogues.quality_rules import VARIANT_RULES
from genostrat.qc.variants.groups import MIN_SAMPLES
from genostrat.report.parts.document import Finding
from genostrat.report.parts.wording import count_text, label_text, listing, plural

#: Groups that a sentence names; a table has them all.
_MOST_NAMED = 3
#: Above this share of excluded variants something is wrong with the data, not with a
#: few variants.
_MANY = 0.2
_WORDS = {rule.name: rule.words for rule in VARIANT_RULES}


def describe_variant_quality(record: Mapping[str, Any]) -> Finding | None:
    """Say how many variants were set aside, and where they are bad.

    Parameters
    ----------
    record
        ``qc/variants.json``.

    Returns
    -------
    Finding or None
        None where all variants were judged and none was caught.
    """
    if record["not_assessed"]:
        return Finding(
            f"Variants were not judged: {record['not_assessed']}.",
            "note",
        )
    n, total = record["n_excluded"], record["n_judged"]
    if not n:
        return None
    text = f"{count_text(n)} of {plural(total, 'variant')} were set aside"
    places = [
        f"{count_text(number)} in {label_text(group, 40)}"
        for group, number in _by_group(record)
    ]
    if places:
        shown = listing(places[:_MOST_NAMED])
        more = "" if len(places) <= _MOST_NAMED else ", and in other groups"
        text += f", bad in one group alone: {shown}{more}"
    many = n > _MANY * total
    if many:
        text += "; so many point to the data as a whole"
    return Finding(f"{text}.", "warn" if many or places else "plain")


def _by_group(record: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Return the groups of rules that compare groups, most variants first."""
    found: dict[str, int] = {}
    for rule in record["rules"]:
        if rule["rule"].startswith("uneven") and rule["outcome"] == "excluded":
            for group, number in rule["by_group"].items():
                found[group] = found.get(group, 0) + number
    return sorted(found.items(), key=lambda item: (-item[1], item[0]))


def rows_of_rules(record: Mapping[str, Any]) -> list[list[str]]:
    """Return the rows of a table: rule, group, outcome and number of variants."""
    rows = []
    for rule in record["rules"]:
        groups = sorted(rule["by_group"].items(), key=lambda item: (-item[1], item[0]))
        for group, number in groups or [("none", 0)]:
            whom = {"all": "everybody", "none": "–"}.get(group, label_text(group, 60))
            words = _WORDS.get(rule["rule"], rule["rule"])
            rows.append([words, whom, rule["outcome"], count_text(number)])
    return rows


def describe_comparisons(record: Mapping[str, Any]) -> str:
    """Say which groups were compared, and which could not be."""
    compared = [
        f"{label_text(column, 40)} ({plural(len(groups), 'group')})"
        for column, groups in record["compared"].items()
    ]
    text = (
        f"Groups were compared by {listing(compared)}."
        if compared
        else "No groups could be compared: a variant that is bad in one batch or centre"
        " alone was not looked for."
    )
    for column, why in record["not_compared"].items():
        text += f" Not by {label_text(column, 40)}: {why}."
    whom = record["proportions_within"]
    text += (
        f" Proportions were tested within {listing([label_text(w, 40) for w in whom])}."
        if whom
        else " Proportions were tested in everybody, since no ancestry is known."
    )
    text += _describe_yardsticks(record)
    n_elsewhere = record["n_variants"] - record["n_judged"]
    if n_elsewhere:
        told = plural(n_elsewhere, "variant")
        text += f" {told} of chrY and the mitochondrion were not judged."
    if record["n_on_x"] and record["n_with_two_x"] < MIN_SAMPLES:
        text += (
            " Frequencies and proportions on chrX were not tested: fewer than"
            f" {MIN_SAMPLES} samples are known to have two X chromosomes."
        )
    n_left_out = record["n_samples"] - record["n_samples_counted"]
    if n_left_out:
        text += f" {plural(n_left_out, 'sample')} with too few calls did not count."
    return text


def _describe_yardsticks(record: Mapping[str, Any]) -> str:
    """Say what alleles and inheritance were held against, if anything."""
    n_families = record["n_families"]
    text = (
        f" Inheritance was looked at in {plural(n_families, 'family', 'families')}."
        if n_families
        else " Inheritance was not looked at: no family is known that fits the sheet."
    )
    n_read = record["n_with_reads"]
    text += (
        f" Reads were looked at in {plural(n_read, 'variant')}."
        if n_read
        else " Reads were not looked at: the genotypes come without them, or with too"
        " few."
    )
    names = {"sequence": "the reference sequence", "panel": "the reference panel"}
    compared = []
    for what, kinds in record["alleles"].items():
        n = sum(kinds.values())
        compared.append(f"{names[what]} ({plural(n, 'variant')} could be told)")
    if compared:
        return f"{text} Alleles were held against {listing(compared)}."
    return (
        f"{text} Alleles were held against no sequence and no panel: a variant on the"
        " other strand was not looked for."
    )
