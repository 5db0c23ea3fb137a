"""What is known of patients, and the answers that it gives to questions of criteria."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from genostrat.studies.criteria.logic import Answer, Leaf
from genostrat.studies.matching.diagnoses import compare_diagnoses

#: Gene of a row that says of all other genes that they were tested.
OTHERS = "*"
#: Names of several genes together → the genes, one of which is enough.
_GROUPS = {
    "BRCA": ("BRCA1", "BRCA2"),
    "RAS": ("KRAS", "NRAS", "HRAS"),
    "HR": ("ESR1", "PGR"),
    "NTRK": ("NTRK1", "NTRK2", "NTRK3"),
    "IDH": ("IDH1", "IDH2"),
    "FGFR": ("FGFR1", "FGFR2", "FGFR3", "FGFR4"),
}
_TRIPLE = ("ESR1", "PGR", "ERBB2")
#: Question → results that answer it with yes, and with no.
_ANSWERS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "mutated": (frozenset({"mutated"}), frozenset({"wild_type", "negative"})),
    "wild_type": (frozenset({"wild_type"}), frozenset({"mutated"})),
    "positive": (
        frozenset({"positive", "amplified", "mutated", "rearranged"}),
        frozenset({"negative"}),
    ),
    "negative": (frozenset({"negative"}), frozenset({"positive", "amplified"})),
    "amplified": (frozenset({"amplified"}), frozenset({"negative"})),
    "deleted": (frozenset({"deleted"}), frozenset({"positive"})),
    "rearranged": (frozenset({"rearranged"}), frozenset({"negative"})),
    "deficient": (frozenset({"deleted", "mutated"}), frozenset()),
    "altered": (
        frozenset({"mutated", "amplified", "deleted", "rearranged", "positive"}),
        frozenset({"negative"}),
    ),
}


@dataclass(frozen=True)
class Alteration:
    """A result of a molecular test: a gene, what was found, and more of it."""

    gene: str
    result: str
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Patient:
    """What is known of a patient; None, or an empty mapping, where nothing is.

    Parameters
    ----------
    age
        In years.
    medicines
        Generic names of what is taken; None where it was not asked.
    alterations
        Gene → results.
    tests_all
        Whether genes without a result were tested and nothing was found.
    phenotypes
        Pharmacogene → phenotype, of calls that stand.
    diplotypes
        Pharmacogene → alleles, of calls that stand.
    stratum
        Of a supported verdict; None otherwise.
    consents
        Whether the sheet says that the patient may be contacted about studies.
    shares
        Whether the patient may stand in counts that leave the centre.
    """

    sample_id: str
    age: float | None = None
    sex: str = ""
    centre: str = ""
    diagnosis: str = ""
    ecog: float | None = None
    medicines: frozenset[str] | None = None
    alterations: Mapping[str, tuple[Alteration, ...]] = field(default_factory=dict)
    tests_all: bool = False
    phenotypes: Mapping[str, str] = field(default_factory=dict)
    diplotypes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    stratum: str | None = None
    consents: bool = False
    shares: bool = True
    clinical: Mapping[str, object] = field(default_factory=dict)

    def answer(self, leaf: Leaf) -> Answer:
        """Say whether a question has the answer yes, no, or is open."""
        asked = _ASKED.get(leaf.kind)
        return None if asked is None else asked(self, leaf)


def _ask_age(patient: Patient, leaf: Leaf) -> Answer:
    return None if patient.age is None else leaf.holds_of(patient.age)


def _ask_sex(patient: Patient, leaf: Leaf) -> Answer:
    if leaf.test == "all":
        return True
    return None if not patient.sex else patient.sex == leaf.test


def _ask_pregnancy(patient: Patient, leaf: Leaf) -> Answer:
    return False if patient.sex == "male" else None


def _ask_performance(patient: Patient, leaf: Leaf) -> Answer:
    if leaf.subject != "ECOG" or patient.ecog is None:
        return None
    return leaf.holds_of(patient.ecog)


def _ask_medicine(patient: Patient, leaf: Leaf) -> Answer:
    if patient.medicines is None:
        return None
    if leaf.subject in patient.medicines:
        return True
    # What is not taken now may have been taken before.
    return False if leaf.test == "current" else None


def _ask_stratum(patient: Patient, leaf: Leaf) -> Answer:
    return None if patient.stratum is None else patient.stratum == leaf.subject


def _ask_diagnosis(patient: Patient, leaf: Leaf) -> Answer:
    return compare_diagnoses(patient.diagnosis, leaf.subject)


def _ask_phenotype(patient: Patient, leaf: Leaf) -> Answer:
    known = patient.phenotypes.get(leaf.subject, "").lower()
    if not known or "indeterminate" in known:
        return None
    words = known.replace("ultra-rapid", "ultrarapid").replace("-", " ").split()
    asked = leaf.test.split("|")
    if asked == ["deficient"]:
        return any(word.startswith("deficien") for word in words)
    if "to" in words or not words:
        # "Intermediate to poor metabolizer" is neither for sure.
        return None if any(kind in words for kind in asked) else False
    return any(words[0] == kind for kind in asked)


def _ask_allele(patient: Patient, leaf: Leaf) -> Answer:
    alleles = patient.diplotypes.get(leaf.subject)
    if alleles is None:
        return None
    return set(leaf.test.split("/")) <= alleles


def _ask_gene(patient: Patient, leaf: Leaf) -> Answer:
    if leaf.subject == "TNBC":
        return _all(_ask_one(patient, gene, "negative", leaf) for gene in _TRIPLE)
    genes = _GROUPS.get(leaf.subject)
    if genes is None:
        return _ask_one(patient, leaf.subject, leaf.test, leaf)
    answers = [_ask_one(patient, gene, leaf.test, leaf) for gene in genes]
    # The whole group is wild type or negative; one of it is enough for anything else.
    return _all(answers) if leaf.test in ("wild_type", "negative") else _any(answers)


def _all(answers: Iterable[Answer]) -> Answer:
    known = list(answers)
    return False if False in known else None if None in known else True


def _any(answers: Iterable[Answer]) -> Answer:
    known = list(answers)
    return True if True in known else None if None in known else False


def _ask_one(patient: Patient, gene: str, test: str, leaf: Leaf) -> Answer:
    known = patient.alterations.get(gene, ())
    if not known:
        if not patient.tests_all:
            return None
        return test in ("wild_type", "negative")
    yes, no = _ANSWERS.get(test, (frozenset(), frozenset()))
    fitting = [one for one in known if one.result in yes]
    if fitting:
        return _any(
            _fits_detail(one, leaf, tests_all=patient.tests_all) for one in fitting
        )
    if any(one.result in no for one in known):
        return False
    return (
        False if patient.tests_all and test not in ("wild_type", "negative") else None
    )


def _fits_detail(one: Alteration, leaf: Leaf, *, tests_all: bool) -> Answer:
    """Say whether an alteration is the one asked for, as far as it is described."""
    answers: list[Answer] = []
    for key, value in leaf.detail:
        found = str(one.detail.get(key, ""))
        if key == "wildcard_protein_change":
            found = str(one.detail.get("protein_change", ""))
            stem = _bare(value)
            fits = bool(re.match(rf"{re.escape(stem)}(?![0-9])", _bare(found)))
        else:
            fits = _bare(found) == _bare(value)
        answers.append(fits if found or tests_all else None)
    return _all(answers)


def _bare(text: str) -> str:
    return text.strip().lower().removeprefix("p.")


def _ask_clinical(patient: Patient, leaf: Leaf) -> Answer:
    value = patient.clinical.get(leaf.subject)
    if value is None or value == "":
        return None
    if leaf.low is not None or leaf.high is not None:
        try:
            return leaf.holds_of(float(str(value)))
        except ValueError:
            return None
    return str(value).strip().lower() == leaf.test.lower()


_ASKED = {
    "age": _ask_age,
    "sex": _ask_sex,
    "pregnancy": _ask_pregnancy,
    "performance": _ask_performance,
    "medicine": _ask_medicine,
    "stratum": _ask_stratum,
    "diagnosis": _ask_diagnosis,
    "phenotype": _ask_phenotype,
    "allele": _ask_allele,
    "gene": _ask_gene,
    "clinical": _ask_clinical,
    "genomic": _ask_clinical,
}


def list_centres(patients: Sequence[Patient]) -> list[str]:
    """Return the centres of patients, in order; a blank one is that of no centre."""
    return sorted({patient.centre for patient in patients})
