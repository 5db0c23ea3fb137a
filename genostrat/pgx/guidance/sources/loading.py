"""Where guidance is from: the table that comes with genostrat, and a user's files.

A source is named in ``pgx.guidance``: ``genostrat``, or a path to guidelines in the
form of PharmCAT. A new kind of source is a class with the attributes of
:class:`GuidanceSource`, and a line in :func:`find_source`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from genostrat.errors import Problem, raise_if_any
from genostrat.pgx.guidance.categories import digest_text
from genostrat.pgx.guidance.entries import Guidance, Topic
from genostrat.pgx.guidance.sources import own, pharmcat
from genostrat.pgx.knowledge.files import digest_files


class GuidanceSource(Protocol):
    """Something that advises on medicines by genes."""

    @property
    def name(self) -> str:
        """How tables and pages name it."""

    def files(self) -> list[Path]:
        """Return the files that it is read from."""

    def read(self) -> tuple[list[Topic], str]:
        """Return its topics and its version."""


@dataclass(frozen=True)
class OwnGuidance:
    """The table that comes with genostrat."""

    name: str = own.NAME

    def files(self) -> list[Path]:
        """Return the files that it is read from."""
        return own.own_files()

    def read(self) -> tuple[list[Topic], str]:
        """Return its topics and its version."""
        return own.read_own_guidance()


@dataclass(frozen=True)
class PharmcatGuidance:
    """Guidelines in the form of PharmCAT, in a folder or a file of the user's."""

    path: Path
    name: str = pharmcat.NAME

    def files(self) -> list[Path]:
        """Return the files that it is read from."""
        return pharmcat.guideline_files(self.path)

    def read(self) -> tuple[list[Topic], str]:
        """Return its topics and its version."""
        return pharmcat.read_pharmcat_guidance(self.path)


def find_source(name: str) -> GuidanceSource:
    """Return the source that an entry of ``pgx.guidance`` means."""
    return OwnGuidance() if name == own.NAME else PharmcatGuidance(Path(name))


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
                allowed=f"{own.NAME}, or a path to guidelines in the form of PharmCAT",
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
        source = find_source(name)
        found, version = source.read()
        topics += found
        records.append(_describe(source, found, version))
        findings += _find_unknown(source, found)
    return Guidance(
        tuple(sorted(topics, key=lambda t: (t.drug, t.reference.body, t.indication))),
        tuple(records),
        tuple(findings),
    )


def _describe(
    source: GuidanceSource, topics: Sequence[Topic], version: str
) -> dict[str, Any]:
    years = [topic.reference.year for topic in topics if topic.reference.year]
    return {
        "source": source.name,
        "version": version,
        "sha256": digest_files(source.files()),
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


def _find_unknown(source: GuidanceSource, topics: Sequence[Topic]) -> list[str]:
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
        f"{source.name}: {len(unknown)} recommendation text(s) are worded in a way that"
        f" no rule for categories knows ({shown}): they are shown as they are, without"
        " a category."
    ]
