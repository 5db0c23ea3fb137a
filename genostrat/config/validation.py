"""Holding a configuration against the schema, with errors a person can act on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from genostrat.config.schema.parts import PATH
from genostrat.config.source import KeyPath, dotted
from genostrat.config.values import find_infinite
from genostrat.errors import Problem, nearest, printable
from genostrat.genome.assembly_names import assembly_of_text
from genostrat.registry.words.genotypes import BUILD_NAMES

Locate = Callable[[KeyPath], int | None]


def find_problems(
    data: dict[str, Any],
    *,
    schema: dict[str, Any],
    file: str | Path,
    locate: Locate = lambda key_path: None,
) -> list[Problem]:
    """Return everything in `data` that the schema does not allow, in file order.

    Parameters
    ----------
    data
        The configuration as plain data.
    schema
        A JSON Schema, draft 2020-12.
    file
        The name to give in messages.
    locate
        From the path of a key to its line.
    """
    from jsonschema import Draft202012Validator

    problems = [
        Problem(
            f"{dotted(at)} is no finite number",
            file=file,
            line=locate(at),
            found=str(value),
            fix="give a number; every comparison with this one is false, and would turn"
            " a rule off without a word",
        )
        for at, value in find_infinite(data)
    ]
    for error in Draft202012Validator(schema).iter_errors(data):
        problems += _explain(error, file=file, locate=locate)
    return sorted(problems, key=lambda p: (p.line or 0, str(p)))


def _explain(error: Any, *, file: str | Path, locate: Locate) -> Iterator[Problem]:
    at: KeyPath = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        for key in error.instance:
            if key not in known:
                yield _unknown_key(key, at, known, file=file, locate=locate)
        return
    if error.validator == "required":
        missing = [k for k in error.validator_value if k not in error.instance]
        for key in missing:
            yield Problem(
                f"the key {dotted((*at, key))} is missing",
                file=file,
                line=locate(at),
                fix=f"add `{key}: …`{' below ' + dotted(at) if at else ''}",
            )
        return
    if error.validator == "oneOf" and isinstance(error.instance, dict):
        yield _not_one_of(error, at, file=file, locate=locate)
        return
    yield Problem(
        f"{dotted(at) or 'this file'} has a value that is not allowed",
        file=file,
        line=locate(at),
        found=_shown(error.instance),
        allowed=_allowed(error) + _meaning(error),
        fix=_name_build(error),
    )


def _name_build(error: Any) -> str | None:
    """Return what to write for a build that stands there by another of its names."""
    if error.validator != "enum" or tuple(error.validator_value) != BUILD_NAMES:
        return None
    named = assembly_of_text(str(error.instance))
    if named is None:
        return None
    if named in BUILD_NAMES:
        return f"write {named}, which is meant by {printable(error.instance, 60)}"
    return (
        f"{printable(error.instance, 60)} is {named}: lift the data over to one of the"
        " builds allowed, or call the variants on it"
    )


def _unknown_key(
    key: str, at: KeyPath, known: dict[str, Any], *, file: str | Path, locate: Locate
) -> Problem:
    close = nearest(str(key), known)
    return Problem(
        f"unknown key {dotted((*at, key))}",
        file=file,
        line=locate((*at, key)),
        found=str(key),
        allowed=None if close else ", ".join(sorted(known)),
        fix=f"did you mean {close}?" if close else "remove it, or correct its name",
    )


def _not_one_of(
    error: Any, at: KeyPath, *, file: str | Path, locate: Locate
) -> Problem:
    """Explain a mapping that has none, or several, of keys that exclude each other."""
    choices = [key for option in error.validator_value for key in option["required"]]
    found = [key for key in choices if key in error.instance]
    return Problem(
        f"{dotted(at)} names more than one source"
        if found
        else f"{dotted(at)} names no source",
        file=file,
        line=locate((*at, found[1])) if found else locate(at),
        found=", ".join(found) or None,
        allowed=f"one of {', '.join(choices)}",
        fix="keep one of them" if found else f"add one of them below {dotted(at)}",
    )


def _allowed(error: Any) -> str:
    value = error.validator_value
    match error.validator:
        case "type":
            return value if isinstance(value, str) else " or ".join(value)
        case "enum":
            words = {True: "true", False: "false"}
            options = (words[o] if isinstance(o, bool) else str(o) for o in value)
            return " or ".join(options)
        case "minimum":
            return f"{value} or more"
        case "maximum":
            return f"{value} or less"
        case "pattern" if value == PATH:
            return "a path without braces { } and control characters"
        case "pattern":
            return "letters, digits, _ and -, at most 64, the first a letter or digit"
        case "minItems" | "minLength":
            return "at least one"
        case "uniqueItems":
            return "each only once"
        case "oneOf":
            return "one path, or a list of different paths"
    return str(error.message)


def _meaning(error: Any) -> str:
    text = error.schema.get("description") if isinstance(error.schema, dict) else None
    return f" ({text.rstrip('.')})" if text else ""


def _shown(value: Any) -> str:
    return f"{value!r} ({type(value).__name__})"
