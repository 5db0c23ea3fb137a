"""The one form of a trial record, whatever register it is from."""

from __future__ import annotations

import hashlib
import html
import json
import math
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any

#: What a field of text may hold; what is longer is cut, and said.
MOST_TEXT = 1_000_000
#: Dates outside are mistakes of typing: no register is older than the first trials.
_EARLIEST, _LATEST = "1900-01-01", "2100-01-01"

#: What a page runs or is dressed by, which is nothing to read.
_CODE = re.compile(r"(?is)<(script|style)\b[^<>]{0,200}>.{0,20000}?</\1\s*>")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_BREAK = re.compile(r"(?i)<\s*(?:br|/p|/li|/div|/tr|p|li)\b[^<>]{0,100}/?>")
_DATE = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?")
_EURO_DATE = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_AGE = re.compile(
    r"([0-9]+(?:\.[0-9]+)?)(?![0-9_.,])\s*(year|month|week|day|hour|minute)?"
)
_YEARS = {"month": 1 / 12, "week": 7 / 365.25, "day": 1 / 365.25} | {
    "hour": 1 / 8766,
    "minute": 1 / 525_960,
}
#: Greatest age that a limit can be, in years.
OLDEST = 130
#: How registers and people say that there is no limit of age.
_NO_LIMIT = frozenset(
    {"", "-", "n/a", "na", "none", "no", "no limit", "all", "mixed", "not specified"}
)
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_LONG_DATE = re.compile(r"(?i)([a-z]{3,9})\.? (?:(\d{1,2}), )?(\d{4})")


@dataclass(frozen=True)
class StudyRecord:
    """A study.

    Parameters
    ----------
    study_id
        Its identifier in `register`.
    register
        ``ctgov``, ``isrctn``, ``ctis``, ``euctr``, or ``plain``.
    other_ids
        Identifiers of the same study in other registers.
    status
        One of the words for it; blank where what the register says is not understood.
    phase, specialty, kind
        ``1``, ``1/2`` …; blank where unknown. `specialty` is the register's own word.
    countries, regions
        Where it recruits.
    conditions, medicines
        As the register names them.
    min_age, max_age
        In years; None without a limit.
    sex
        ``female``, ``male`` or ``all``; blank where unknown.
    first_posted, updated, start, end
        Days as ``YYYY-MM-DD``; blank where unknown.
    target, enrolled
        Participants that are planned, and that were recruited.
    randomised
        Whether the register says so; None where unknown.
    """

    study_id: str
    register: str
    title: str = ""
    official_title: str = ""
    summary: str = ""
    description: str = ""
    eligibility: str = ""
    text: str = ""
    other_ids: tuple[str, ...] = ()
    status: str = ""
    phase: str = ""
    kind: str = ""
    specialty: str = ""
    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    medicines: tuple[str, ...] = ()
    min_age: float | None = None
    max_age: float | None = None
    sex: str = ""
    healthy: bool | None = None
    first_posted: str = ""
    updated: str = ""
    start: str = ""
    end: str = ""
    target: int | None = None
    enrolled: int | None = None
    randomised: bool | None = None
    doubts: tuple[str, ...] = field(default=(), compare=False)

    @property
    def texts(self) -> dict[str, str]:
        """Return the fields that designs and criteria are read from."""
        names = ("title", "official_title", "eligibility", "summary", "description")
        return {name: getattr(self, name) for name in (*names, "text")}

    @property
    def shown_title(self) -> str:
        """Return what the study is called; of a text in one piece its first line."""
        if self.title or self.official_title or not self.text:
            return self.title or self.official_title
        line = self.text.lstrip().split("\n", 1)[0]
        return re.sub(r"^\(\w+\)\s*", "", line)[:300].strip()

    def to_json(self) -> str:
        """Write the record as JSON with keys in order: equal records, equal text."""
        return json.dumps(
            {k: v for k, v in asdict(self).items() if k != "doubts"},
            sort_keys=True,
            ensure_ascii=False,
        )

    def digest(self) -> str:
        """Return a digest of what the record says."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:16]


def record_from_json(text: str) -> StudyRecord:
    """Return the record that :meth:`StudyRecord.to_json` wrote."""
    values: dict[str, Any] = json.loads(text)
    tuples = {f.name for f in fields(StudyRecord) if str(f.type).startswith("tuple")}
    values |= {name: tuple(values[name]) for name in tuples & values.keys()}
    return StudyRecord(**values)


def clean_text(value: object, doubts: list[str], *, name: str) -> str:
    r"""Return a text without HTML and control characters, cut where it is far too long.

    Parameters
    ----------
    value
        A text, or None.
    doubts
        What is said of it is added here.
    name
        Of the field, for the doubts.

    Examples
    --------
    >>> clean_text("HER2 &gt; 2<br>and <b>ER</b>", [], name="summary")
    'HER2 > 2\nand ER'
    """
    text = value if isinstance(value, str) else ""
    if len(text) > MOST_TEXT:
        doubts.append(f"{name} has {len(text)} characters: {MOST_TEXT} were read")
        text = text[:MOST_TEXT]
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub("\n", _CODE.sub(" ", text)))
    if "&" in text:
        text = html.unescape(text)
    if not text.isprintable():
        text = "".join(c for c in text if c.isprintable() or c in "\n\t")
    return text.replace("\t", " ").strip()


def clean_texts(values: Iterable[object], doubts: list[str]) -> tuple[str, ...]:
    """Return texts without blanks and repeats, in their order."""
    cleaned = (clean_text(value, doubts, name="a list") for value in values)
    return tuple(dict.fromkeys(text for text in cleaned if text))


def read_day(value: object, doubts: list[str], *, name: str) -> str:
    """Return a day as ``YYYY-MM-DD``; blank where it is none.

    A month without a day is its first. A day that no study can have is left out, and
    said.

    Examples
    --------
    >>> read_day("2019-3", [], name="start"), read_day("June 4, 2018", [], name="end")
    ('2019-03-01', '2018-06-04')
    >>> doubts = []
    >>> read_day("0201-01-01", doubts, name="start"), doubts
    ('', ['start is 0201-01-01, which is no day of a study: left out'])
    """
    text = str(value or "").strip()
    if not text:
        return ""
    parts = _split_day(text)
    try:
        day = date(*parts).isoformat() if parts else ""
    except ValueError:
        day = ""
    if not day or not _EARLIEST <= day < _LATEST:
        shown = text[:30]
        doubts.append(f"{name} is {shown}, which is no day of a study: left out")
        return ""
    return day


def _split_day(text: str) -> tuple[int, int, int] | None:
    match = _DATE.match(text)
    if match:
        return int(match[1]), int(match[2]), int(match[3] or 1)
    match = _EURO_DATE.match(text)
    if match:
        return int(match[3]), int(match[2]), int(match[1])
    match = _LONG_DATE.match(text)
    if match:
        short = match[1][:3].lower()
        months = [n for n, m in enumerate(_MONTHS, 1) if m.startswith(short)]
        if months:
            return int(match[3]), months[0], int(match[2] or 1)
    return None


def read_age(value: object, doubts: list[str], *, name: str) -> float | None:
    """Return an age in years; None where there is no limit, or none is understood.

    A text that is neither an age nor says that there is no limit is told: a limit that
    nobody understood must not pass for none.

    Examples
    --------
    >>> read_age("6 Months", [], name="least age"), read_age("N/A", [], name="age")
    (0.5, None)
    >>> doubts = []
    >>> read_age("1_8", doubts, name="least age"), doubts
    (None, ['least age is 1_8, which is no age: no limit is taken from it'])
    """
    text = str(value if value is not None else "").strip()
    match = _AGE.match(text.lower())
    age = math.inf
    if match is not None:
        age = float(match[1]) * _YEARS.get(match[2] or "year", 1.0)
    if age <= OLDEST:
        return age
    if text.lower() not in _NO_LIMIT:
        shown = text[:30]
        doubts.append(f"{name} is {shown}, which is no age: no limit is taken from it")
    return None


def read_count(
    value: object, doubts: list[str] | None = None, *, name: str = "a number"
) -> int | None:
    """Return a number of participants; None where it is none, which is said.

    Examples
    --------
    >>> doubts = []
    >>> read_count("1,200"), read_count("lots", doubts, name="target"), doubts
    (1200, None, ['target is lots, which is no number: left out'])
    """
    text = str(value if value is not None else "").strip().replace(",", "")
    match = re.match(r"([0-9]{1,8})(?:\.0*)?$", text)
    if match is None and text and doubts is not None:
        doubts.append(f"{name} is {text[:40]}, which is no number: left out")
    return int(match[1]) if match else None
