"""The templates of pages, and the one way to fill them."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

FOLDER = Path(__file__).parents[1] / "templates"


def fill_template(name: str, **values: Any) -> str:
    """Return a page; every text is escaped, and a missing value is an error."""
    return _environment().get_template(name).render(**values)


def read_template(name: str) -> str:
    """Return the text of a file among the templates as it stands."""
    return (FOLDER / name).read_text(encoding="utf-8")


def digest_script(text: str) -> str:
    """Return what a page's policy names a script by that it allows to run."""
    return b64encode(sha256(text.encode()).digest()).decode()


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
