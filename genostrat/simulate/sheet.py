"""The clinical sheet of a toy cohort: outcomes, medicines, gaps."""

from __future__ import annotations

import numpy as np
import pandas as pd

from genostrat.simulate.people import Roles, ancestry_names, repeat_person
from genostrat.simulate.pharmacogenes import AFFECTED, UNREAD_MEDICINES

#: Probability of response without an effective treatment: elsewhere, and in the
#: responsive subgroup; and in that subgroup on the active arm.
_RESPONSE = (0.30, 0.25, 0.78)
_MEDIAN_SURVIVAL_MONTHS = 12.0
_HAZARD_RATIO = 0.28
_MEDICINES = (
    "amlodipine",
    "azathioprine",
    "citalopram",
    "clopidogrel",
    "codeine",
    "efavirenz",
    "fluorouracil",
    "metformin",
    "omeprazole",
    "simvastatin",
    "tacrolimus",
    "warfarin",
)


def draw_outcomes(
    rng: np.random.Generator, people: pd.DataFrame, *, responsive: int | None
) -> pd.DataFrame:
    """Draw response and survival.

    Parameters
    ----------
    rng
        Random stream.
    people
        Patients with subgroup and treatment.
    responsive
        The one subgroup in which the active treatment helps; None for no effect of
        anything on anything.

    Returns
    -------
    pandas.DataFrame
        responded (0, 1), os_months and os_event (1 died, 0 alive at last follow-up).

    Notes
    -----
    With an effect, the uniform numbers behind the outcomes are spread evenly within
    each subgroup and arm, so that the planted effect is there in every toy cohort.
    Without one they are independent: chance has its say, as it has for a real null.
    """
    n = len(people)
    if responsive is None:
        cells = np.arange(n)
        inside = helped = np.zeros(n, bool)
    else:
        active = (people["treatment"] == "active").to_numpy()
        cells = people["subgroup"].to_numpy() * 2 + active
        inside = (people["subgroup"] == responsive).to_numpy()
        helped = inside & active
    probability = np.select([helped, inside], _RESPONSE[:0:-1], _RESPONSE[0])
    hazard = np.log(2) / _MEDIAN_SURVIVAL_MONTHS * np.where(helped, _HAZARD_RATIO, 1)
    death = -np.log1p(-_even_uniforms(rng, cells)) / hazard
    follow_up = rng.uniform(36, 72, n)
    return pd.DataFrame(
        {
            "responded": (_even_uniforms(rng, cells) < probability).astype(int),
            "os_months": np.maximum(np.minimum(death, follow_up).round(1), 0.1),
            "os_event": (death <= follow_up).astype(int),
        }
    )


def _even_uniforms(rng: np.random.Generator, cells: np.ndarray) -> np.ndarray:
    """Draw uniforms of which each cell gets one from each of its n equal slices."""
    uniforms = np.empty(len(cells))
    for cell in np.unique(cells):
        rows = np.flatnonzero(cells == cell)
        slices = rng.permutation(len(rows))
        uniforms[rows] = (slices + rng.random(len(rows))) / len(rows)
    return uniforms


def clinical_sheet(
    rng: np.random.Generator,
    people: pd.DataFrame,
    *,
    outcomes: pd.DataFrame,
    roles: Roles,
) -> pd.DataFrame:
    """Make the sheet as a centre would send it, with its mistakes and gaps."""
    reported_male = people["male"].to_numpy().copy()
    reported_male[list(roles.sex_swapped)] ^= True
    age = people["age"].astype(str).to_numpy(dtype=object)
    age[rng.choice(len(people), size=4, replace=False)] = ""
    medicines = [
        "; ".join(sorted(rng.choice(_MEDICINES, size=count, replace=False)))
        for count in rng.integers(0, 4, len(people))
    ]
    for row, affected in zip(roles.affected, AFFECTED, strict=True):
        medicines[row] = affected.medicines
    for row in roles.unread:
        medicines[row] = UNREAD_MEDICINES
    sheet = pd.DataFrame(
        {
            "sample_id": people["sample_id"],
            "sex": np.where(reported_male, "male", "female"),
            "centre": people["centre"],
            "batch": people["batch"],
            "age": age,
            "treatment": people["treatment"],
            "responded": outcomes["responded"],
            "os_months": outcomes["os_months"],
            "os_event": outcomes["os_event"],
            "ancestry_reported": ancestry_names(people),
            "medications": medicines,
        }
    )
    return repeat_person(sheet, roles)
