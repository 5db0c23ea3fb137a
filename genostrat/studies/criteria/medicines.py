"""Names of medicines in criteria and in sheets, brought to generic names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from genostrat.pgx.guidance.medications import SEPARATOR
from genostrat.pgx.guidance.medicine_names import (
    clean_name,
    components_of,
    is_qualified,
    key_of,
    says_nothing,
    spellings_of,
)

#: Names that mean something else in criteria as often as a medicine.
_NO_NAMES = frozenset(
    ["iron", "oxygen", "alcohol", "water", "glucose", "sodium", "calcium", "potassium"]
)


def index_names(synonyms: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    """Return name in lower case → generic name, of every medicine that is known.

    Parameters
    ----------
    synonyms
        As :func:`genostrat.pgx.guidance.medications.read_synonyms` gives them. A
        combination product is its own name, for it is more than one of its parts.
    """
    names: dict[str, str] = {}
    for synonym, drug, kind in synonyms:
        names[drug] = drug
        names[synonym] = synonym if kind == "combination product" else drug
    return {name: drug for name, drug in names.items() if name not in _NO_NAMES}


def read_medicines(cell: str, names: Mapping[str, str]) -> frozenset[str] | None:
    """Return the generic names of what a patient takes; None where nothing is said.

    Parameters
    ----------
    cell
        Of the sheet: entries parted by ``;``. A blank one says nothing, ``none`` says
        that nothing is taken.
    names
        From :func:`index_names`.

    Examples
    --------
    >>> names = {"coumadin": "warfarin", "warfarin": "warfarin"}
    >>> sorted(read_medicines("Coumadin 5 mg; none", names)), read_medicines("", names)
    (['warfarin'], None)
    """
    if not cell.strip():
        return None
    by_key = {key_of(name): drug for name, drug in names.items()}
    taken = set()
    for entry in map(clean_name, cell.split(SEPARATOR)):
        if not entry or says_nothing(entry) or is_qualified(entry):
            continue
        for part in (entry, *components_of(entry)):
            found = (by_key.get(key_of(spelling)) for spelling in spellings_of(part))
            taken.add(next((drug for drug in found if drug), part.casefold()))
    return frozenset(taken)
