"""Suspected swaps in sentences, with and without the names of samples."""

from __future__ import annotations

from collections.abc import Callable

from genostrat.qc.identity.suspicion import Suspicion
from genostrat.qc.identity.swap_evidence import GENOTYPES, Evidence, FoundRelation, Key

Naming = Callable[[str], str]

RELATIONS = {
    "same_person": "the same person",
    "parent_child": "parent and child",
    "full_siblings": "full siblings",
    "half_siblings": "half siblings",
    "grandparent": "grandparent and grandchild",
    "avuncular": "uncle or aunt and nephew or niece",
    "second_degree": "relatives of the second degree",
}
DEGREES = {
    0: "the same person or identical twins",
    1: "relatives of the first degree",
    2: "relatives of the second degree",
    3: "relatives of the third degree",
}
UNNAMED = ("the first sample", "the second sample")


def describe_suspicion(
    suspicion: Suspicion, evidence: Evidence, *, named: bool
) -> list[str]:
    """Return the evidence as sentences without capitals and full stops.

    Parameters
    ----------
    suspicion
        What is suspected.
    evidence
        The facts it rests on.
    named
        False writes "the first sample" and its like instead of identifiers.
    """
    call = _naming(suspicion, named=named)
    sentences = [
        _describe(key, evidence, call) for key in sorted(suspicion.resolved, key=_order)
    ]
    return [*dict.fromkeys(sentences), *_conclude(suspicion, call)]


def _order(key: Key) -> tuple[int, Key]:
    kinds = ("sex", "profile_sex", "kin", "trio", "omics")
    return kinds.index(key[0]), key


def _naming(suspicion: Suspicion, *, named: bool) -> Naming:
    if named:
        return lambda name: name
    if len(suspicion.samples) == 1:
        own = {suspicion.samples[0]: "the sample"}
    elif len(suspicion.samples) == 2:
        own = dict(zip(suspicion.samples, UNNAMED, strict=True))
    else:
        own = dict.fromkeys(suspicion.samples, "one of the samples")
    return lambda name: own.get(name, "another sample")


def _describe(key: Key, evidence: Evidence, call: Naming) -> str:
    kind, *rest = key
    if kind == "sex":
        (name,) = rest
        return (
            f"{call(name)} is reported {evidence.reported[name]}, but its sex"
            f" chromosomes are {evidence.genetic[name]}"
        )
    if kind == "profile_sex":
        layer, name = rest
        told = evidence.reported.get(name)
        source = (
            f"is reported {told}" if told else "has the chromosomes of the other sex"
        )
        return (
            f"{call(name)} {source}, but its {layer} profile is"
            f" {evidence.profile_sex[layer, name]}"
        )
    if kind == "omics":
        layer, name = rest
        fits = evidence.fits[layer, name]
        return (
            f"the {layer} profile of {call(name)} fits the genotypes of"
            f" {call(fits)}, not its own"
        )
    if kind == "trio":
        names = " and ".join(call(name) for name in rest[1:])
        return f"{call(rest[0])} has too many Mendel errors as a child of {names}"
    first, second = rest
    pair = frozenset((first, second))
    found = _found_words(evidence.found.get(pair))
    known = evidence.expected.get(pair)
    if known is None:
        return f"{call(first)} and {call(second)} are {found}, unknown to the sheet"
    return (
        f"{call(first)} and {call(second)} should be {RELATIONS[known.relation]}, but"
        f" are {found} by their genotypes"
    )


def _found_words(found: FoundRelation | None) -> str:
    if found is None:
        return "not related"
    if found.kind in RELATIONS:
        return RELATIONS[found.kind]
    return DEGREES[found.degree]


def _conclude(suspicion: Suspicion, call: Naming) -> list[str]:
    things = [
        GENOTYPES if thing == GENOTYPES else f"{thing} profiles"
        for thing in suspicion.things
    ]
    which = " or the ".join(things)
    if suspicion.circle:
        *others, last = sorted(suspicion.samples)
        # Without names, all are called the same.
        names = f" ({', '.join(others)} and {last})" if call(last) == last else ""
        return [
            f"more than two samples seem involved: all of this fits if the {which} of"
            f" three went round in a circle{names}"
        ]
    if len(suspicion.samples) == 2:
        first, second = suspicion.samples
        sentences = [
            f"with the {which} of {call(first)} and {call(second)} exchanged all of"
            " this fits, and nothing else stops fitting"
        ]
        if suspicion.shared:
            sentences.append(f"both are of {suspicion.shared}")
        return sentences
    if suspicion.n_partners > 1:
        return [
            f"an exchange with any of {suspicion.n_partners} samples would explain it"
        ]
    slips = {
        "sex": "a slip in the sheet",
        "family": "another parent or relation than the sheet says",
        "replicate": "a wrong declaration as the same person",
    }
    other = " or ".join(slips[kind] for kind in suspicion.kinds if kind in slips)
    return [f"its {which} may be somebody else's" + (f", or {other}" if other else "")]
