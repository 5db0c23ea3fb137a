"""Reading a frozen model from files that anybody may have written.

A model travels between centres, so nothing of it is believed before it is looked at:
sizes before bytes, headers before arrays, and every number before it is used. Arrays
stand uncompressed in the archive, so none can be larger than the file.
"""

from __future__ import annotations

import io
import json
import struct
import tokenize
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genostrat.config.validation import find_problems
from genostrat.errors import GenostratError, Problem, raise_if_any
from genostrat.registry.words.profile import TRANSFORMS

SCHEMA = "genostrat strata model 2"
MODEL_FILE, ARRAYS_FILE = "model.json", "arrays.npz"
#: A record of 100,000 features has 3 MB; arrays of them, with a panel, 100 MB.
MAX_RECORD_BYTES = 1 << 26
MAX_ARRAYS_BYTES = 1 << 30
#: Bytes of an array's header that are read to learn its shape.
HEADER_BYTES = 1 << 12
FIX = "take the model again from where it was made"

_NAME = {"type": "string", "minLength": 1, "maxLength": 1000}
_NAMES = {"type": "array", "items": _NAME}


def _record(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": [*properties]}


_COLUMNS = {
    "type": "array",
    "items": _record(
        {
            "name": _NAME,
            "kind": {"type": "string", "enum": ["number", "category"]},
            "levels": _NAMES,
        }
    ),
}
_HEAD = {
    "strata": {**_NAMES, "uniqueItems": True},
    "sizes": {"type": "array", "items": {"type": "integer", "minimum": 1}},
    "verdict": _NAME,
    "build": {"type": "string", "enum": ["", "GRCh37", "GRCh38"]},
    "arrays_sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    "checksum": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
}
_BODY = {
    "confidence": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
    "adjustment": _record(
        {
            "features": {**_NAMES, "minItems": 1, "uniqueItems": True},
            "layers": _NAMES,
            "transforms": {
                "type": "object",
                "additionalProperties": {"type": "string", "enum": list(TRANSFORMS)},
            },
            "covariates": _COLUMNS,
        }
    ),
    "inputs": _record(
        {
            "ancestry_space": {"type": "string", "enum": ["none", "own", "panel"]},
            "clinical": _COLUMNS,
            "knowledge": {"type": "object"},
        }
    ),
}


def read_model_record(folder: str | Path) -> dict[str, Any]:
    """Read ``model.json``, and say what in it cannot be.

    Raises
    ------
    GenostratError
        If it is missing, too large, no JSON, of another version, or lacks a part.
    """
    path = _regular_file(Path(folder) / MODEL_FILE, most=MAX_RECORD_BYTES)
    try:
        record = json.loads(path.read_bytes(), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise GenostratError(
            Problem("this is no model", path, found=str(error)[:200], fix=FIX)
        ) from None
    if not isinstance(record, dict) or record.get("schema") != SCHEMA:
        found = record.get("schema") if isinstance(record, dict) else type(record)
        raise GenostratError(
            Problem(
                "this is not a model of this version",
                file=path,
                found=str(found),
                allowed=SCHEMA,
                fix="make the model anew with this version, or use the one it was"
                " made with",
            )
        )
    raise_if_any(find_problems(record, schema=_record(_HEAD), file=path))
    if record["strata"]:
        raise_if_any(find_problems(record, schema=_record(_BODY), file=path))
        raise_if_any(_contradictions(record, path))
    return record


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")


def _contradictions(record: Mapping[str, Any], path: Path) -> Iterator[Problem]:
    own = record["adjustment"]
    if len(record["sizes"]) != len(record["strata"]):
        yield Problem("strata and sizes are not equally many", file=path, fix=FIX)
    if len(own["layers"]) != len(own["features"]):
        yield Problem("features and layers are not equally many", file=path, fix=FIX)
    if not set(own["layers"]) <= set(own["transforms"]):
        yield Problem("a layer has no transform", file=path, fix=FIX)
    for column in own["covariates"]:
        if (column["kind"] == "category") != bool(column["levels"]):
            yield Problem("a covariate has no levels", file=path, fix=FIX)


def _regular_file(path: Path, *, most: int) -> Path:
    if not path.is_file():
        raise GenostratError(
            Problem(
                "there is no model",
                file=path,
                found="no such file",
                allowed=f"a folder with {MODEL_FILE} and {ARRAYS_FILE}",
                fix="name the folder strata/model of a cohort's results",
            )
        )
    size = path.stat().st_size
    if size > most:
        raise GenostratError(
            Problem(
                "this file is too large for a model",
                file=path,
                found=f"{size} bytes",
                allowed=f"{most} bytes",
                fix=FIX,
            )
        )
    return path


def check_arrays_size(folder: str | Path) -> Path:
    """Return the path of ``arrays.npz`` if it is a file of bearable size."""
    return _regular_file(Path(folder) / ARRAYS_FILE, most=MAX_ARRAYS_BYTES)


def read_model_arrays(
    folder: str | Path, record: Mapping[str, Any]
) -> dict[str, NDArray[Any]]:
    """Read ``arrays.npz`` if its arrays are those that the record calls for.

    Raises
    ------
    GenostratError
        If an array is missing, compressed, holds objects, has another shape than it
        must, or a number that is not finite.
    """
    path = check_arrays_size(folder)
    try:
        with zipfile.ZipFile(path) as archive:
            shapes = {
                entry.filename.removesuffix(".npy"): _look_at(archive, entry)
                for entry in archive.infolist()
            }
            _check_shapes(shapes, record, path)
            arrays = {
                name: np.lib.format.read_array(
                    io.BytesIO(archive.read(f"{name}.npy")), allow_pickle=False
                )
                for name in shapes
            }
    except (
        zipfile.BadZipFile,
        OSError,
        ValueError,
        EOFError,
        KeyError,
        TypeError,
        RuntimeError,
        NotImplementedError,
        SyntaxError,
        MemoryError,
        struct.error,
        tokenize.TokenError,
    ) as error:
        raise GenostratError(
            Problem(
                "the arrays of this model cannot be read",
                file=path,
                found=str(error)[:200],
                fix=FIX,
            )
        ) from None
    _check_values(arrays, path)
    return arrays


def _look_at(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> tuple[int, ...]:
    """Return an array's shape from its header; refuse what could not be ours."""
    if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1:
        raise ValueError(f"{entry.filename} is compressed or encrypted")
    with archive.open(entry) as stream:
        head = io.BytesIO(stream.read(HEADER_BYTES))
    version = np.lib.format.read_magic(head)
    if version != (1, 0):
        raise ValueError(f"{entry.filename} is of another version of arrays")
    shape, _, dtype = np.lib.format.read_array_header_1_0(head)
    if dtype.kind not in "fiuU":
        raise ValueError(f"{entry.filename} holds {dtype}, not numbers or text")
    n_items = 1
    for length in shape:
        n_items *= length
    if head.tell() + n_items * dtype.itemsize != entry.file_size:
        raise ValueError(f"{entry.filename} is not as long as its header says")
    return tuple(shape)


def _check_shapes(
    shapes: Mapping[str, tuple[int, ...]], record: Mapping[str, Any], path: Path
) -> None:
    wanted = _wanted_shapes(shapes, record)
    problems = [
        Problem(
            f"the array {name!r} is not there"
            if name not in shapes
            else f"the array {name!r} has another shape than the model's record says",
            file=path,
            found=str(shapes.get(name, "nothing")),
            allowed=str(shape),
            fix=FIX,
        )
        for name, shape in wanted.items()
        if shapes.get(name) != shape
    ]
    problems += [
        Problem(f"the array {name!r} belongs to no model", file=path, fix=FIX)
        for name in sorted(set(shapes) - set(wanted))
    ]
    raise_if_any(problems)


def _wanted_shapes(
    shapes: Mapping[str, tuple[int, ...]], record: Mapping[str, Any]
) -> dict[str, tuple[int, ...]]:
    """Return the shape each array must have; free dimensions are one array's own."""
    own = record["adjustment"]
    p, k = len(own["features"]), len(record["strata"])
    q = sum(max(1, len(column["levels"])) for column in own["covariates"])
    c = _length(shapes, "loadings", axis=1)
    wanted = {
        "adjustment_covariate_means": (q,),
        "adjustment_coefficients": (q, p),
        "loadings": (p, c),
        "centroids": (k, c),
        "precision": (c, c),
        "limits": (2,),
        "ceilings": (k,),
        "conformal": (k,),
    }
    for name in ("middles", "filled", "centre", "scale"):
        wanted[f"adjustment_{name}"] = (p,)
    if "adjustment_reference" in shapes:
        wanted["adjustment_reference"] = (p,)
    wanted |= {"centre": (p,), "weights": (p,)}
    if record["inputs"]["ancestry_space"] == "panel":
        m, n = _length(shapes, "panel_position"), _length(shapes, "panel_strengths")
        wanted |= {"panel_weights": (m, n), "panel_strengths": (n,)}
        for name in ("contig", "position", "ref", "alt", "frequencies"):
            wanted[f"panel_{name}"] = (m,)
        wanted |= {"panel_n_used": (1,), "panel_strand_known": (1,)}
    if any(name.startswith("scores_") for name in shapes):
        n = _length(shapes, "scores_name")
        for name in ("name", "sha256", "n_variants"):
            wanted[f"scores_{name}"] = (n,)
        wanted["scores_used"] = (_length(shapes, "scores_used"),)
    return wanted


def _length(shapes: Mapping[str, tuple[int, ...]], name: str, *, axis: int = 0) -> int:
    shape = shapes.get(name, ())
    return shape[axis] if len(shape) > axis else 0


def _check_values(arrays: Mapping[str, NDArray[Any]], path: Path) -> None:
    text = {"contig", "ref", "alt", "name", "sha256"}
    problems = []
    for name, array in arrays.items():
        is_text = name.partition("_")[2] in text
        if is_text != (array.dtype.kind == "U"):
            problems.append(f"{name} holds {array.dtype}")
        elif not is_text and not np.isfinite(array).all():
            problems.append(f"{name} holds values that are not finite")
    if not problems:
        problems = list(_impossible(arrays))
    raise_if_any(
        Problem("the arrays of this model cannot be used", path, found=what, fix=FIX)
        for what in problems
    )


def _impossible(arrays: Mapping[str, NDArray[Any]]) -> Iterator[str]:
    if not arrays["loadings"].shape[1]:
        yield "there is no component"
    if (arrays["adjustment_scale"] <= 0).any():
        yield "a feature's scale is not above 0"
    if "adjustment_reference" in arrays and (arrays["adjustment_reference"] < 0).any():
        yield "a reference of counts is below 0"
    if (arrays["weights"] < 0).any() or not arrays["weights"].any():
        yield "weights are below 0, or all 0"
    if (arrays["limits"] <= 0).any():
        yield "a limit of distance is not above 0"
    if (arrays["ceilings"] < 0).any() or (arrays["ceilings"] > 1).any():
        yield "a ceiling of confidence is not from 0 to 1"
    if (arrays["conformal"] < 0).any() or (arrays["conformal"] > 1).any():
        yield "a conformal limit is not from 0 to 1"
    precision = arrays["precision"]
    if not np.allclose(precision, precision.T) or (
        precision.size and np.linalg.eigvalsh(precision).min() <= 0
    ):
        yield "precision is no precision: not symmetric, or not positive"
    if "scores_used" in arrays:
        counts, bits = arrays["scores_n_variants"], arrays["scores_used"]
        if bits.dtype != np.uint8 or (counts < 0).any():
            yield "the variants of the scores are no bits"
        elif len(bits) != -(-int(counts.sum()) // 8):
            yield "the variants of the scores are not as many as is said"
    if "panel_position" in arrays and not len(arrays["panel_position"]):
        yield "the panel has no sites"
