"""What guidance is asked of a possibility: the alleles that a guideline names."""

import pytest

from genostrat.pgx.guidance.calls import _project
from genostrat.pgx.guidance.states import State

ASKED = {("*1", "*2"), ("*2",)}


@pytest.mark.parametrize(
    ("name", "alleles", "asked", "left"),
    [
        ("CYP2C9", ("*1", "*2"), ASKED, ("*1", "*2")),
        ("CYP2C9", ("*2",), ASKED, ("*2",)),
        ("CYP2C9", ("*1", "*3"), ASKED, ("other",)),
        ("CYP2C9", ("*1", "*3"), set(), ()),  # nothing asks for any
        ("CYP2C9", (), ASKED, ()),
        ("HLA-B", ("*57:01", "*07:02"), set(), ("*57:01", "*07:02")),
    ],
)
def test_alleles_that_no_guideline_asks_for_are_alike(name, alleles, asked, left):
    state = State("Poor Metabolizer", 1.5, alleles)
    found = _project(name, state, asked=asked)
    assert found == State("Poor Metabolizer", 1.5, left)
