"""A part of a bundle: a table, whom it is about, and why it names none of them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Part:
    """A file of a bundle.

    Parameters
    ----------
    name
        Of the file, without its folder.
    table
        What it holds.
    members
        Everybody that it is about.
    about
        What it holds, as a sentence.
    because
        Why it discloses nobody, as a sentence.
    left_out
        What was withheld, and by which rule, as sentences.
    """

    name: str
    table: pd.DataFrame
    members: frozenset[str]
    about: str
    because: str
    left_out: tuple[str, ...] = ()
