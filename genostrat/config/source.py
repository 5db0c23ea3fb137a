"""YAML that remembers the line each key stands on, and takes nothing for a program.

The file is turned into plain data here, node by node, because YAML's own loaders let a
few hundred bytes grow without bound (aliases of aliases), recurse for ever, make dates
of text, or stop in the middle of Python code at a value that they cannot build.
"""

from __future__ import annotations

import math
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from genostrat.errors import GenostratError, Problem

KeyPath = tuple[str | int, ...]

#: What messages call that which was said when the run was started.
COMMAND_LINE = "--config or --configfile"
#: Bytes of a configuration file; the longest of the examples has 2,000.
MAX_BYTES = 2**20
#: Values of a file once its aliases are written out, and how deep they may stand.
MAX_VALUES, MAX_DEPTH = 100_000, 40

_TAG = "tag:yaml.org,2002:"
_MERGE = f"{_TAG}merge"
_BLOCKS = {f"{_TAG}map", f"{_TAG}seq"}
#: Kinds of single values; a date stays the text that it is.
_SCALARS = {f"{_TAG}{name}" for name in ("str", "int", "float", "bool", "null")}
_TEXTS = {f"{_TAG}timestamp", f"{_TAG}value"}


def dotted(key: KeyPath) -> str:
    """Write the path of a key as people do: ``outcomes[0].time``."""
    text = ""
    for part in key:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".")


class PlainData:
    """Nodes of YAML as plain data, with the line of every key.

    Parameters
    ----------
    path
        The file that they are of, for messages.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._lines: dict[KeyPath, int] = {}
        self._texts: dict[KeyPath, str] = {}
        self._n_values = 0
        self._loader = yaml.SafeLoader("")

    def compose(self, text: str) -> Iterator[yaml.Node]:
        """Yield the top node of every document of a text."""
        try:
            yield from yaml.compose_all(text, Loader=yaml.SafeLoader)
        except yaml.YAMLError as error:
            raise GenostratError(_syntax_problem(self.path, error)) from None
        except RecursionError:
            raise GenostratError(
                Problem(f"this file is nested deeper than {MAX_DEPTH}", file=self.path)
            ) from None

    def build(self, node: yaml.Node, at: KeyPath, within: tuple[yaml.Node, ...]) -> Any:
        """Return a node as plain data, and note the lines of its keys."""
        self._n_values += 1
        if any(node is outer for outer in within):
            raise self._error(node, "this value contains itself (an alias to it)")
        if len(within) > MAX_DEPTH:
            raise self._error(node, f"this file is nested deeper than {MAX_DEPTH}")
        if self._n_values > MAX_VALUES:
            raise self._error(
                node,
                f"this file holds more than {MAX_VALUES} values: its aliases multiply",
                fix="write the values out, without anchors (&) and aliases (*)",
            )
        if isinstance(node, yaml.ScalarNode):
            return self._build_scalar(node, at)
        if node.tag not in _BLOCKS:
            raise self._tagged(node)
        inside = (*within, node)
        if isinstance(node, yaml.SequenceNode):
            items = []
            for index, item in enumerate(node.value):
                self._lines[(*at, index)] = _line(item)
                items.append(self.build(item, (*at, index), inside))
            return items
        assert isinstance(node, yaml.MappingNode)
        return self._build_mapping(node, at, inside)

    def _build_mapping(
        self, node: yaml.MappingNode, at: KeyPath, within: tuple[yaml.Node, ...]
    ) -> dict[str, Any]:
        own: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        seen: dict[str, int] = {}
        for key_node, value_node in node.value:
            if key_node.tag == _MERGE:
                merged = self._merge(value_node, at, within) | merged
                continue
            key, line = self._key(key_node), _line(key_node)
            if key in seen:
                raise self._error(
                    key_node,
                    f"the key {key!r} stands twice",
                    fix=f"remove one; the first is on line {seen[key]}",
                )
            seen[key] = line
            own[key] = self.build(value_node, (*at, key), within)
            self._lines[(*at, key)] = line
        return merged | own

    def _merge(
        self, node: yaml.Node, at: KeyPath, within: tuple[yaml.Node, ...]
    ) -> dict[str, Any]:
        """Return the keys of ``<<: *other``; of several mappings the first wins."""
        parts = node.value if isinstance(node, yaml.SequenceNode) else [node]
        merged: dict[str, Any] = {}
        for part in parts:
            if not isinstance(part, yaml.MappingNode):
                raise self._error(part, "only mappings can be merged with <<")
            merged = self.build(part, at, within) | merged
        return merged

    def _key(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise self._error(
                node,
                "a key is a list or a mapping",
                allowed="text",
                fix="braces and brackets begin mappings and lists: quote such text",
            )
        return str(node.value)

    def _build_scalar(self, node: yaml.ScalarNode, at: KeyPath) -> Any:
        self._texts[at] = node.value
        if node.tag in _TEXTS:
            return node.value
        if node.tag not in _SCALARS:
            raise self._tagged(node)
        try:
            value = self._loader.construct_object(node)
        except (yaml.YAMLError, ValueError, OverflowError):
            raise self._error(
                node,
                "this value cannot be read",
                found=node.value,
                fix="put it between quotation marks if it is text",
            ) from None
        if isinstance(value, float) and not math.isfinite(value):
            raise self._error(
                node,
                "this is no finite number",
                found=node.value,
                fix="give a number; every comparison with this one is false, and would"
                " turn a rule off without a word",
            )
        return value

    def _tagged(self, node: yaml.Node) -> GenostratError:
        return self._error(
            node,
            "this value has a tag, which a configuration cannot have",
            found=str(node.tag).replace(_TAG, "!!"),
            fix="remove what begins with !, or put the text between quotation marks",
        )

    def _error(self, node: yaml.Node, what: str, **more: Any) -> GenostratError:
        return GenostratError(Problem(what, file=self.path, line=_line(node), **more))


class ConfigSource(PlainData):
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
        If the file is missing, too large, not YAML, not a mapping, repeats a key, or
        holds what is no plain value: tags, keys that are no text, aliases that
        contain themselves or multiply.
    """

    def __init__(self, path: str | Path) -> None:
        super().__init__(path)
        self.data: dict[str, Any] = {}
        found = list(self.compose(_read(self.path)))
        if not found:
            return
        node, *more = found
        if more:
            raise self._error(
                more[0],
                "a second document begins here, which would not be read",
                fix="remove the line --- between them",
            )
        if not isinstance(node, yaml.MappingNode):
            raise self._error(
                node,
                "this is not a mapping of keys to values",
                fix="write `key: value` lines, as in config/config.yaml",
            )
        self.data = self.build(node, (), ())

    def line_of(self, key_path: KeyPath) -> int | None:
        """Return the line of a key, or of the nearest key above it."""
        while key_path and key_path not in self._lines:
            key_path = key_path[:-1]
        return self._lines.get(key_path)

    def text_of(self, key_path: KeyPath) -> str | None:
        """Return a single value as it is spelled in the file: ``01`` and not 1."""
        return self._texts.get(key_path)


def read_documents(text: str, *, path: str | Path) -> list[Any]:
    """Return the documents of a YAML text as plain data, within a config's bounds.

    Parameters
    ----------
    text
        Of any number of documents.
    path
        The file that it stood in, for messages.

    Raises
    ------
    GenostratError
        As of :class:`ConfigSource`; a document may be any plain value.

    Examples
    --------
    >>> read_documents("a: 2024-02-30", path="x.yaml")
    [{'a': '2024-02-30'}]
    """
    plain = PlainData(path)
    return [plain.build(node, (), ()) for node in plain.compose(text)]


def _read(path: Path) -> str:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise GenostratError(Problem("this is not a regular file", file=path))
        data = path.read_bytes()
    except OSError as error:
        raise GenostratError(
            Problem("this file cannot be read", file=path, found=error.strerror)
        ) from None
    if len(data) > MAX_BYTES:
        raise GenostratError(
            Problem(f"this file has more than {MAX_BYTES} bytes", file=path)
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise GenostratError(
            Problem("this file is not UTF-8 text", file=path)
        ) from None


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _syntax_problem(path: Path, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    said = getattr(error, "problem", None) or getattr(error, "reason", None)
    return Problem(
        "this file is not valid YAML",
        file=path,
        line=None if mark is None else mark.line + 1,
        column=None if mark is None else mark.column + 1,
        found=said,
        fix="check indentation, colons and quotes on this line and the one above",
    )
