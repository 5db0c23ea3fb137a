"""How credible it is that an effect differs between groups: one sheet each.

The questions are those of ICEMAN for trials (Schandelmaier et al. 2020, doi
10.1503/cmaj.200077). What numbers can answer is answered; what only a person can is
left open by name, and no overall judgement is made without them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from genostrat.registry.words.response import STRATA

QUALITATIVE, PROGNOSTIC = "gail_simon", "prognostic"
CREDIBILITY_COLUMNS = ["division", "outcome", "item", "answer", "status", "value"]
#: Status of an item: answered from numbers, or left to a person.
ANSWERED, OPEN = "answered", "open"
#: P-values that part the answers to whether chance explains an interaction.
_CHANCE = (
    (0.005, "chance is an unlikely explanation"),
    (0.01, "chance may not explain it"),
    (0.05, "chance is a likely explanation, or it is unclear"),
    (1.0, "chance is a very likely explanation"),
)
#: Modifiers tested up to which their number counts as small.
_FEW = 3


def credibility_rows(
    interaction: pd.DataFrame,
    subgroup_tests: pd.DataFrame,
    *,
    randomised: bool,
    alpha: float = 0.05,
) -> Iterator[dict[str, Any]]:
    """Yield the items of every interaction that is claimed, or all but claimed.

    Parameters
    ----------
    interaction, subgroup_tests
        The stage's tables of tests, adjusted.
    randomised
        Whether treatment was drawn.
    alpha
        Unadjusted level from which an interaction has a sheet: a reader will see the
        difference, whether or not it holds once adjusted.
    """
    tests = pd.concat(
        [interaction.assign(column=STRATA), subgroup_tests], ignore_index=True
    )
    own = ~tests["model"].isin([QUALITATIVE, PROGNOSTIC]) & tests["p_value"].notna()
    tested = tests[own]
    n_columns = tested["column"].nunique()
    qualitative = tests[tests["model"] == QUALITATIVE]
    for _, test in tested[tested["p_value"] < alpha].iterrows():
        turns = qualitative[
            (qualitative["column"] == test["column"])
            & (qualitative["outcome"] == test["outcome"])
        ]
        yield from _sheet(
            test,
            turns["p_value"].to_numpy(dtype=float),
            n_columns=int(n_columns),
            n_tests=len(tested),
            randomised=randomised,
        )


def _sheet(
    test: pd.Series,
    turns: np.ndarray,
    *,
    n_columns: int,
    n_tests: int,
    randomised: bool,
) -> Iterator[dict[str, Any]]:
    found = test["column"] == STRATA
    p, adjusted = float(test["p_value"]), float(test["p_adjusted"])
    chance = next(words for limit, words in _CHANCE if p <= limit)
    few = "a small number" if n_columns <= _FEW else "more than a small number"
    known = turns[np.isfinite(turns)]
    direction = "it was not assessed whether the effect turns round"
    if len(known):
        turned = "turns round" if known.min() < 0.05 else "is not shown to turn round"
        direction = f"the effect {turned} between groups (Gail and Simon)"
    items: Sequence[tuple[str, str, str, float | None]] = (
        (
            "within_study",
            "groups are compared within one cohort, of a treatment that was "
            + ("drawn" if randomised else "chosen: confounding may differ by group"),
            ANSWERED,
            None,
        ),
        (
            "direction_a_priori",
            "no: the groups were found in these patients"
            if found
            else "which group was expected to gain more, and where was that written?",
            ANSWERED if found else OPEN,
            None,
        ),
        (
            "prior_evidence",
            "do other trials, or what is known of the mechanism, support it?",
            OPEN,
            None,
        ),
        ("chance", chance, ANSWERED, p),
        (
            "chance_adjusted",
            f"adjusted over {n_tests} tests (Benjamini and Hochberg), it "
            + ("stands" if adjusted < 0.05 else "does not stand"),
            ANSWERED,
            adjusted,
        ),
        (
            "number_tested",
            f"{few} of divisions of the patients was tested here; others that were"
            " looked at elsewhere count too",
            ANSWERED,
            float(n_columns),
        ),
        (
            "cut_points",
            "groups come from a model of the profile, not from a cut made by hand"
            if found
            else "if the groups are cut from a number: was the cut laid down before?",
            ANSWERED if found else OPEN,
            None,
        ),
        ("direction", direction, ANSWERED, None),
        (
            "overall",
            "a person decides, once the open items are answered",
            OPEN,
            None,
        ),
    )
    for item, answer, status, value in items:
        yield {
            "division": test["column"],
            "outcome": test["outcome"],
            "item": item,
            "answer": answer,
            "status": status,
            "value": value,
        }
