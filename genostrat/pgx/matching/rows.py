"""One row of the table of diplotypes: a call, what it hangs on, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from genostrat.pgx.definitions import Gene
from genostrat.pgx.matching.assay import REASONS, GeneAssay
from genostrat.pgx.matching.combinations import explain_phasings
from genostrat.pgx.matching.diplotypes import (
    MOST_INLINE,
    Candidate,
    Explanation,
    Pattern,
    doubt_assumed,
    explain_pairs,
    find_pairs,
    follow_tags,
    forget_halves,
)
from genostrat.pgx.matching.fillings import weigh_fillings
from genostrat.pgx.matching.haplotypes import Matcher, make_matcher, name_variants
from genostrat.pgx.matching.lines import ASSUMED, FIRST_OTHER, MISSING, PRESENT
from genostrat.pgx.matching.patterns import Copies, count_copies, make_pattern
from genostrat.pgx.matching.reach import ReachTable
from genostrat.pgx.naming import join_some
from genostrat.pgx.phenotypes import INDETERMINATE, EffectBook

#: Positions of these genes are not taken for the reference when absent, unless forced:
#: common variants would be missed, and the guess would mislead too often.
NEVER_ASSUMED = ("CYP2C19", "CYP3A5", "UGT1A1")


@dataclass(frozen=True)
class CallPolicy:
    """What the user decided.

    Parameters
    ----------
    absent
        ``missing`` or ``reference``: what a position without a record is.
    force_absent_reference
        Genes of :data:`NEVER_ASSUMED` for which ``reference`` holds nevertheless.
    max_explanations
        Phasings looked at, and alternatives listed, for a patient and gene.
    panels
        Names of the panels whose result is taken for a gene's call.
    min_depth, min_genotype_quality
        Fewest reads and lowest quality of a genotype that says its own; 0 asks nothing.
    """

    absent: str = "missing"
    force_absent_reference: tuple[str, ...] = ()
    max_explanations: int = 1000
    panels: tuple[str, ...] = ()
    min_depth: int = 0
    min_genotype_quality: int = 0

    def assumes_reference(self, gene: str) -> bool:
        """Say whether absent positions of a gene count as the build's sequence."""
        return self.absent == "reference" and not self.is_refused(gene)

    def is_refused(self, gene: str) -> bool:
        """Say whether ``reference`` was asked for and is not followed."""
        is_forced = gene in self.force_absent_reference
        return self.absent == "reference" and gene in NEVER_ASSUMED and not is_forced


@dataclass(frozen=True)
class Row:
    """Columns of ``pgx/diplotypes.tsv`` behind the sample and the gene."""

    diplotype: str = ""
    alternatives: str = ""
    phased: bool = False
    n_assayed: int = 0
    n_required: int = 0
    missing_positions: str = ""
    activity_score: float | None = None
    phenotype: str = ""
    status: str = "not_called"
    reason: str = ""
    allele_1: str = ""
    allele_2: str = ""
    match: str = ""
    other_phenotypes: str = ""
    n_alternatives: int = 0
    explanation: str = ""
    source: str = "own"
    deciding_positions: str = ""
    panels: str = ""
    panel_result: str = ""


@dataclass
class Caller:
    """What stays the same over the patients of a gene.

    Parameters
    ----------
    gene, book, assay
        Definitions, effects, and genotypes.
    policy
        What the user decided.
    source
        Of the knowledge base, for sentences.
    notes
        What a reader of the gene's calls should know.
    memory
        Explanations by pattern, and their keys to `listed`.
    listed
        Rows of the table of alternatives.
    """

    gene: Gene
    book: EffectBook
    assay: GeneAssay
    policy: CallPolicy
    source: str
    notes: tuple[str, ...]
    memory: dict[bytes, tuple[Explanation, str]] = field(default_factory=dict)
    listed: list[tuple[object, ...]] = field(default_factory=list)
    n_listed: int = 0

    @cached_property
    def matcher(self) -> Matcher:
        """The definitions as arrays; not every gene has any."""
        return make_matcher(self.gene)

    @cached_property
    def reach(self) -> ReachTable:
        """What copies with gaps may be called."""
        return ReachTable(self.matcher)


def make_caller(
    gene: Gene, assay: GeneAssay, *, policy: CallPolicy, source: str
) -> Caller:
    """Get ready to call a gene.

    Parameters
    ----------
    gene, assay
        Definitions and genotypes.
    policy
        What the user decided.
    source
        Name and version of the knowledge base.
    """
    notes = list(gene.notes)
    if policy.is_refused(gene.name):
        notes.append(_REFUSED.format(gene=gene.name))
    elif policy.assumes_reference(gene.name):
        notes.append("positions that are not in the file are TAKEN FOR THE REFERENCE")
    if gene.method == "none":
        notes.append(f"{source} gives no phenotypes for this gene")
    return Caller(
        gene=gene,
        book=EffectBook(gene),
        assay=assay,
        policy=policy,
        source=source,
        notes=tuple(notes),
    )


_REFUSED = (
    "pgx.absent: reference is NOT followed for {gene}, positions that are not in the"
    " file are missing (pgx.force_absent_reference overrules this)"
)


def make_row(caller: Caller, row: int, *, sex: int) -> Row:
    """Call a gene in the patient of a row, and say why it is called so.

    Parameters
    ----------
    caller
        Of the gene.
    row
        Of the assay.
    sex
        Code of :mod:`genostrat.pgx.matching.patterns`.
    """
    gene, why = caller.gene, caller.assay.why[row]
    gaps = np.flatnonzero(why != PRESENT)
    base = Row(
        n_assayed=len(why) - len(gaps),
        n_required=len(why),
        missing_positions=",".join(gene.positions[place].name for place in gaps),
    )
    if gene.not_called_because:
        return replace(base, reason=gene.not_called_because)
    if len(gaps) == len(why):
        text = f"{say_nothing_assayed(len(why))} ({_say_gaps(why)})"
        return replace(base, reason=text)
    lacking = [gene.positions[place].name for place in gene.required if place in gaps]
    if lacking:
        text = f"{join_some(lacking)} without which {caller.source} does not call"
        verb = "is" if len(lacking) == 1 else "are"
        return replace(base, reason=f"{text} {gene.name} {verb} missing")
    copies = count_copies(caller.assay, row, inheritance=gene.inheritance, sex=sex)
    if copies.clashes:
        if copies.n_copies == 1:
            return replace(base, reason=_say_clash(gene, copies))
        copies = replace(copies, clashes=())
    pattern = _read_pattern(caller, row, n_copies=copies.n_copies)
    explanation, key = _explain(caller, pattern)
    if not copies.is_certain and explanation.status != "not_called":
        single = _read_pattern(caller, row, n_copies=1)
        explanation = _add_single(explanation, _explain(caller, single)[0])
    return _fill_row(caller, base, explanation, key, pattern, copies, why)


def _read_pattern(caller: Caller, row: int, *, n_copies: int) -> Pattern:
    pattern = make_pattern(caller.assay, row, n_copies=n_copies)
    return doubt_assumed(caller.gene, pattern, caller.assay.why[row] == ASSUMED)


def _explain(caller: Caller, pattern: Pattern) -> tuple[Explanation, str]:
    """Call a pattern, once; return the key of its list of alternatives as well."""
    key = b"".join(
        (pattern.first.tobytes(), pattern.second.tobytes(), pattern.group.tobytes())
    )
    if key not in caller.memory:
        explanation = explain_pattern(caller, pattern)
        name = ""
        if explanation.n_candidates - 1 > MOST_INLINE:
            caller.n_listed += 1
            name = f"{caller.gene.name}-{caller.n_listed:04d}"
            caller.listed += _list_candidates(caller, explanation, name)
            kept = explanation.candidates[: MOST_INLINE + 1]
            explanation = replace(explanation, candidates=kept)
        caller.memory[key] = explanation, name
    return caller.memory[key]


def explain_pattern(caller: Caller, pattern: Pattern) -> Explanation:
    """Call genotypes: by pairs of alleles that fit, else by what comes closest.

    Parameters
    ----------
    caller
        Of the gene.
    pattern
        Genotypes of at least one position.
    """
    most = caller.policy.max_explanations
    if pattern.n_phasings > most:
        pattern = forget_halves(pattern)
    if pattern.n_phasings > most:
        return _explain_unlisted(caller, pattern)
    likely, hints = follow_tags(caller.gene, pattern)
    explanation = _explain_known(caller, likely)
    if pattern.missing.any():
        explanation = weigh_fillings(
            caller.reach,
            caller.book,
            pattern,
            explanation,
            explain=lambda filled: _explain_known(caller, filled),
            most=most + 1,
        )
        explanation = replace(explanation, sentences=(*hints, *explanation.sentences))
    return explanation


def _explain_unlisted(caller: Caller, pattern: Pattern) -> Explanation:
    """Call genotypes with too many phasings, if what both copies carry settles it.

    What differs between the copies is left open, as if it had not been read; that
    leaves more open than any phasing does.
    """
    n_open, most = len(pattern.groups), caller.policy.max_explanations
    text = f"{n_open} unphased differences between the copies allow"
    differs = pattern.group > 0
    known = replace(
        pattern,
        first=np.where(differs, MISSING, pattern.first),
        second=np.where(differs, MISSING, pattern.second),
        group=np.zeros_like(pattern.group),
    )
    is_defined = max(pattern.first.max(), pattern.second.max()) < FIRST_OTHER
    if is_defined and not known.missing.all():
        explanation = explain_pattern(caller, known)
        if explanation.status == "called":
            text = f"{n_open} unphased differences between the copies cannot change it"
            return replace(explanation, sentences=(*explanation.sentences, text))
    return Explanation(
        status="not_called",
        sentences=(
            f"{text} {pattern.n_phasings} phasings, and pgx.max_explanations is {most}:"
            " phased genotypes are needed",
        ),
    )


def _explain_known(caller: Caller, pattern: Pattern) -> Explanation:
    """Call genotypes with the reference allele's sequence in their gaps."""
    most = caller.policy.max_explanations + 1
    pairs = find_pairs(caller.matcher, pattern)
    if len(pairs.first):
        return explain_pairs(caller.matcher, caller.book, pattern, pairs, most=most)
    others = caller.assay.others
    return explain_phasings(
        caller.matcher, caller.book, pattern, others=others, most=most
    )


def _list_candidates(
    caller: Caller, explanation: Explanation, name: str
) -> list[tuple[object, ...]]:
    listed: list[tuple[object, ...]] = []
    spelled: dict[frozenset[tuple[int, int]], str] = {}
    for candidate in explanation.candidates[1:]:
        if candidate.needs not in spelled:
            variants = name_variants(
                caller.gene, candidate.needs, others=caller.assay.others
            )
            spelled[candidate.needs] = ", ".join(variants)
        score = candidate.effect.activity_score if candidate.effect else None
        listed.append(
            (
                caller.gene.name,
                name,
                candidate.diplotype,
                candidate.phenotype,
                score,
                spelled[candidate.needs],
            )
        )
    return listed


def _add_single(double: Explanation, single: Explanation) -> Explanation:
    """Add what a call would be with one copy, where sex does not tell."""
    first = double.candidates[0].phenotype
    phenotypes = set(double.other_phenotypes) | set(single.other_phenotypes)
    if single.candidates:
        phenotypes.add(single.candidates[0].phenotype or INDETERMINATE)
    else:
        phenotypes.add(INDETERMINATE)
    phenotypes.discard(first)
    is_called = double.status == single.status == "called" and not phenotypes
    return replace(
        double,
        status="called" if is_called else "ambiguous",
        candidates=double.candidates + single.candidates,
        n_candidates=double.n_candidates + single.n_candidates,
        other_phenotypes=tuple(sorted(phenotypes)),
        sentences=(
            *double.sentences,
            "sex is not known, so there may be one copy or two equal ones",
        ),
    )


def _fill_row(
    caller: Caller,
    base: Row,
    explanation: Explanation,
    key: str,
    pattern: Pattern,
    copies: Copies,
    why: np.ndarray,
) -> Row:
    sentences = list(explanation.sentences)
    if _hangs_on_unknown(caller.book, explanation):
        explanation = replace(explanation, status="ambiguous")
    base = replace(base, phased=len(pattern.groups) <= 1)
    if base.missing_positions:
        sentences.append(_say_missing(base, explanation, why))
    if copies.is_haploid:
        sentences.append("calls of one allele leave the other copy unknown")
    if caller.policy.is_refused(caller.gene.name):
        sentences.append(_REFUSED.format(gene=caller.gene.name))
    if not explanation.candidates:
        return replace(base, reason=_join(sentences))
    first, *rest = explanation.candidates
    if caller.book.has_phenotypes and not first.phenotype:
        sentences.append(f"no phenotype in {caller.source} for {first.diplotype}")
    n_more = explanation.n_candidates - 1
    if n_more > caller.policy.max_explanations:
        sentences.append(
            f"{n_more} alternatives, of which {caller.policy.max_explanations} are"
            " listed"
        )
    score = first.effect.activity_score if first.effect else None
    if explanation.status == "called" and len(explanation.scores) > 1:
        sentences.append(_say_scores(explanation.scores))
        score = None
    return replace(
        base,
        diplotype=first.diplotype,
        alternatives="|".join(_spell(rest[:MOST_INLINE])),
        activity_score=score,
        phenotype=first.phenotype,
        status=explanation.status,
        reason=_join(sentences),
        allele_1=first.names[0],
        allele_2=first.names[1] if len(first.names) > 1 else "",
        match=explanation.match,
        other_phenotypes="|".join(explanation.other_phenotypes),
        n_alternatives=n_more,
        explanation=key,
        deciding_positions=",".join(
            caller.gene.positions[place].name for place in explanation.deciding
        ),
    )


def _spell(candidates: Sequence[Candidate]) -> list[str]:
    return [candidate.diplotype for candidate in candidates]


def _say_scores(scores: Iterable[float | None]) -> str:
    """Say which activity scores the same phenotype may have."""
    known = sorted(score for score in scores if score is not None)
    return f"the activity score may be {' or '.join(f'{score:g}' for score in known)}"


def say_nothing_assayed(n_positions: int) -> str:
    """Say that a gene has no genotype at all."""
    if n_positions == 1:
        return "the only position has no usable genotype"
    return f"none of the {n_positions} positions has a usable genotype"


def _hangs_on_unknown(book: EffectBook, explanation: Explanation) -> bool:
    """Say whether several diplotypes fit of which no phenotype is known.

    What is not known of two diplotypes is not the same for both.
    """
    if not book.has_phenotypes or explanation.n_candidates < 2:
        return False
    return not explanation.candidates[0].phenotype


def _say_missing(base: Row, explanation: Explanation, why: np.ndarray) -> str:
    n_missing = base.n_required - base.n_assayed
    verb = "is" if n_missing == 1 else "are"
    text = (
        f"{n_missing} of {base.n_required} positions {verb} missing ({_say_gaps(why)})"
    )
    # What was taken for the reference was not weighed.
    is_weighed = explanation.is_proven and not (why == ASSUMED).any()
    if explanation.status == "called" and is_weighed:
        text += ", which cannot change the phenotype"
    return text


def _say_gaps(why: np.ndarray) -> str:
    counts = Counter(int(code) for code in why if int(code) != PRESENT)
    return ", ".join(f"{counts[code]} {REASONS[code]}" for code in sorted(counts))


def _say_clash(gene: Gene, copies: Copies) -> str:
    names = [gene.positions[place].name for place in copies.clashes]
    where = join_some(names)
    if gene.inheritance == "mt":
        return f"two sequences at {where}: mitochondria of both kinds cannot be called"
    return f"two sequences at {where} in a male, who has one copy: sex or call is wrong"


def _join(sentences: Sequence[str]) -> str:
    return "; ".join(sentence.rstrip(".") for sentence in sentences if sentence)
