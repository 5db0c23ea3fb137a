import re
from pathlib import Path

import pytest

from genostrat.registry import Column, Table, all_tables, table_spec
from genostrat.registry.document import render_outputs, render_table

OUTPUTS = Path(__file__).parents[2] / "docs" / "outputs.md"
TABLES = list(all_tables().values())
#: The columns that later stages and other programs rely on.
CONTRACT = {
    "response/interaction.tsv": "outcome model scale statistic df p_value p_adjusted n"
    " n_events",
    "response/effects.tsv": "outcome stratum contrast scale effect ci_low ci_high n"
    " n_events",
}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_entry_is_well_formed(table):
    assert re.fullmatch(r"[A-Za-z0-9_<>/]+(\.[a-z]+)?", table.name)
    names = [column.name for column in table.columns]
    assert len(names) == len(set(names))
    assert set(table.key) <= set(names)
    assert len(table.description) > 20
    assert table.description.endswith(".")
    for column in table.columns:
        assert column.kind in {"text", "int", "float", "bool"}
        assert re.fullmatch(r"[A-Za-z0-9_<>.]+", column.name)
        assert len(column.description.strip()) > 5, column.name
        assert column.description.strip().endswith("."), column.name


@pytest.mark.parametrize("name", sorted(CONTRACT))
def test_contract_columns_come_first(name):
    names = [column.name for column in table_spec(name).columns]
    contract = CONTRACT[name].split()
    assert names[: len(contract)] == contract


def test_tables_with_a_row_a_patient_are_private():
    for table in TABLES:
        if table.key and "sample_id" in table.key[0]:
            assert table.private, table.name


def test_unknown_table_suggests_the_nearest():
    with pytest.raises(KeyError, match=r"response/effects\.tsv"):
        table_spec("response/efects.tsv")


def test_page_holds_hostile_text_as_text():
    table = Table(
        "a/b.tsv",
        "One <b>row</b> a patient, `<x>` kept.",
        (Column("x", "text", "This | that."),),
        key=("x",),
    )
    page = render_table(table)
    assert "&lt;b&gt;row&lt;/b&gt; a patient, `<x>` kept." in page
    assert r"| `x` | text | This \| that. |" in page
    assert "private; key: `x`" in page


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
