"""Writing the configuration's reference: README table and JSON Schemas.

``python -m genostrat.config.document`` rewrites them; a test holds them against the
schema in the code.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from genostrat.config.schema.keys import INPUTS, POLICY, cohort_schema, config_schema
from genostrat.config.settings import INPUT_DEFAULTS, MATRIX_DEFAULTS
from genostrat.home import workflow_home

HOME = workflow_home()

_HEAD = """\
# Configuration

`config.yaml` holds the defaults of every key and the list of cohorts to run.
`cohorts/<cohort>.yaml` names one cohort's inputs and overrides any default for that
cohort. What the command line says overrides both:

<!-- planned: cohorts take minutes -->
```sh
genostrat run --cohort leeds --cohort oxford
genostrat run --configfile mysite.yaml --config seed=2
```

Mappings merge, lists are replaced. A `config/config.yaml` in the working directory is
laid over the one beside the Snakefile; cohort files are looked for in `cohort_dir`,
first below the working directory. Relative paths of inputs start at the working
directory. Unknown keys are refused, with the nearest known one.

The tables below are generated from the schema (`make docs`).

## `config.yaml` only

| key | allowed | default | meaning |
|---|---|---|---|
"""

_SHEET = """\

### The clinical sheet

Tab-separated text in UTF-8 with a header, one row a patient; lines that start with `#`
are comments. Nothing is quoted: a tab ends a cell and a line feed ends a row, whatever
quotation marks there are. Numbers have a decimal point. Identifiers are text: `007`
stays `007`. Known columns:

| column | content |
|---|---|
| `sample_id` | the identifier in the genotypes and matrices; required |
| `sex` | male, female, M, F, 1, 2; blank, 0 or unknown where not known |
| `centre`, `batch` | where and in which run the sample was made |
| `age` | years |
| `subject_id` | the person, where several samples are from one; blank: its own |
| `father_id`, `mother_id` | the parents, with or without a row; blank or 0: unknown |
| `reported_ancestry` | a label of `reference_panel`, or a word of `ancestry_labels` |
| `treatment`, `medications` | the treatment given; medicines taken, separated by `;` |
| `research_consent`, `contact_consent`, `sharing_consent` | yes or no; blank: no |

Every other column is named in the cohort's file where it is used: under `outcomes`,
`treatment`, `labels`, `profile.clinical_features`, `profile.adjust_for`,
`strata.confounders`, `response.propensity_covariates` or `report.colour_by`; or, to be
carried along, under `samples.extra_columns`. A column with another name is mapped in
`samples.columns`. A name that the sheet lacks stops the check, which suggests the
nearest one; a name that only the shipped `config.yaml` gives is left out, and the check
says so.
"""


def render_readme() -> str:
    """Return ``config/README.md``."""
    defaults = yaml.safe_load((HOME / "config/config.yaml").read_text(encoding="utf-8"))
    top = config_schema()["properties"]
    lines = [_HEAD]
    for key in ("cohorts", "cohort_dir", "model", "cohort", "bundles"):
        lines.append(_row(key, top[key], defaults.get(key)))
    lines.append("\n## Policy: `config.yaml` and every cohort's file\n\n")
    lines.append(_HEADER)
    for key, schema in POLICY.items():
        lines += _rows(key, schema, defaults.get(key))
    lines.append("\n## Inputs: a cohort's file only\n\nRequired: `samples.path`.\n\n")
    lines.append(_HEADER)
    for key, schema in INPUTS.items():
        lines += _rows(key, schema, INPUT_DEFAULTS[key])
    return "".join([*lines, _SHEET])


_HEADER = "| key | allowed | default | meaning |\n|---|---|---|---|\n"


def _rows(key: str, schema: dict[str, Any], default: Any) -> list[str]:
    if schema["type"] == "object" and "properties" in schema:
        inner = default or {}
        return [
            line
            for name, item in schema["properties"].items()
            for line in _rows(f"{key}.{name}", item, inner.get(name))
        ]
    items = schema.get("items", {})
    if "properties" in items:
        inner = MATRIX_DEFAULTS if key == "matrices" else {}
        return [
            line
            for name, item in items["properties"].items()
            for line in _rows(f"{key}[].{name}", item, inner.get(name))
        ]
    return [_row(key, schema, default)]


def _row(key: str, schema: dict[str, Any], default: Any) -> str:
    shown = "" if default is None else f"`{json.dumps(default)}`"
    return f"| `{key}` | {_allowed(schema)} | {shown} | {schema['description']} |\n"


def _allowed(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        options = (
            option if isinstance(option, str) else json.dumps(option)
            for option in schema["enum"]
        )
        return ", ".join(f"`{option}`" for option in options)
    if "oneOf" in schema:
        return "text, or list of text"
    if "minimum" in schema:
        top = f" to {schema['maximum']}" if "maximum" in schema else " or more"
        return f"{schema['type']}, {schema['minimum']}{top}"
    if isinstance(schema["type"], list):
        return "text, or list of text" if "array" in schema["type"] else "text"
    names = {"array": "list of text", "string": "text", "boolean": "`true`, `false`"}
    return names.get(schema["type"], "mapping")


def documents() -> dict[Path, str]:
    """Return every generated file of ``config/`` with its text."""
    schemas = {"config": config_schema(), "cohort": cohort_schema()}
    texts = {
        HOME / f"config/schema/{name}.schema.json": json.dumps(schema, indent=2) + "\n"
        for name, schema in schemas.items()
    }
    return texts | {HOME / "config/README.md": render_readme()}


def main() -> None:
    """Rewrite the generated files."""
    for path, text in documents().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
