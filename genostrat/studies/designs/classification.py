"""The labels of a record, each with the stretch of text by which it holds."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from itertools import islice

from genostrat.studies.designs.arms import (
    find_basket,
    find_companion,
    find_pharmacogenetics,
    find_stratified_randomisation,
    find_umbrella,
)
from genostrat.studies.designs.document import Document, Evidence
from genostrat.studies.designs.selection import find_selection, is_enriched

#: Label → what it says, for people.
LABELS: dict[str, str] = {
    "biomarker_eligibility": "a molecular result decides who may enter",
    "enrichment": "a treatment is studied in patients of one molecular result only",
    "pharmacogenetic": "a germline genotype decides dose, treatment, arm or entry",
    "umbrella": "one kind of disease, treatments by molecular result",
    "basket": "one molecular result, several kinds of tumour",
    "stratified_randomisation": "randomisation is stratified by a molecular result",
    "companion_diagnostic": "a test that selects patients for a medicine is studied",
}
#: Records that a process takes at once.
_BATCH = 500
#: Characters of a field that are read. The longest registry text that is known has
#: less; what stands behind is said to be unread.
MOST_READ = 200_000


def classify_design(fields: Mapping[str, str]) -> dict[str, list[Evidence]]:
    """Return the labels of one record, and the evidence of each in order of weight.

    Parameters
    ----------
    fields
        Field → text: `title`, `official_title`, `eligibility`, `summary`,
        `description`, or all in one as `text`.

    Examples
    --------
    >>> title = "Gefitinib Treatment in EGFR-mutated Lung Cancer"
    >>> {k: title[e[0].start : e[0].end] for k, e in
    ...  classify_design({"title": title}).items()}
    {'biomarker_eligibility': 'EGFR-mutated', 'enrichment': 'EGFR-mutated'}
    >>> classify_design({"title": "A trial", "text": "EGFR status is not required."})
    {}
    """
    document = Document({name: text[:MOST_READ] for name, text in fields.items()})
    if not document.may_have_design:
        return {}
    selection = find_selection(document)
    found = {
        "biomarker_eligibility": selection,
        "enrichment": selection if is_enriched(document, selection) else [],
        "pharmacogenetic": find_pharmacogenetics(document),
        "umbrella": find_umbrella(document),
        "basket": find_basket(document),
        "stratified_randomisation": find_stratified_randomisation(document),
        "companion_diagnostic": find_companion(document),
    }
    return {label: evidence for label, evidence in found.items() if evidence}


def classify_records(
    records: Iterable[tuple[str, Mapping[str, str]]], *, processes: int = 1
) -> Iterator[tuple[str, dict[str, list[Evidence]]]]:
    """Yield the labels of many records, in their order.

    Parameters
    ----------
    records
        Identifier and fields.
    processes
        How many work at once. Changes no result.
    """
    batches = _batch(records)
    if processes == 1:
        for batch in batches:
            yield from _classify_batch(batch)
        return
    # Few batches wait at a time, so that the texts of all are never held together.
    with ProcessPoolExecutor(processes) as pool:
        waiting = deque(
            pool.submit(_classify_batch, batch)
            for batch in islice(batches, 2 * processes)
        )
        while waiting:
            labelled = waiting.popleft().result()
            waiting.extend(
                pool.submit(_classify_batch, batch) for batch in islice(batches, 1)
            )
            yield from labelled


Batch = list[tuple[str, Mapping[str, str]]]


def _batch(records: Iterable[tuple[str, Mapping[str, str]]]) -> Iterator[Batch]:
    waiting = iter(records)
    while batch := list(islice(waiting, _BATCH)):
        yield batch


def _classify_batch(batch: Batch) -> list[tuple[str, dict[str, list[Evidence]]]]:
    return [(name, classify_design(fields)) for name, fields in batch]
