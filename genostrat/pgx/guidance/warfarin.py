"""The dose of warfarin that CYP2C9, VKORC1 and CYP4F2 lead to expect.

CPIC (Johnson 2017, PMID 28198005) does not give a dose but a way to one: a published
algorithm for adults by CYP2C9*2 and *3 and VKORC1 -1639; where CYP2C9*5, *6, *8 or *11
is carried, 15 to 30 % less for each; where CYP4F2*3 is carried, 5 to 10 % more may be
given (optional); and in people of African ancestry dosing by genotype only where *5,
*6, *8 and *11 were all looked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from math import isfinite, nan
from typing import TYPE_CHECKING, Any

from genostrat.pgx.guidance.answers import Advice, Result
from genostrat.pgx.guidance.categories import (
    CHANGE_DOSE,
    NO_GUIDANCE,
    STANDARD,
    sort_categories,
)
from genostrat.pgx.guidance.states import State, vkorc1_genotype

if TYPE_CHECKING:
    import pandas as pd

#: Expected maintenance dose in mg a day by CYP2C9 and VKORC1 -1639, from table 1 of the
#: US product information of warfarin (2010 and later).
_HIGH, _MIDDLE, _LOW = (5.0, 7.0), (3.0, 4.0), (0.5, 2.0)
LABEL_RANGES = {
    ("*1", "*1"): {"GG": _HIGH, "AG": _HIGH, "AA": _MIDDLE},
    ("*1", "*2"): {"GG": _HIGH, "AG": _MIDDLE, "AA": _MIDDLE},
    ("*1", "*3"): {"GG": _MIDDLE, "AG": _MIDDLE, "AA": _LOW},
    ("*2", "*2"): {"GG": _MIDDLE, "AG": _MIDDLE, "AA": _LOW},
    ("*2", "*3"): {"GG": _MIDDLE, "AG": _LOW, "AA": _LOW},
    ("*3", "*3"): {"GG": _LOW, "AG": _LOW, "AA": _LOW},
}
#: Alleles with less activity that the label's table and most algorithms leave out, and
#: what each takes off the dose (CPIC 2017).
FURTHER_ALLELES = ("*5", "*6", "*8", "*11")
_LESS = (0.15, 0.30)
#: Weights of the algorithm of the International Warfarin Pharmacogenetics Consortium
#: (2009, doi 10.1056/NEJMoa0809329), for the root of the dose in mg a week.
_IWPC_BASE, _PER_DECADE, _PER_CM, _PER_KG = 5.6044, -0.2614, 0.0087, 0.0128
_IWPC_VKORC1 = {"GG": 0.0, "AG": -0.8677, "AA": -1.6974}
_IWPC_CYP2C9 = {
    ("*1", "*1"): 0.0,
    ("*1", "*2"): -0.5211,
    ("*1", "*3"): -0.9357,
    ("*2", "*2"): -1.0616,
    ("*2", "*3"): -1.9206,
    ("*3", "*3"): -2.3312,
}
#: White, Asian, Black, and mixed or missing: the sheet does not say, so all count.
_IWPC_ORIGINS = (0.0, -0.1092, -0.2760, -0.1032)
_IWPC_INDUCER, _IWPC_AMIODARONE = 1.1816, -0.5503
INDUCERS = ("carbamazepine", "phenytoin", "rifampicin")
#: Columns of the sheet that the algorithm asks for, with what an adult may have.
INPUTS = {"age": (18, 110), "height_cm": (100, 230), "weight_kg": (25, 300)}


@dataclass(frozen=True)
class Clinical:
    """What the algorithm asks for beside the genotypes; None where not known.

    Parameters
    ----------
    age, height_cm, weight_kg
        In years, centimetres and kilograms.
    has_medicines
        Whether the sheet names medicines.
    """

    age: float | None = None
    height_cm: float | None = None
    weight_kg: float | None = None
    has_medicines: bool = False

    @property
    def missing(self) -> list[str]:
        """Names of the inputs that are not known, or are no adult's."""
        return [
            name
            for name, (low, high) in INPUTS.items()
            if not (value := getattr(self, name)) or not low <= value <= high
        ]


def advise_warfarin(
    results: Sequence[Result],
    *,
    clinical: Clinical,
    taken: Collection[str],
    are_further_read: bool,
) -> Advice:
    """Say what dose to expect.

    Parameters
    ----------
    results
        Of CYP2C9, CYP4F2 and VKORC1, in this order.
    clinical
        Of the patient.
    taken
        Medicines that the patient takes.
    are_further_read
        Whether every position of CYP2C9*5, *6, *8 and *11 was read.
    """
    cyp2c9, cyp4f2, vkorc1 = results
    ways = [
        (split, genotype)
        for first, second in product(cyp2c9.states, vkorc1.states)
        if (split := _split(first)) is not None
        and (genotype := vkorc1_genotype(second))
    ]
    n_all = max(len(cyp2c9.states), 1) * max(len(vkorc1.states), 1)
    if not ways:
        return _not_computed(results)
    ranges = [_label_range(alleles, n, genotype) for (alleles, n), genotype in ways]
    low, high = min(r[0] for r in ranges), max(r[1] for r in ranges)
    categories = {STANDARD if r == _HIGH else CHANGE_DOSE for r in ranges}
    possible = sort_categories(
        {*categories, *([NO_GUIDANCE] if len(ways) < n_all else [])}
    )
    n_further = max(n for (_, n), _ in ways)
    sentences = [
        f"Expected maintenance dose {low:.2g} to {high:.2g} mg a day (table of the US"
        " product information; INR decides).",
        *_algorithm(ways, clinical, taken),
        *_notes(cyp4f2, n_further=n_further, are_further_read=are_further_read),
    ]
    if len(ways) < n_all:
        sentences.append("Some possible results of the genes have no dose here.")
    return Advice(
        category=possible[0] if len(possible) == 1 else NO_GUIDANCE,
        strength="moderate" if n_further else "strong",
        recommendation=" ".join(sentences),
        possible=tuple(possible),
        genotype_category=possible[0] if len(possible) == 1 else NO_GUIDANCE,
    )


def _split(state: State) -> tuple[tuple[str, str], int] | None:
    """Return CYP2C9 as *1, *2 and *3, and how many further alleles there are."""
    if len(state.alleles) != 2:
        return None
    n_further = sum(name in FURTHER_ALLELES for name in state.alleles)
    first, second = sorted(
        "*1" if name in FURTHER_ALLELES else name for name in state.alleles
    )
    return ((first, second), n_further) if (first, second) in LABEL_RANGES else None


def _label_range(
    alleles: tuple[str, str], n_further: int, vkorc1: str
) -> tuple[float, float]:
    low, high = LABEL_RANGES[alleles][vkorc1]
    return low * (1 - _LESS[1]) ** n_further, high * (1 - _LESS[0]) ** n_further


def dose_by_algorithm(
    alleles: tuple[str, str],
    vkorc1: str,
    *,
    age: float,
    height_cm: float,
    weight_kg: float,
    has_inducer: bool = False,
    has_amiodarone: bool = False,
) -> tuple[float, float]:
    """Return the lowest and highest dose in mg a day over all origins.

    Notes
    -----
    The root of the weekly dose is linear in age (in whole decades), height, weight,
    genotypes, origin and medicines (IWPC 2009).
    """
    root = (
        _IWPC_BASE
        + _PER_DECADE * (age // 10)
        + _PER_CM * height_cm
        + _PER_KG * weight_kg
        + _IWPC_VKORC1[vkorc1]
        + _IWPC_CYP2C9[alleles]
        + _IWPC_INDUCER * has_inducer
        + _IWPC_AMIODARONE * has_amiodarone
    )
    doses = [(root + origin) ** 2 / 7 for origin in _IWPC_ORIGINS]
    return min(doses), max(doses)


def _algorithm(
    ways: Iterable[tuple[tuple[tuple[str, str], int], str]],
    clinical: Clinical,
    taken: Collection[str],
) -> Iterable[str]:
    if clinical.missing:
        yield (
            "Not computed by the IWPC algorithm: the sheet lacks"
            f" {', '.join(clinical.missing)} of an adult."
        )
        return
    assert clinical.age is not None
    assert clinical.height_cm is not None
    assert clinical.weight_kg is not None
    doses = [
        dose * (1 - less) ** n
        for (alleles, n), genotype in ways
        for dose, less in zip(
            dose_by_algorithm(
                alleles,
                genotype,
                age=clinical.age,
                height_cm=clinical.height_cm,
                weight_kg=clinical.weight_kg,
                has_inducer=any(name in taken for name in INDUCERS),
                has_amiodarone="amiodarone" in taken,
            ),
            reversed(_LESS),
            strict=True,
        )
    ]
    low, high = min(doses), max(doses)
    text = f"IWPC algorithm: {low:.1f} to {high:.1f} mg a day, over origins"
    if clinical.has_medicines:
        yield f"{text}, with the medicines of the sheet."
    else:
        yield f"{text}; amiodarone and enzyme inducers are not known."


def _notes(cyp4f2: Result, *, n_further: int, are_further_read: bool) -> Iterable[str]:
    if n_further:
        yield (
            f"{n_further} further CYP2C9 allele(s) (*5, *6, *8, *11): 15 to 30 % less"
            " for each is counted in."
        )
    elif are_further_read:
        yield "CYP2C9*5, *6, *8 and *11 were looked for and not found."
    else:
        yield (
            "CYP2C9*5, *6, *8 and *11 were not all read: in people of African ancestry"
            " CPIC advises against dosing by genotype."
        )
    counts = {state.alleles.count("*3") for state in cyp4f2.states if state.alleles}
    if not cyp4f2.states:
        yield "CYP4F2 was not assessed (it changes the dose by 5 to 10 %)."
    elif counts and min(counts) > 0:
        yield "CYP4F2*3 is carried: 5 to 10 % more may be needed (optional)."


def _not_computed(results: Sequence[Result]) -> Advice:
    missing = [r.gene for r in results if not r.states and r.gene != "CYP4F2"]
    reason = (
        f"{' and '.join(missing)} not assessed: no dose can be expected by genotype."
        if missing
        else "These CYP2C9 and VKORC1 results are in no dosing table."
    )
    return Advice(
        NO_GUIDANCE,
        "",
        f"{reason} Dose by the clinical protocol and the INR.",
        (CHANGE_DOSE, STANDARD, NO_GUIDANCE),
        NO_GUIDANCE,
    )


def read_clinical(sheet: pd.DataFrame, keep: Sequence[str]) -> list[Clinical] | None:
    """Return what doses may depend on, for each kept patient.

    Parameters
    ----------
    sheet
        ``check/samples.tsv``; columns ``age``, ``height_cm`` and ``weight_kg`` are
        read where there are any.
    keep
        Identifiers of the kept patients.
    """
    names = [name for name in INPUTS if name in sheet]
    if not names:
        return None
    rows = sheet.set_index("sample_id").reindex(list(keep))
    numbers = {name: _as_numbers(rows[name]) for name in names}
    has_medicines = "medications" in sheet
    return [
        Clinical(
            **{name: values[patient] for name, values in numbers.items()},
            has_medicines=has_medicines,
        )
        for patient in range(len(keep))
    ]


def _as_numbers(values: Iterable[Any]) -> list[float | None]:
    found: list[float | None] = []
    for value in values:
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = nan
        found.append(number if isfinite(number) else None)
    return found
