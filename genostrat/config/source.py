"""YAML that remembers the line each key stands on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from genostrat.errors import GenostratError, Problem

KeyPath = tuple[str | int, ...]


class ConfigSource:
    """A YAML file as plain data, with the line of every key.

    Parameters
    ----------
    path
        The file.

    Attributes
    ----------
    data
        What the file says: a mapping.

    Raises
    ------
    GenostratError
        If the file is missing, not YAML, not a mapping, or repeats a key.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._lines: dict[KeyPath, int] = {}
        try:
            text = self.path.read_text(encoding="utf-8")
            node = yaml.compose(text, Loader=yaml.SafeLoader)
        except OSError as error:
            raise GenostratError(
                Problem("this file cannot be read", file=path, found=error.strerror)
            ) from None
        except UnicodeDecodeError:
            raise GenostratError(
                Problem("this file is not UTF-8 text", file=path)
            ) from None
        except yaml.YAMLError as error:
            raise GenostratError(_syntax_problem(self.path, error)) from None
        self.data: dict[str, Any] = {}
        if node is not None:
            if not isinstance(node, yaml.MappingNode):
                raise GenostratError(
                    Problem(
                        "this is not a mapping of keys to values",
                        file=path,
                        line=node.start_mark.line + 1,
                        fix="write `key: value` lines, as in config/config.yaml",
                    )
                )
            self._mark(node, ())
            self.data = yaml.safe_load(text)

    def line_of(self, key_path: KeyPath) -> int | None:
        """Return the line of a key, or of the nearest key above it."""
        while key_path and key_path not in self._lines:
            key_path = key_path[:-1]
        return self._lines.get(key_path)

    def _mark(self, node: yaml.Node, at: KeyPath) -> None:
        if isinstance(node, yaml.MappingNode):
            seen: dict[str, int] = {}
            for key_node, value_node in node.value:
                key, line = str(key_node.value), key_node.start_mark.line + 1
                if key in seen:
                    raise GenostratError(
                        Problem(
                            f"the key {key!r} stands twice",
                            file=self.path,
                            line=line,
                            fix=f"remove one; the first is on line {seen[key]}",
                        )
                    )
                seen[key] = line
                self._lines[(*at, key)] = line
                self._mark(value_node, (*at, key))
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                self._lines[(*at, index)] = item.start_mark.line + 1
                self._mark(item, (*at, index))


def _syntax_problem(path: Path, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    return Problem(
        "this file is not valid YAML",
        file=path,
        line=None if mark is None else mark.line + 1,
        column=None if mark is None else mark.column + 1,
        found=getattr(error, "problem", None),
        fix="check indentation, colons and quotes on this line and the one above",
    )
