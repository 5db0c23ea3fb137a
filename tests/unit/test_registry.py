"""The registry: entries are whole, what is written is held against them."""

import ast
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genostrat.registry import (
    Column,
    Table,
    all_tables,
    entry_at,
    locate,
    table_spec,
)
from genostrat.registry.checks import (
    _json_fault,
    check_arrays,
    check_record,
    settle_columns,
)
from genostrat.registry.document import render_outputs, render_table
from genostrat.registry.words import every as words

OUTPUTS = Path(__file__).parents[2] / "docs" / "outputs.md"
TABLES = list(all_tables().values())
#: The columns that later stages and other programs rely on.
CONTRACT = {
    "response/interaction.tsv": "outcome model scale statistic df p_value p_adjusted n"
    " n_events",
    "response/effects.tsv": "outcome stratum contrast scale effect ci_low ci_high n"
    " n_events",
}
#: Columns that name people.
NAMING = {"sample_id", "sample_1", "child", "who"}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_entry_is_well_formed(table):
    assert re.fullmatch(r"([A-Za-z0-9_<>]+/)*[A-Za-z0-9_<>-]+(\.[a-z]+)+", table.name)
    assert table.format != "file", "its name has an end that is known"
    names = [column.name for column in table.columns]
    assert len(names) == len(set(names))
    assert set(table.key) <= {column.name for column in table.named}
    assert len(table.description) > 20
    assert table.description.endswith(".")
    kinds = {"text", "int", "float", "bool"}
    if table.format == "record":
        kinds |= {"record", "list"}
    for column in table.columns:
        assert column.kind in kinds, column.name
        assert re.fullmatch(r"[@A-Za-z0-9_<>.:]+", column.name)
        assert len(column.description.strip()) > 3, column.name
        assert column.description.strip().endswith("."), column.name
        assert column.low is None or column.high is None or column.low < column.high
        assert len(column.values) == len(set(column.values))


@pytest.mark.parametrize("name", sorted(CONTRACT))
def test_contract_columns_come_first(name):
    names = [column.name for column in table_spec(name).columns]
    contract = CONTRACT[name].split()
    assert names[: len(contract)] == contract


def test_what_names_people_is_of_the_class_patient():
    for table in TABLES:
        names = {column.name for column in table.columns}
        if names & NAMING and not table.name.startswith("resources/simulated/"):
            assert table.access == "patient", table.name
        if table.access == "shareable":
            assert not table.name.startswith(("check/", "qc/", "strata/", "response/"))


def test_unknown_table_suggests_the_nearest():
    with pytest.raises(KeyError, match=r"response/effects\.tsv"):
        table_spec("response/efects.tsv")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("qc/sex.tsv", "qc/sex.tsv"),
        ("genotypes/store/22.pgen", "genotypes/store/<contig>.pgen"),
        (
            "genotypes/store/X.annotations.parquet",
            "genotypes/store/<contig>.annotations.parquet",
        ),
        ("genotypes/pieces/3/0.bed", "genotypes/pieces/<piece>/<region>.bed"),
        ("report/patients/index.html", "report/patients/index.html"),
        ("report/patients/TOY-1.html", "report/patients/<sample>.html"),
    ],
)
def test_a_path_finds_its_entry_wherever_the_folder_lies(path, name):
    assert entry_at(path).name == name
    assert locate(f"/a/qc/results/toy/{path}") == (
        Path("/a/qc/results/toy"),
        table_spec(name),
    )


@pytest.mark.parametrize(
    "path", ["qc/sexes.tsv", "sex.tsv", "report/patients/a/b.html"]
)
def test_a_path_of_nobody_has_no_entry(path):
    assert locate(f"/results/toy/{path}") is None


COLUMNS = (
    Column("id", "text", "Who."),
    Column("state", "text", "What.", values=("on", "off"), joined_by="|"),
    Column("n", "int", "How many.", low=0),
    Column("share", "float", "Of all.", low=0, high=1, blank=True),
    Column("flag", "bool", "Whether.", blank=True),
    Column("x<n>", "float", "More.", infinite=True, blank=True),
)
SPEC = Table("a/b.tsv", "One row a thing.", COLUMNS, key=("id",))


def frame_of(**changes):
    columns = {
        "id": ["a", "b", "c"],
        "state": ["on", "off|on", "off"],
        "n": [1, 2, 3],
        "share": [0.0, None, 1.0],
        "flag": [True, None, False],
        "x1": [np.inf, np.nan, -1.5],
    }
    return pd.DataFrame(columns | changes)


def test_a_table_as_registered_passes_and_comes_in_the_order_of_its_key():
    settled = settle_columns(frame_of()[::-1], SPEC)
    assert settled["id"].tolist() == ["a", "b", "c"]
    assert settled["flag"].fillna("").tolist() == ["true", "", "false"]
    assert list(settled) == ["id", "state", "n", "share", "flag", "x1"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"n": [1, "abcd", 3]}, "column n, row 2: not a number"),
        ({"n": ["1", "2", "3"]}, "column n, row 1 (and 2 more): not a number"),
        ({"n": [1, 2.5, 3]}, "column n, row 2: not a whole number"),
        ({"n": [1, None, 3]}, "column n, row 2: blank"),
        ({"n": [-1, 2, 3]}, "column n, row 1: outside 0 to"),
        ({"n": [True, False, True]}, "column n, row 1 (and 2 more): not a number"),
        ({"share": [0.0, 1.0000001, 0.5]}, "column share, row 2: outside 0 to 1"),
        ({"share": [0.0, np.inf, 0.5]}, "column share, row 2: outside 0 to 1"),
        ({"flag": ["yes", True, None]}, "column flag, row 1: neither true nor false"),
        ({"flag": [1, 0, 2]}, "column flag, row 3: neither true nor false"),
        ({"state": ["on", "of", "off"]}, "column state, row 2: none of on, off"),
        ({"state": ["on", "", "off"]}, "column state, row 2: blank"),
        ({"state": ["on|", "on", "off"]}, "column state, row 1: none of"),
        ({"id": ["a", "bbb\tc", "d"]}, "column id, row 2: a tab"),
        ({"id": ["a", "b\r", "d"]}, "column id, row 2: a tab"),
        ({"id": ["a", 2, "d"]}, "the key mixes text and numbers"),
        ({"state": ["on", 2, "off"]}, "column state, row 2: not text"),
        ({"id": ["a", None, "d"]}, "column id, row "),
        ({"id": ["a", "a", "b"]}, "is not unique"),
        ({"y": [1, 2, 3]}, "columns not in the registry: ['y']"),
    ],
)
def test_a_cell_that_may_not_stand_there_is_refused_without_being_quoted(changes, says):
    frame = frame_of().astype(object).assign(**changes)
    with pytest.raises(ValueError, match=r"a/b\.tsv") as refused:
        settle_columns(frame, SPEC)
    assert says in str(refused.value)
    for values in changes.values():
        for value in values:
            if isinstance(value, str) and len(value) > 3:
                assert value not in str(refused.value)


def test_everything_wrong_is_said_at_once():
    frame = frame_of(n=[-1, -2, 3], state=["on", "x", "off"])
    with pytest.raises(ValueError, match="column state") as refused:
        settle_columns(frame, SPEC)
    assert "column n, row 1 (and 1 more)" in str(refused.value)


@given(
    st.lists(
        st.tuples(
            st.floats(allow_nan=True, allow_infinity=True), st.integers(-3, 2**40)
        ),
        min_size=1,
        max_size=20,
    )
)
def test_no_number_out_of_range_passes(rows):
    share, n = zip(*rows, strict=True)
    frame = pd.DataFrame(
        {
            "id": [f"{i:03d}" for i in range(len(rows))],
            "state": "on",
            "n": n,
            "share": share,
            "flag": None,
        }
    )
    legal = all(s != s or 0 <= s <= 1 for s in share) and all(v >= 0 for v in n)
    if legal:
        assert settle_columns(frame, SPEC)["n"].tolist() == list(n)
    else:
        with pytest.raises(ValueError, match="outside"):
            settle_columns(frame, SPEC)


RECORD = Table(
    "a/b.json",
    "A record of things.",
    (
        Column("verdict", "text", "What.", values=("yes", "no")),
        Column("k", "int", "How many.", low=1),
        Column("parts", "list", "Which."),
        Column("note", "text", "More.", blank=True),
    ),
)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"verdict": "maybe"}, "key verdict is none of yes, no"),
        ({"k": 0}, "key k outside 1 to"),
        ({"k": True}, "key k is not int"),
        ({"k": None}, "key k is null"),
        ({"parts": {}}, "key parts is not list"),
        ({"other": 1}, "keys not in the registry: ['other']"),
    ],
)
def test_a_record_is_held_against_its_entry(changes, says):
    good = {"verdict": "yes", "k": 2, "parts": []}
    check_record(good, RECORD)
    check_record([good, good | {"note": None}], RECORD)
    with pytest.raises(ValueError, match=re.escape(says)):
        check_record(good | changes, RECORD)
    with pytest.raises(ValueError, match="keys missing"):
        check_record({"verdict": "yes"}, RECORD)


def test_arrays_are_held_against_their_entry():
    entry = Table("a/b.npz", "Arrays.", (Column("x", "float", "X.", low=0),))
    check_arrays({"x": np.ones(2)}, entry)
    with pytest.raises(ValueError, match="x is not float"):
        check_arrays({"x": np.ones(2, int)}, entry)
    with pytest.raises(ValueError, match="out of range"):
        check_arrays({"x": -np.ones(2)}, entry)
    with pytest.raises(ValueError, match="missing"):
        check_arrays({}, entry)


def test_only_numbers_have_units_and_only_text_has_words():
    with pytest.raises(ValueError, match="vocabulary"):
        Column("x", "int", "X.", values=("a",))
    with pytest.raises(ValueError, match="unit"):
        Column("x", "text", "X.", unit="m")
    with pytest.raises(ValueError, match="no kind"):
        Column("x", "number", "X.")


def test_page_holds_hostile_text_as_text():
    table = Table(
        "a/b.tsv",
        "One <b>row</b> a patient, `<x>` kept.",
        (
            Column(
                "x",
                "text",
                "This | that.",
                values=("u", "v"),
                joined_by="|",
                blank=True,
            ),
        ),
        key=("x",),
    )
    page = render_table(table)
    assert "&lt;b&gt;row&lt;/b&gt; a patient, `<x>` kept." in page
    assert (
        r"| `x` | text | `u`, `v`, several joined by `\|`; may be blank |"
        r" This \| that. |" in page
    )
    assert "patient; key: `x`" in page
    assert "*centre" in render_table(replace(table, access="centre"))


def test_page_has_every_table_and_column():
    page = render_outputs()
    for table in TABLES:
        assert page.count(f"### `{table.name}`\n") == 1
        for column in table.columns:
            assert f"| `{column.name}` |" in page


def test_page_on_outputs_is_up_to_date():
    assert OUTPUTS.read_text(encoding="utf-8") == render_outputs(), (
        "run: python -m genostrat.registry.document > docs/outputs.md"
    )


def test_every_word_is_one_that_code_writes():
    """A word that was renamed in the code alone would stop every run that writes it."""
    package = OUTPUTS.parents[1] / "genostrat"
    written = {
        node.value
        for path in package.rglob("*.py")
        if "registry" not in path.relative_to(package).parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    from_here = {*words.CONTIGS, *words.HAND_DECISIONS, *words.GUIDANCE_CATEGORIES}
    for name in words.__all__:
        for word in set(getattr(words, name)) - from_here - set(words.TRANSFORMS):
            assert word in written, f"{name}: {word}"


def test_a_value_may_name_all_that_is_allowed():
    column = Column("kind", "text", "x", values=("a", "b"), joined_by=";")
    alone = Column("kind", "text", "x", values=("a",))
    assert _json_fault("a;b", column) == ""
    assert _json_fault("a", alone) == ""
    assert _json_fault("a;c", column) == "is none of a, b"
