"""Matrices of new patients that cannot be right."""

import pandas as pd
import pytest
from model_cases import assign_files, draw_cohort, small_model, write_cohort

from genostrat.errors import GenostratError
from genostrat.strata.model.frozen import save_model


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    save_model(folder, small_model())
    return folder


def spoil_matrix(change):
    def spoil(folder):
        path = folder / "rna.tsv"
        path.write_text(change(path.read_text()))

    return spoil


def transposed(folder):
    frame = pd.read_csv(folder / "rna.tsv", sep="\t", index_col=0)
    frame.T.rename_axis("id").to_csv(folder / "rna.tsv", sep="\t")


def twice(text):
    lines = text.splitlines()
    return "\n".join([*lines, lines[1]]) + "\n"


def renamed(text):
    header, rest = text.split("\n", 1)
    return header.replace("\tg", "\tENSG") + "\n" + rest


BAD = {
    "on its side": (transposed, "lies on its side"),
    "infinite": (spoil_matrix(lambda t: _cell(t, "inf")), "a value is infinite"),
    "of others": (spoil_matrix(lambda t: t.replace("\n9-", "\nX-")), "no patient"),
    "repeated": (spoil_matrix(twice), "an ID occurs more than once"),
    "negative": (spoil_matrix(lambda t: _cell(t, "-3")), "log2 of negative values"),
    "words": (spoil_matrix(lambda t: _cell(t, "high")), "a cell is not a number"),
    "other names": (spoil_matrix(renamed), "24 of"),
}


def _cell(text, value):
    lines = text.splitlines()
    cells = lines[1].split("\t")
    cells[1] = value
    lines[1] = "\t".join(cells)
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("case", BAD)
def test_bad_matrices_are_refused_and_nothing_is_written(model, tmp_path, case):
    spoil, expected = BAD[case]
    folder = write_cohort(tmp_path, draw_cohort(seed=9, n=6))
    spoil(folder)
    with pytest.raises(GenostratError) as caught:
        assign_files(model, folder)
    assert expected in str(caught.value)
    assert not (folder / "out").exists()
