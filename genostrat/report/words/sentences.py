"""The report in short: a few sentences that a clinician reads first.

Every sentence comes from the summary record alone, so that the words and the
machine-readable summary cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from genostrat.catalogues.quality_rules import rule_words
from genostrat.report.parts.document import Badge, Finding
from genostrat.report.parts.wording import (
    is_missing,
    label_text,
    listing,
    number_word,
    p_text,
    percent_text,
    plain_number,
    plural,
    readable,
    sentence,
)
from genostrat.report.words.kinship import why_not_assessed
from genostrat.report.words.pgx import describe_pharmacogenes
from genostrat.report.words.response import describe_treatment
from genostrat.report.words.variant_quality import describe_variant_quality

#: A centre that explains more of the main genetic axes than this is pointed out.
NOTABLE_SHARE = 0.1
#: Groups whose exclusions differ with a smaller p-value than this are pointed out.
NOTABLE_P = 0.05

VERDICTS = {
    "supported": ("Supported", "✓", "subgroups are supported by the data"),
    "suggestive": ("Suggestive", "~", "subgroups are possible, not established"),
    "none": ("None", "○", "no subgroups were found"),
    "confounded": ("Confounded", "!", "the groups mirror something else"),
}


def summarise_in_words(summary: dict[str, Any]) -> list[Finding]:
    """Say in five to eight sentences what a cohort's run found.

    Parameters
    ----------
    summary
        The record of :func:`genostrat.report.parts.summary.summarise_cohort`.
    """
    trust = [_describe_samples(summary["samples"])]
    if summary["samples"]["n_genotyped"] is not None:
        trust += _describe_genotypes(summary)
    strata = summary["strata"]
    by_question: dict[str, Iterable[Finding]] = {
        "trust": trust,
        "medicines": describe_pharmacogenes(summary.get("pgx")),
        "subgroups": _describe_strata(strata, profile=summary["profile"]),
        "treatment": describe_treatment(summary["response"], strata=strata),
    }
    return [
        replace(finding, about=question)
        for question, findings in by_question.items()
        for finding in findings
    ]


def verdict_badge(strata: dict[str, Any] | None) -> Badge | None:
    """Give the verdict its word, sign, tone and half a sentence."""
    if strata is None or strata["verdict"] not in VERDICTS:
        return None
    word, sign, text = VERDICTS[strata["verdict"]]
    if strata["verdict"] in ("supported", "suggestive") and strata["k"]:
        text = f"{number_word(int(strata['k']))} {text}"
    return Badge(word=word, sign=sign, tone=strata["verdict"], text=text)


def _describe_samples(samples: dict[str, Any]) -> Finding:
    genotyped = samples["n_genotyped"]
    if genotyped is None:
        text = (
            f"The cohort has {plural(samples['n_sheet'], 'patient')}. No genotypes were"
            " given, so no sample was checked for quality and none was excluded for it."
        )
        return Finding(text, "plain")
    kept, excluded = samples["n_kept"], samples["n_excluded"]
    text = (
        f"Of {plural(genotyped, 'genotyped sample')}, {kept:,}"
        f" ({percent_text(kept / max(genotyped, 1))}) passed quality control"
    )
    by_hand = _describe_overrides(samples.get("overrides") or {})
    hits = [row for row in samples["rules"] if row["n_excluded"]]
    if not excluded:
        return Finding(f"{text} and none was excluded.{by_hand}", "good", genotyped)
    hits.sort(key=lambda row: -row["n_excluded"])
    reasons = [f"{rule_words(row['rule'])} {row['n_excluded']:,}" for row in hits]
    total = sum(row["n_excluded"] for row in hits)
    more = "; one sample can have several reasons" if total > excluded else ""
    was = "was" if excluded == 1 else "were"
    return Finding(
        f"{text}; {excluded:,} {was} excluded ({listing(reasons)}{more}).{by_hand}",
        "warn" if excluded > 0.1 * genotyped else "note",
        genotyped,
    )


def _describe_overrides(overrides: dict[str, int]) -> str:
    total = sum(overrides.get(name, 0) for name in ("keep", "flag", "exclude"))
    if not total:
        return ""
    was = "decision was" if total == 1 else "decisions were"
    text = sentence(f"{number_word(total)} {was} made by hand")
    against = overrides.get("against_a_rule", 0)
    if not against:
        return f" {text}"
    who = "it goes" if total == 1 else f"{number_word(against)} of them"
    verb = "" if total == 1 else (" goes" if against == 1 else " go")
    return f" {text[:-1]}; {who}{verb} against the rules."


def _describe_genotypes(summary: dict[str, Any]) -> Iterator[Finding]:
    quality = summary.get("variant_quality")
    told = describe_variant_quality(quality) if quality else None
    if told is not None:
        yield told
    if summary["relatedness"] is not None:
        yield _describe_relatives(summary["relatedness"])
    if summary["sex"] is not None:
        yield _describe_sex(summary["sex"])
    yield from _describe_identity(summary)
    if summary["contamination"] is not None:
        yield _describe_contamination(summary["contamination"])
    if summary["ancestry"] is not None:
        yield _describe_ancestry(summary["ancestry"])
    yield from _describe_fairness(summary)


def _describe_identity(summary: dict[str, Any]) -> Iterator[Finding]:
    """Say whether samples are whom the sheet says, where something speaks against."""
    swaps, pedigree = summary.get("swaps") or {}, summary.get("pedigree") or {}
    parts = []
    for level in ("likely", "possible"):
        n = swaps.get(level, 0)
        if n:
            swap = "swap of samples is" if n == 1 else "swaps of samples are"
            parts.append(f"{number_word(n)} {swap} {level}")
    n = pedigree.get("mismatch", 0)
    if n:
        parts.append(
            f"{number_word(n)} {'pair is' if n == 1 else 'pairs are'} not related as"
            " the sheet says"
        )
    n = (summary.get("mendel") or {}).get("inconsistent", 0)
    if n:
        parts.append(
            f"{number_word(n)} {'child does' if n == 1 else 'children do'} not fit the"
            " genotypes of the parents"
        )
    if parts:
        yield Finding(" ".join(sentence(part) for part in parts), "warn")


def _describe_fairness(summary: dict[str, Any]) -> Iterator[Finding]:
    """Say whom exclusions hit, or what one cut for all would have done."""
    exclusions = summary.get("exclusions") or {}
    for grouping in ("ancestry", "centre"):
        rows = exclusions.get(grouping) or []
        if rows and is_uneven(rows, "excluded"):
            p = p_text(rows[0]["p_value_excluded"])
            yield Finding(
                f"Exclusions differ by {grouping_words(grouping)} ({p}):"
                f" {most_caught(rows, 'excluded')}.",
                "warn",
            )
    rows = exclusions.get("ancestry") or []
    if rows and is_uneven(rows, "naive") and not is_uneven(rows, "fair"):
        n = sum(row["n_fair"] for row in rows)
        yield Finding(
            "One cut for everybody would have called people outliers for their"
            f" ancestry: {most_caught(rows, 'naive')}. Compared with people of like"
            f" ancestry, {number_word(n)} {'sample is' if n == 1 else 'samples are'}.",
            "note",
        )


def grouping_words(grouping: str) -> str:
    """Put the name of a grouping of exclusions in words."""
    return readable(grouping)


def is_uneven(rows: Sequence[Mapping[str, Any]], by: str) -> bool:
    """Say whether the groups of a grouping differ in the share that was caught."""
    p = rows[0][f"p_value_{by}"]
    return not is_missing(p) and float(p) < NOTABLE_P


def most_caught(rows: Sequence[Mapping[str, Any]], by: str) -> str:
    """Name the group with the largest share caught, beside the share of the rest."""
    worst = max(rows, key=lambda row: (row[f"share_{by}"], row["n"], row["group"]))
    others = [row for row in rows if row is not worst]
    n_rest = sum(row["n"] for row in others)
    share = sum(row[f"n_{by}"] for row in others) / max(n_rest, 1)
    return (
        f"{percent_text(worst[f'share_{by}'])} of {label_text(worst['group'], 50)}"
        f" against {percent_text(share)} of the others"
    )


def _describe_relatives(record: dict[str, Any]) -> Finding:
    duplicates = record["duplicate"]
    parts = []
    if duplicates:
        parts.append(
            f"{number_word(duplicates)} {'pair is' if duplicates == 1 else 'pairs are'}"
            " the same person twice (or identical twins)"
        )
    if not record["assessable"]:
        text = f"Relatives could not be assessed: {why_not_assessed(record)}."
        if duplicates:
            text += f" By identical genotypes, {parts[0]}."
        alike = record.get("n_alike", 0)
        if alike:
            pair = "pair has" if alike == 1 else "pairs have"
            text += (
                f" {number_word(alike).capitalize()} {pair} the same genotypes at all"
                " variants that were read: one person twice, relatives who share these"
                " parts of the genome, or people whom so few variants do not tell"
                " apart."
            )
        return Finding(text, "warn" if duplicates or alike else "note", 0)
    names = {"first": "first-degree", "second": "second-degree"}
    relatives = [
        f"{number_word(record[level])} {name}"
        for level, name in names.items()
        if record[level]
    ]
    total, distant = sum(record[level] for level in names), record["third"]
    if relatives:
        kind = "pair of relatives" if total == 1 else "pairs of relatives"
        parts.append(
            f"there {'is' if total == 1 else 'are'} {listing(relatives)} {kind}"
        )
    text = sentence(listing(parts) or "no duplicates and no close relatives were found")
    if total:
        text += " Subgroups are looked for in unrelated patients only."
    if distant:
        pair = "pair lies" if distant == 1 else "pairs lie"
        text += (
            f" {number_word(distant).capitalize()} {pair} in the range of third-degree"
            " relatives, which shared ancestry reaches too."
        )
    if not parts:
        return Finding(text, "good", record["n_pairs"])
    return Finding(text, "warn" if duplicates else "note", record["n_pairs"])


def _describe_sex(counts: dict[str, int]) -> Finding:
    assessed = counts["ok"] + counts["mismatch"] + counts["ambiguous"]
    if not assessed:
        return Finding(
            "Genetic sex could not be checked: the data hold too little of the X"
            " chromosome, or the sheet gives no sex.",
            "note",
            0,
        )
    parts = []
    if counts["mismatch"]:
        n = counts["mismatch"]
        parts.append(
            f"{number_word(n)} {'sample has' if n == 1 else 'samples have'}"
            " a genetic sex that differs from the sheet; look for swapped tubes or rows"
        )
    if counts["ambiguous"]:
        n = counts["ambiguous"]
        parts.append(
            f"{number_word(n)} {'sample is' if n == 1 else 'samples are'} of ambiguous"
            " genetic sex"
        )
    if parts:
        text = " ".join(sentence(part) for part in parts)
        return Finding(text, "warn", assessed)
    unknown = counts["not_assessable"]
    text = (
        f"Genetic sex agrees with the sheet in"
        f" {'the one sample' if assessed == 1 else f'all {assessed:,} samples'} that"
        " could be checked"
    )
    text += f"; {unknown:,} could not." if unknown else "."
    return Finding(text, "note" if unknown > assessed else "good", assessed)


def _describe_contamination(record: dict[str, Any]) -> Finding:
    if not record["n_assessable"]:
        return Finding(
            "Contamination could not be assessed: read depths of both alleles, or"
            " enough samples, are missing.",
            "note",
            0,
        )
    median = percent_text(record["median"], 1)
    if record["limit"] is None:
        text = f"The median estimate of foreign DNA in a sample is {median}."
        return Finding(text, "plain", record["n_assessable"])
    above, limit = record["n_above"], percent_text(record["limit"], 1)
    if not above:
        text = f"No sample shows contamination above {limit} (median {median})."
        unknown = record.get("n_not_assessable") or 0
        if unknown:
            whom = plural(unknown, "sample")
            text = f"{text[:-1]}; {whom} could not be assessed."
        few = unknown > record["n_assessable"]
        return Finding(text, "note" if few else "good", record["n_assessable"])
    shows = "sample shows" if above == 1 else "samples show"
    text = (
        f"{number_word(above)} {shows} contamination with foreign DNA above {limit}"
        f" (the median is {median})."
    )
    return Finding(sentence(text), "warn", record["n_assessable"])


def _describe_ancestry(record: dict[str, Any]) -> Finding:
    shares = dict(record["variance_of_pc1_pc2_explained_by"])
    text = ""
    if set(record["labels"]) - {"unassigned"}:
        groups = [f"{label_text(k)} ({n:,})" for k, n in record["labels"].items()]
        text = f"Ancestry by reference panel: {listing(groups)}. "
    grouping = record["grouping"]
    if grouping in shares and grouping not in ("centre", "batch"):
        share = shares.pop(grouping)
        explained = f"explains {percent_text(share)} of the two main axes"
        text += sentence(f"{readable(grouping)} {explained} of genetic ancestry") + " "
    uneven = [
        f"{readable(name)} ({percent_text(share)})"
        for name, share in shares.items()
        if share is not None and share > NOTABLE_SHARE
    ]
    if uneven:
        text += f"Ancestry differs by {listing(uneven)}, which must be kept in mind. "
    elif shares:
        text += f"Ancestry is similar across {listing(map(readable, shares))}. "
    if not text:
        text = f"Genetic ancestry was described by {record['n_axes']} axes. "
    return Finding(sentence(text), "note" if uneven else "plain")


def _describe_strata(
    strata: dict[str, Any] | None, *, profile: dict[str, Any] | None
) -> Iterator[Finding]:
    if strata is None:
        yield Finding(
            "Subgroups were not looked for: the cohort has no molecular layer.", "note"
        )
        return
    verdict = strata["verdict"]
    k = number_word(int(strata["k"])) if strata["k"] else "several"
    sizes = listing(f"{label_text(s)} ({n:,})" for s, n in strata["sizes"].items())
    if verdict == "supported":
        text = f"{k} molecular subgroups are supported by the data: {sizes}."
        yield Finding(sentence(text), "good", sum(strata["sizes"].values()))
    elif verdict == "suggestive":
        text = (
            f"There are signs of {k} molecular subgroups: {sizes}. The evidence is"
            " incomplete, so this is a hypothesis, not a finding."
        )
        yield Finding(sentence(text), "note")
    elif verdict == "confounded":
        alone, linked = (
            strata[key] or []
            for key in ("confounders_that_recover_strata", "confounders_linked")
        )
        mirrored = listing(map(readable, alone or linked))
        text = (
            f"The patients fall into {k} groups, but these mirror"
            f" {mirrored or 'something other than biology'}. They are not molecular"
            " subgroups and must not guide treatment."
        )
        yield Finding(text, "warn")
    else:
        text = f"No subgroups were found. {power_words(strata, profile)}"
        yield Finding(text.strip(), "plain")
    yield from _describe_trust(strata)


def power_words(strata: dict[str, Any], profile: dict[str, Any] | None) -> str:
    """Say what separation of groups this cohort could have shown, if it is known."""
    power = strata["power"]
    if not power:
        return ""
    if power.get("sentence"):
        return sentence(str(power["sentence"]))
    smallest = power.get("smallest_detectable_sd")
    n = power.get("n") or sum(strata["statuses"].values())
    p = power.get("p") or (profile or {}).get("n_features") or 0
    size = f"With {plural(n, 'patient')} and {plural(p, 'feature')},"
    if smallest is None:
        return f"{size} none of the separations tried would have been found reliably."
    return (
        f"{size} groups {plain_number(smallest)} SD apart or more would have been found"
        f" in {percent_text(0.8)} of trials."
    )


def _describe_trust(strata: dict[str, Any]) -> Iterator[Finding]:
    if strata["verdict"] not in ("supported", "suggestive"):
        return
    flagged, checked = strata["confounders_linked"], strata.get("confounders_checked")
    if flagged is not None and checked is not None and not checked:
        flagged = None
    if flagged:
        them = "it" if len(flagged) == 1 else "them"
        first = (
            f"The subgroups are linked with {listing(map(readable, flagged))}, but not"
            f" explained by {them}."
        )
    elif flagged is None:
        first = "The subgroups were not checked against confounders."
    else:
        first = "The subgroups do not follow any of the confounders that were checked."
    second = _describe_unplaced(strata)
    cautious = bool(flagged) or flagged is None or bool(second)
    n = 0 if flagged is None else sum(strata["sizes"].values())
    yield Finding(first + second, "note" if cautious else "good", n)


def _describe_unplaced(strata: dict[str, Any]) -> str:
    unclear = strata["statuses"].get("ambiguous", 0)
    outside = strata["statuses"].get("outside_model", 0)
    if not unclear + outside:
        return ""
    total = sum(strata["sizes"].values()) + unclear + outside
    parts = []
    if unclear:
        parts.append(f"{number_word(unclear)} could not be placed with confidence")
    if outside:
        unlike = "is unlike" if outside == 1 else "are unlike"
        parts.append(f"{number_word(outside)} {unlike} the patients of any subgroup")
    one = unclear + outside == 1
    return (
        f" Of {total:,} patients, {listing(parts)}, and"
        f" {'is' if one else 'are'} left out of comparisons."
    )
