"""The linked views, as a Vega-Lite specification.

What is selected in one view is what the others show. Nothing is tested: groups that
were chosen by eye on the same patients always differ.
"""

from __future__ import annotations

from typing import Any

from genostrat.report.explore.patients import Explored
from genostrat.report.parts.style import BLACK, GRID, INK, MARKERS, MUTED, PALETTE

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
#: Width and height of a view, in pixels; the page makes them narrower on a phone.
WIDTH, HEIGHT = 460, 300
_SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
assert len(_SHAPES) <= len(MARKERS)
#: What stands for something else in each view.
_OWN_SCALES = ("color", "shape", "strokeDash")
#: What the views are linked by.
_MAP, _PLACES = "map", "places"


def build_specification(explored: Explored) -> dict[str, Any]:
    """Return the specification of all views that there is something for.

    Raises
    ------
    ValueError
        If there is nothing to show; :func:`has_views` says so before.
    """
    views = []
    if explored.axes:
        views.append(_draw_map(explored))
    if explored.blocks:
        views.append(_draw_consensus(explored))
    views += [_draw_outcome(explored, outcome) for outcome in explored.outcomes]
    if not views:
        raise ValueError("there is nothing to explore")
    datasets = {
        "patients": explored.patients,
        "links": explored.links,
        "blocks": explored.blocks,
    }
    return {
        "$schema": SCHEMA,
        "description": "Linked views of single patients",
        "datasets": datasets,
        "params": _controls(explored),
        "columns": 2,
        "concat": views,
        "resolve": {"scale": dict.fromkeys(_OWN_SCALES, "independent")},
        "config": {
            "font": "system-ui, sans-serif",
            "background": "#FFFFFF",
            "view": {"stroke": GRID},
            "axis": {"labelColor": INK, "titleColor": INK, "gridColor": GRID},
            "title": {"color": INK, "anchor": "start", "subtitleColor": MUTED},
            "legend": {"labelColor": INK, "titleColor": INK, "orient": "bottom"},
            "range": {"category": list(PALETTE)},
        },
    }


def has_views(explored: Explored) -> bool:
    """Say whether there is anything to show."""
    return bool(explored.axes or explored.blocks or explored.outcomes)


def _controls(explored: Explored) -> list[dict[str, Any]]:
    """Return what a reader chooses: axes, and what colours stand for."""
    controls: list[dict[str, Any]] = []
    if explored.axes:
        for name, said, value in (("across", "Across", 0), ("up", "Up", 1)):
            bind = {"input": "select", "options": explored.axes, "name": f"{said} "}
            controls.append({"name": name, "value": explored.axes[value], "bind": bind})
    if explored.colours:
        keys = list(explored.colours)
        bind = {
            "input": "select",
            "options": keys,
            "labels": list(explored.colours.values()),
            "name": "Colour ",
        }
        controls.append({"name": "colour", "value": keys[0], "bind": bind})
    return controls


def _prepare(explored: Explored) -> list[dict[str, Any]]:
    """Return the transforms that give every view the fields that link them."""
    steps = []
    if explored.axes:
        steps += [
            {"calculate": "datum[across]", "as": "x"},
            {"calculate": "datum[up]", "as": "y"},
        ]
    shown = "datum[colour]" if explored.colours else "'patients'"
    return [*steps, {"calculate": shown, "as": "group"}]


def _selected(explored: Explored) -> list[dict[str, Any]]:
    """Return the filters that leave the patients selected in the other views."""
    filters = []
    if explored.axes:
        filters.append({"filter": {"param": _MAP}})
    if explored.blocks:
        filters.append({"filter": {"param": _PLACES}})
    return filters


def _tooltip(explored: Explored) -> list[dict[str, Any]]:
    names = {
        "id": "Sample",
        "stratum": "Stratum",
        "confidence": "Confidence",
        "status": "Status",
        "quality": "Quality control",
        "rule": "Because of",
        "call_rate": "Call rate",
        "relatives": "Relatives",
    }
    known = explored.patients[0] if explored.patients else {}
    names |= {key: said for key, said in explored.colours.items() if key not in names}
    return [{"field": key, "title": t} for key, t in names.items() if key in known]


def _draw_map(explored: Explored) -> dict[str, Any]:
    """Draw patients on two ancestry components, and lines between relatives."""
    ends = []
    for end, (x, y) in (("one", ("x", "y")), ("two", ("x2", "y2"))):
        ends += [
            {
                "lookup": end,
                "from": {
                    "data": {"name": "patients"},
                    "key": "row",
                    "fields": explored.axes,
                },
                "as": [f"{end}_{axis}" for axis in explored.axes],
            },
            {"calculate": f"datum['{end}_' + across]", "as": x},
            {"calculate": f"datum['{end}_' + up]", "as": y},
        ]
    position = {
        "x": {"field": "x", "type": "quantitative", "title": None},
        "y": {"field": "y", "type": "quantitative", "title": None},
    }
    lines = {
        "data": {"name": "links"},
        "transform": ends,
        "mark": {"type": "rule", "color": MUTED, "opacity": 0.6},
        "encoding": position | {"x2": {"field": "x2"}, "y2": {"field": "y2"}},
    }
    condition: dict[str, Any] = {"value": 0.12}
    if explored.blocks:
        condition["condition"] = {"param": _PLACES, "value": 0.9}
    else:
        condition = {"value": 0.9}
    points = {
        "data": {"name": "patients"},
        "transform": [
            *_prepare(explored),
            {"filter": "isValid(datum.x) && isValid(datum.y)"},
        ],
        "params": [{"name": _MAP, "select": {"type": "interval"}}],
        "mark": {"type": "point", "filled": True, "size": 45},
        "encoding": position
        | {
            "color": {"field": "group", "type": "nominal", "title": None},
            "shape": {
                "field": "group",
                "type": "nominal",
                "title": None,
                "scale": {"range": list(_SHAPES)},
            },
            "opacity": condition,
            "tooltip": _tooltip(explored),
        },
    }
    return {
        "title": {
            "text": "Patients by ancestry components",
            "subtitle": "lines join relatives; drag to select",
        },
        "width": WIDTH,
        "height": HEIGHT,
        "layer": [lines, points] if explored.links else [points],
    }


def _draw_consensus(explored: Explored) -> dict[str, Any]:
    """Draw how often patients were clustered together, and who is selected below."""
    cells = {
        "data": {"name": "blocks"},
        "mark": {"type": "rect"},
        "encoding": {
            "x": {
                "field": "place",
                "type": "quantitative",
                "title": None,
                "axis": None,
                "scale": {"nice": False, "zero": False},
            },
            "x2": {"field": "place_end"},
            "y": {
                "field": "other",
                "type": "quantitative",
                "title": None,
                "axis": None,
                "scale": {"reverse": True, "nice": False, "zero": False},
            },
            "y2": {"field": "other_end"},
            "color": {
                "field": "consensus",
                "type": "quantitative",
                "title": "clustered together",
                "scale": {"scheme": "blues", "domain": [0, 1]},
            },
        },
        "params": [
            {"name": _PLACES, "select": {"type": "interval", "encodings": ["x"]}}
        ],
        "width": WIDTH,
        "height": HEIGHT - 50,
    }
    condition: dict[str, Any] = {"value": 0.12}
    if explored.axes:
        condition["condition"] = {"param": _MAP, "value": 1}
    else:
        condition = {"value": 1}
    strip = {
        "data": {"name": "patients"},
        "transform": [*_prepare(explored), {"filter": "isValid(datum.place)"}],
        "mark": {"type": "tick", "thickness": 2},
        "encoding": {
            "x": {
                "field": "place",
                "type": "quantitative",
                "title": "patients, those clustered together side by side",
                "axis": {"labels": False, "ticks": False, "grid": False},
                "scale": {"nice": False, "zero": False},
            },
            "color": {"field": "group", "type": "nominal", "legend": None},
            "opacity": condition,
            "tooltip": _tooltip(explored),
        },
        "width": WIDTH,
        "height": 24,
    }
    return {
        "title": {
            "text": "Consensus of the clustering",
            "subtitle": "drag across to select",
        },
        "vconcat": [cells, strip],
        "spacing": 4,
        "resolve": {"scale": {"color": "independent"}},
    }


def _groups(explored: Explored) -> list[str]:
    """Return the fields by which outcomes are told apart."""
    known = explored.patients[0]
    return [key for key in ("stratum", "arm") if key in known]


def _draw_outcome(explored: Explored, outcome: dict[str, Any]) -> dict[str, Any]:
    if outcome["kind"] == "survival":
        return _draw_survival(explored, outcome)
    return _draw_values(explored, outcome)


def _by_group(explored: Explored) -> dict[str, Any]:
    fields = _groups(explored)
    encoding: dict[str, Any] = {}
    if "stratum" in fields:
        encoding["color"] = {"field": "stratum", "type": "nominal", "title": "stratum"}
    if "arm" in fields:
        encoding["strokeDash"] = {"field": "arm", "type": "nominal", "title": "arm"}
    return encoding


def _draw_survival(explored: Explored, outcome: dict[str, Any]) -> dict[str, Any]:
    """Draw Kaplan–Meier curves of whoever is selected.

    The estimate is the product over events of 1 − 1 / at risk, patient after patient,
    those with an event first where times are equal, which gives the same as counting
    ties together.
    """
    number, groups = outcome["number"], _groups(explored)
    time, event = f"time{number}", f"event{number}"
    by = {"groupby": groups}
    steps = [
        *_prepare(explored),
        *_selected(explored),
        {"filter": f"isValid(datum.{time}) && isValid(datum.{event})"},
        {"joinaggregate": [{"op": "count", "as": "n"}], **by},
        {
            "window": [{"op": "row_number", "as": "rank"}],
            "sort": [
                {"field": time, "order": "ascending"},
                {"field": event, "order": "descending"},
            ],
            **by,
        },
        {
            "calculate": f"datum.{event} == 1"
            " ? log(1 - 1 / (datum.n - datum.rank + 1)) : 0",
            "as": "step",
        },
        {
            "window": [{"op": "sum", "field": "step", "as": "total"}],
            "sort": [{"field": "rank", "order": "ascending"}],
            **by,
        },
        {"calculate": "exp(datum.total)", "as": "survival"},
        # The curve of a group begins at 1.
        {
            "calculate": f"datum.rank == 1 ? [[0, 1], [datum.{time}, datum.survival]]"
            f" : [[datum.{time}, datum.survival]]",
            "as": "corner",
        },
        {"flatten": ["corner"]},
        {"calculate": "datum.corner[0]", "as": "when"},
        {"calculate": "datum.corner[1]", "as": "survival"},
    ]
    unit = f" ({outcome['unit']})" if outcome["unit"] else ""
    position = {
        "x": {
            "field": "when",
            "type": "quantitative",
            "title": f"time{unit}",
            # The same whoever is selected, and known where nobody's time is cut short.
            "scale": {"domain": [0, _latest(explored, time)]},
        },
        "y": {
            "field": "survival",
            "type": "quantitative",
            "title": "without the event",
            "scale": {"domain": [0, 1]},
        },
    }
    return {
        "title": {
            "text": _title(outcome),
            "subtitle": "Kaplan–Meier, of whoever is selected; not tested",
        },
        "data": {"name": "patients"},
        "transform": steps,
        "width": WIDTH,
        "height": HEIGHT,
        "layer": [
            {
                "mark": {"type": "line", "interpolate": "step-after", "clip": True},
                "encoding": position | _by_group(explored),
            },
            {
                "transform": [{"filter": f"datum.{event} != 1 && datum.when > 0"}],
                "mark": {"type": "tick", "orient": "vertical", "size": 7},
                "encoding": position
                | {k: v for k, v in _by_group(explored).items() if k == "color"},
            },
        ],
    }


def _latest(explored: Explored, time: str) -> float:
    times = (row.get(time) for row in explored.patients)
    return max((value for value in times if value is not None), default=0) or 1


def _draw_values(explored: Explored, outcome: dict[str, Any]) -> dict[str, Any]:
    """Draw the mean of an outcome by stratum and arm, and how many it is of."""
    number, groups = outcome["number"], _groups(explored)
    value = f"column{number}"
    first = groups[0] if groups else "group"
    binary = outcome["kind"] == "binary"
    encoding: dict[str, Any] = {
        "y": {"field": first, "type": "nominal", "title": first},
        "x": {
            "field": "mean",
            "type": "quantitative",
            "title": "share with it" if binary else "mean",
            "scale": {"domain": [0, 1]} if binary else {"zero": False},
        },
        "color": {"field": first, "type": "nominal", "legend": None},
        "tooltip": [
            *({"field": key} for key in groups),
            {"field": "mean", "format": ".3~f"},
            {"field": "n", "title": "patients"},
        ],
    }
    if len(groups) > 1:
        encoding["yOffset"] = {"field": groups[1], "type": "nominal"}
        encoding["shape"] = {"field": groups[1], "type": "nominal", "title": groups[1]}
    text = {
        "mark": {"type": "text", "dx": 9, "align": "left", "color": BLACK},
        "encoding": {k: v for k, v in encoding.items() if k in ("x", "y", "yOffset")}
        | {"text": {"field": "said", "type": "nominal"}},
    }
    return {
        "title": {
            "text": _title(outcome),
            "subtitle": "of whoever is selected; not tested",
        },
        "data": {"name": "patients"},
        "transform": [
            *_prepare(explored),
            *_selected(explored),
            {"filter": f"isValid(datum.{value})"},
            {
                "aggregate": [
                    {"op": "mean", "field": value, "as": "mean"},
                    {"op": "count", "as": "n"},
                ],
                "groupby": groups or ["group"],
            },
            {"calculate": "'n = ' + datum.n", "as": "said"},
        ],
        "width": WIDTH,
        "height": HEIGHT,
        "layer": [
            {
                "mark": {"type": "point", "filled": True, "size": 70},
                "encoding": encoding,
            },
            text,
        ],
    }


def _title(outcome: dict[str, Any]) -> str:
    return str(outcome["name"]).replace("_", " ")
