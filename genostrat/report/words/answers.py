"""The four questions that a report is opened with, each answered in one look.

An answer has a verdict, the number that it rests on, how sure that is, and what could
not be assessed. It comes from the summary record alone. Where nothing was assessed
there is no number, and no good sign: :class:`genostrat.report.parts.document.Answer`
holds it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from genostrat.report.parts.document import Answer, Finding, Tone
from genostrat.report.parts.scales import ALL, is_ratio, no_effect
from genostrat.report.parts.wording import (
    NBSP,
    count_text,
    is_missing,
    label_text,
    listing,
    number_text,
    number_word,
    p_text,
    percent_text,
    plural,
    readable,
    sentence,
)
from genostrat.report.words.pgx import count_more, guided_genes
from genostrat.report.words.response import (
    PROGNOSTIC,
    effect_words,
    leading_tests,
)
from genostrat.report.words.sentences import VERDICTS, power_words

Record = Mapping[str, Any]

#: Names of genes, or of strata, that an answer lists before it counts them.
_MOST_NAMED = 3
#: Below this p-value, adjusted for all outcomes, strata are said to differ.
_NOTABLE_P = 0.05
NOT_ASSESSED = "Not assessed"


def answer_questions(summary: Record, findings: Iterable[Finding]) -> list[Answer]:
    """Answer the four questions of a report.

    Parameters
    ----------
    summary
        The record of :func:`genostrat.report.parts.summary.summarise_cohort`.
    findings
        What :func:`genostrat.report.words.sentences.summarise_in_words` says of it: an
        answer is no better than its worst sentence.

    Returns
    -------
    list of Answer
        trust, medicines, subgroups and treatment.
    """
    doubtful = {finding.about for finding in findings if finding.tone == "warn"}
    return [
        _answer_trust(summary, is_doubtful="trust" in doubtful),
        _answer_medicines(summary),
        _answer_subgroups(summary),
        _answer_treatment(summary),
    ]


def _silent(
    name: str, question: str, section: str, why: Sequence[str], verdict: str = ""
) -> Answer:
    """Return an answer that nothing was assessed for."""
    verdict = verdict or NOT_ASSESSED
    return Answer(name, question, verdict, "note", "", "", "", why, 0, section)


def _answer_trust(summary: Record, *, is_doubtful: bool) -> Answer:
    about = ("trust", "Which patients and samples can be trusted?", "quality")
    samples = summary["samples"]
    n = samples["n_genotyped"]
    if not n:
        whom = plural(samples["n_sheet"], "patient")
        return _silent(*about, [f"no genotypes were given of {whom}"])
    kept, flagged = samples["n_kept"], samples.get("n_flagged", 0)
    gaps = list(_gaps_of_quality(summary, n))
    verdict = "Samples with doubts" if is_doubtful else "Usable"
    tone: Tone = "warn" if is_doubtful else ("note" if gaps or flagged else "good")
    swaps = sum((summary.get("swaps") or {}).values())
    doubts = [f"{count_text(flagged)} of them flagged to be looked at"] * bool(flagged)
    if swaps:
        swap = "a swap" if swaps == 1 else f"{number_word(swaps)} swaps"
        doubts.append(f"{swap} of samples suspected")
    return Answer(
        *about[:2],
        verdict,
        tone,
        f"{count_text(kept)} of {count_text(n)}",
        f"samples kept ({percent_text(kept / n)})",
        sentence(listing(doubts) or "no rule flags any of those kept"),
        gaps,
        n,
        about[2],
    )


def _gaps_of_quality(summary: Record, n: int) -> Iterable[str]:
    """Name the checks of samples that the data were not enough for."""
    relatives = summary["relatedness"]
    if relatives is None or not relatives["assessable"]:
        yield "relatives"
    checks = {
        "genetic sex": (summary["sex"] or {}).get("not_assessable", n),
        "contamination": (summary["contamination"] or {}).get("n_not_assessable", n),
    }
    for name, unknown in checks.items():
        if unknown:
            whom = "" if unknown >= n else f" of {count_text(unknown)}"
            yield f"{name}{whom}"
    if summary["ancestry"] is None:
        yield "ancestry"
    quality = summary.get("variant_quality")
    if quality is None or quality["not_assessed"]:
        yield "variants"


def _answer_medicines(summary: Record) -> Answer:
    about = ("medicines", "What do genes mean for medicines?", "pharmacogenomics")
    record = summary.get("pgx")
    if record is None:
        ran = summary["samples"]["n_genotyped"]
        why = "pharmacogenes were not called" if ran else "no genotypes were given"
        return _silent(*about, [why])
    share = record["actionable"]
    genes = guided_genes(record)
    if share is None or not share["n"]:
        none = record["n_assessed"] == 0
        whom = "all patients" if none else "all but fewer than five patients"
        why = f"{plural(len(genes), 'gene')} with guidance, in {whom}"
        return _silent(*about, [why], "Not assessable")
    taking, more = record["actionable_on_medication"], count_more(record, "actionable")
    verdict, tone = "Results to act on", "note"
    if taking is not None and taking["count"]:
        takers = plural(taking["count"], "patient")
        verb = "takes" if taking["count"] == 1 else "take"
        verdict = f"{takers} now {verb} a medicine to avoid or to dose otherwise"
        tone = "warn"
    elif not share["count"]:
        verdict = "No certain result to act on"
    is_whole = not any(gene["n_ambiguous"] or gene["n_not_called"] for gene in genes)
    least = "" if is_whole else f"≥{NBSP}"
    doubt = f"; for {count_text(more)} more not ruled out" if more else ""
    low, high = percent_text(share["ci_low"]), percent_text(share["ci_high"])
    number = percent_text(share["frequency"])
    if not share["count"] and more:
        number, least = f"0 of {count_text(share['n'])}", ""
    return Answer(
        *about[:2],
        verdict,
        tone,  # type: ignore[arg-type]
        f"{least}{number}",
        f"of {count_text(share['n'])} assessed carry a result that would change a"
        " prescription",
        f"95{NBSP}% interval {low} to {high}{doubt}.",
        list(_gaps_of_medicines(record, genes)),
        share["n"],
        about[2],
    )


def _gaps_of_medicines(record: Record, genes: Sequence[Record]) -> Iterable[str]:
    unknown = record["n_patients"] - record["actionable"]["n"]
    if unknown:
        yield f"all genes of {plural(unknown, 'patient')}"
    silent = [gene["gene"] for gene in genes if not gene["n_called"]]
    if silent:
        named = listing(label_text(name, 20) for name in silent)
        few = len(silent) <= _MOST_NAMED
        yield f"{named if few else plural(len(silent), 'gene')} in any patient"
    if record["actionable_on_medication"] is None:
        yield "medicines taken (no such column)"
    names = (record.get("medicines") or {}).get("unknown", 0)
    if names:
        yield plural(names, "name of a medicine", "names of medicines")
    yield "copy numbers and rearrangements, unless given by another tool"


def _answer_subgroups(summary: Record) -> Answer:
    about = ("subgroups", "Are there subgroups of patients?", "strata")
    strata = summary["strata"]
    if strata is None:
        return _silent(*about, ["no layer to group patients by"])
    verdict = strata["verdict"]
    sizes = strata["sizes"]
    profile = summary["profile"] or {}
    n = sum(sizes.values()) or _n_searched(strata, profile)
    if verdict not in VERDICTS or not n:
        return _silent(*about, ["the evidence for groups"])
    word, _, meaning = VERDICTS[verdict]
    tones: dict[str, Tone] = {"supported": "good", "confounded": "warn"}
    number = {"none": "none", "confounded": "not counted"}.get(verdict, str(len(sizes)))
    if sizes and verdict != "confounded":
        meaning += f" ({' / '.join(count_text(size) for size in sizes.values())})"
    gaps = list(_gaps_of_strata(strata, verdict))
    tone = tones.get(verdict, "note")
    return Answer(
        *about[:2],
        word,
        "note" if tone == "good" and "confounders" in gaps else tone,
        number,
        meaning,
        _doubt_of_strata(strata, profile),
        gaps,
        n,
        about[2],
    )


def _n_searched(strata: Record, profile: Record) -> int:
    power = strata["power"] or {}
    searched = [s for name, s in strata["statuses"].items() if name != "excluded"]
    return int(power.get("n") or sum(searched) or profile.get("n_patients") or 0)


def _doubt_of_strata(strata: Record, profile: Record) -> str:
    if strata["verdict"] == "none":
        return power_words(dict(strata), dict(profile))
    if strata["verdict"] == "confounded":
        linked = strata["confounders_that_recover_strata"]
        mirrored = listing(map(readable, linked or strata["confounders_linked"] or []))
        return f"They mirror {mirrored or 'something other than biology'}."
    parts = []
    if not is_missing(strata["median_confidence"]):
        parts.append(f"median confidence {number_text(strata['median_confidence'], 2)}")
    unsure = strata["statuses"].get("ambiguous", 0)
    if unsure:
        parts.append(f"{plural(unsure, 'patient')} between strata")
    return sentence(listing(parts)) if parts else ""


def _gaps_of_strata(strata: Record, verdict: str) -> Iterable[str]:
    if verdict in ("supported", "suggestive") and not strata["confounders_checked"]:
        yield "confounders"
    if verdict == "none" and not strata["power"]:
        yield "what could have been missed"
    words = {"outside_model": "unlike any stratum", "excluded": "excluded before"}
    for status, why in words.items():
        n = strata["statuses"].get(status, 0)
        if n and strata["sizes"]:
            yield f"{plural(n, 'patient')} {why}"


def _answer_treatment(summary: Record) -> Answer:
    about = ("treatment", "Does treatment work differently?", "response")
    response = summary["response"]
    if response is None:
        return _silent(*about, ["no outcomes are configured"], "Not analysed")
    if (summary["strata"] or {}).get("verdict") == "confounded":
        why = "the groups are confounded: no comparison of them says anything"
        return _silent(*about, [why], "Cannot be told")
    tests = leading_tests(response["tests"])
    compared = [test for test in tests if not is_missing(test["p_adjusted"])]
    if not compared:
        return _answer_overall(about, response["effects"])
    test = min(compared, key=lambda test: float(test["p_adjusted"]))
    effects = [e for e in response["effects"] if e["outcome"] == test["outcome"]]
    outcome = label_text(readable(test["outcome"]), 40)
    differs = float(test["p_adjusted"]) < _NOTABLE_P
    if test["model"] == PROGNOSTIC:
        verdict = "The outcome differs" if differs else "No clear difference in outcome"
        meaning, shown = f"{outcome} by stratum", None
    else:
        verdict = "Yes, between strata" if differs else "No evidence that it does"
        meaning = f"treatment × stratum, {outcome}"
        shown = _strongest(effects) if differs else ALL
    if (summary["strata"] or {}).get("verdict") == "suggestive":
        verdict += " (strata not established)"
    return Answer(
        *about[:2],
        verdict,
        "note",
        p_text(test["p_adjusted"]),
        meaning,
        _effect_of(effects, shown) if shown else "",
        list(_gaps_of_response(summary, tests, effects, test)),
        int(test["n"] or 0) or 1,
        about[2],
    )


def _answer_overall(about: tuple[str, str, str], effects: Sequence[Record]) -> Answer:
    """Give the first effect that is known in all patients, where none are compared."""
    known = [e for e in effects if e["stratum"] == ALL and not is_missing(e["effect"])]
    if not known:
        return _silent(*about, ["any effect: see why below"], "Not assessable")
    first = known[0]
    rest = [e for e in known if e["outcome"] == first["outcome"]]
    return Answer(
        *about[:2],
        "Only the effect in all patients",
        "note",
        plural(int(first.get("n") or 0), "patient"),
        f"compared, {label_text(readable(first['outcome']), 40)}",
        _effect_of(rest, ALL),
        ["differences between strata"],
        int(first.get("n") or 0) or 1,
        about[2],
    )


def _strongest(effects: Sequence[Record]) -> str:
    """Return the stratum with the strongest effect on the outcome's first scale."""
    known = [e for e in effects if e["stratum"] != ALL and not is_missing(e["effect"])]
    first = [e for e in known if e["scale"] == known[0]["scale"]]

    def strength(effect: Record) -> float:
        value, scale = float(effect["effect"]), effect["scale"]
        if is_ratio(scale):
            return abs(math.log(value)) if value > 0 else math.inf
        return abs(value - no_effect(scale))

    return str(max(first, key=strength)["stratum"]) if first else ALL


def _effect_of(effects: Sequence[Record], stratum: str) -> str:
    """Write the first known effect in a stratum, with its contrast and patients."""
    known = [
        dict(e)
        for e in effects
        if e["stratum"] == stratum and not is_missing(e["effect"])
    ]
    if not known:
        return ""
    contrast = label_text(known[0].get("contrast") or "", 60)
    whom = "all patients compared" if stratum == ALL else label_text(stratum)
    n = known[0].get("n")
    size = f" (n = {count_text(n)})" if n else ""
    named = f"{contrast} in {whom}" if contrast else f"In {whom}"
    return f"{named}{size}: {effect_words(known[:1], most=1)}."


def _gaps_of_response(
    summary: Record, tests: Sequence[Record], effects: Sequence[Record], test: Record
) -> Iterable[str]:
    untested = [t["outcome"] for t in tests if is_missing(t["p_adjusted"])]
    if untested:
        yield listing(label_text(readable(name), 40) for name in untested)
    silent = [
        stratum
        for stratum in dict.fromkeys(e["stratum"] for e in effects)
        if all(is_missing(e["effect"]) for e in effects if e["stratum"] == stratum)
    ]
    if silent:
        yield f"the effect in {listing(map(label_text, silent))}"
    left = summary["samples"]["n_sheet"] - int(test["n"] or 0)
    if left > 0:
        yield f"{plural(left, 'patient')} of the sheet not in this comparison"
