"""The page of linked views: one file, with all that draws them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import vl_convert
from markupsafe import Markup

from genostrat.report.explore.patients import Explored
from genostrat.report.explore.views import build_specification, has_views
from genostrat.report.parts.summary import RESEARCH_USE
from genostrat.report.parts.templates import (
    digest_script,
    fill_template,
    read_template,
)
from genostrat.report.parts.wording import listing, plural, readable
from genostrat.tables import write_page

#: Patients up to which marks are shapes, which can be copied and read aloud; beyond,
#: they are an image, which is drawn faster.
MOST_SHAPES = 2000


def write_explore(path: str | Path, explored: Explored, *, cohort: str) -> None:
    """Write the page.

    Parameters
    ----------
    path
        Where to.
    explored
        From :func:`genostrat.report.explore.patients.gather_patients`.
    cohort
        The cohort's name.

    Notes
    -----
    Vega evaluates the expressions of a specification, so the page's policy allows its
    one script to do so; nothing but that script runs, and nothing is asked of a
    network. Values of patients are data and never part of an expression.
    """
    shown = has_views(explored)
    specification = build_specification(explored) if shown else {}
    script = bundle_script() if shown else ""
    text = fill_template(
        "explore.html",
        cohort=cohort,
        statement=RESEARCH_USE,
        n_patients=plural(len(explored.patients), "patient"),
        shown=shown,
        not_drawn=listing([readable(name) for name in explored.not_drawn]),
        renderer="svg" if len(explored.patients) <= MOST_SHAPES else "canvas",
        specification=Markup(_write_json(specification)),
        script=Markup(script),
        script_digest=digest_script(script) if shown else "",
    )
    write_page(path, text, entry="report/explore.html")


@cache
def bundle_script() -> str:
    """Return Vega, Vega-Lite and Vega-Embed with our call of them, as one script.

    An end tag within it would end the element that holds it.
    """
    script: str = vl_convert.javascript_bundle(read_template("explore.js"))
    return script.replace("</script", "<\\/script")


def _write_json(record: object) -> str:
    """Write JSON that stands within a script element, whatever its texts hold."""
    text = json.dumps(record, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028")
