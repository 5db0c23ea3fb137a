"""File names of patient sheets: safe for any identifier, on any file system."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256

#: Letters, digits and a few signs that no file system, shell or URL minds.
_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?")
#: What an identifier that is not plain turns into ends so.
_ENDS_IN_DIGEST = re.compile(r"_[0-9a-f]{16}")
#: Names of devices on Windows, with or without an ending.
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
#: Taken by the list of sheets.
INDEX = "index.html"


def file_names(samples: Iterable[str]) -> dict[str, str]:
    """Give each patient's sheet a file name.

    Parameters
    ----------
    samples
        Identifiers, each once. They may hold anything.

    Returns
    -------
    dict
        ``<id>.html`` where the identifier is plain and no other differs from it by
        case only; else its plain signs and a digest of the whole. Names differ even
        where case does not count.
    """
    samples = list(samples)
    folded = Counter(sample.casefold() for sample in samples)
    return {
        sample: f"{sample}.html"
        if _is_plain(sample) and folded[sample.casefold()] == 1
        else _with_digest(sample)
        for sample in samples
    }


def _is_plain(sample: str) -> bool:
    return bool(
        _PLAIN.fullmatch(sample)
        and not _DEVICES.fullmatch(sample)
        and not re.search(f"{_ENDS_IN_DIGEST.pattern}$", sample, re.IGNORECASE)
        and f"{sample}.html".casefold() != INDEX
    )


def _with_digest(sample: str) -> str:
    digest = sha256(sample.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    head = re.sub(r"[^A-Za-z0-9-]+", "-", sample)[:32].strip("-")
    return f"{head or 'sample'}_{digest}.html"
