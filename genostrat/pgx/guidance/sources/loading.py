"""Reading every source of guidance that ``pgx.guidance`` names.

:mod:`genostrat.catalogues.knowledge_sources` says what it may name. A new kind of
source is an entry there, a module with the functions of :class:`GuidanceReader`, and
its line in :data:`READERS`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from genostrat.catalogues.knowledge_sources import (
    GENOSTRAT,
    PHARMCAT,
    find_guidance,
    tell_guidance,
)
from genostrat.errors import Problem, raise_if_any
from genostrat.pgx.guidance.categories import digest_text
from genostrat.pgx.guidance.entries import Guidance, Topic
from genostrat.pgx.guidance.sources import own, pharmcat
from genostrat.pgx.knowledge.files import digest_files


class GuidanceReader(Protocol):
    """A module that reads the advice of one source.

    `value` is what ``pgx.guidance`` says: the source's word, or a path.
    """

    def list_files(self, value: str | Path) -> list[Path]:
        """Return the files that the advice is read from."""

    def read(self, value: str | Path) -> tuple[list[Topic], str]:
        """Return its topics and its version."""


#: Source → the module that reads its guidance.
READERS: Mapping[str, GuidanceReader] = {GENOSTRAT.name: own, PHARMCAT.name: pharmcat}


def load_guidance(names: Sequence[str]) -> Guidance:
    """Read every source of guidance.

    Parameters
    ----------
    names
        As ``pgx.guidance`` holds them.

    Raises
    ------
    GenostratError
        If none is named, one is named twice, or a file is damaged.
    """
    problems = []
    if not names:
        problems.append(
            Problem(
                "no source of guidance is named",
                column="pgx.guidance",
                allowed=tell_guidance(),
            )
        )
    for name in sorted({n for n in names if list(names).count(n) > 1}):
        problems.append(
            Problem(
                "a source of guidance is named twice", column="pgx.guidance", found=name
            )
        )
    raise_if_any(problems)
    topics: list[Topic] = []
    records = []
    findings: list[str] = []
    for name in names:
        source, _ = find_guidance(name)
        reader = READERS[source.name]
        found, version = reader.read(name)
        sha256 = digest_files(reader.list_files(name))
        topics += found
        records.append(_describe(source.name, found, version, sha256))
        findings += _find_unknown(source.name, found)
    return Guidance(
        tuple(sorted(topics, key=lambda t: (t.drug, t.reference.body, t.indication))),
        tuple(records),
        tuple(findings),
    )


def _describe(
    source: str, topics: Sequence[Topic], version: str, sha256: str
) -> dict[str, Any]:
    years = [topic.reference.year for topic in topics if topic.reference.year]
    return {
        "source": source,
        "version": version,
        "sha256": sha256,
        "bodies": sorted({topic.reference.body for topic in topics}),
        "n_medicines": len({topic.drug for topic in topics}),
        "n_recommendations": sum(len(topic.entries) for topic in topics),
        "newest": max(years, default=None),
        "oldest": min(years, default=None),
        "not_taken_in": sorted(
            {
                f"{topic.drug}: {topic.reference.newer}"
                for topic in topics
                if topic.reference.newer
            }
        ),
    }


def _find_unknown(source: str, topics: Sequence[Topic]) -> list[str]:
    """Say which texts have no category; not the texts, which are the source's."""
    unknown = sorted(
        {
            digest_text(entry.text)
            for topic in topics
            for entry in topic.entries
            if entry.category is None
        }
    )
    if not unknown:
        return []
    shown = ", ".join(unknown[:5]) + (", …" if len(unknown) > 5 else "")
    return [
        f"{source}: {len(unknown)} recommendation text(s) are worded in a way that"
        f" no rule for categories knows ({shown}): they are shown as they are, without"
        " a category."
    ]
