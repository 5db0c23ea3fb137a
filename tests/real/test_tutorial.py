"""What the documentation quotes of real cohorts, where they are.

``make quotes DATA=<folder>`` writes it anew.
"""

import pytest
from documents import PAGES, matches, read_in_short, read_quotes
from pages import run_blocks, run_real, shell_blocks
from running import once, stand_in

from benchmarks.real_data import DATA

pytestmark = [
    pytest.mark.shared,
    pytest.mark.workflow,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"no real cohorts at {DATA}"),
]
QUOTED = [(page, cohort) for page in PAGES for cohort in read_quotes(page)]
BLOCKS = [
    (page, block.reason) for page in PAGES for block in shell_blocks(page, "real")
]


def finished(tmp_path_factory, cohort):
    """Return a folder in which the example of a real cohort was run."""
    return once(tmp_path_factory, cohort, lambda folder: run_real(folder, cohort, DATA))


@pytest.mark.parametrize(("page", "cohort"), QUOTED, ids=[c for _, c in QUOTED])
def test_reports_begin_as_quoted(page, cohort, tmp_path_factory):
    folder = finished(tmp_path_factory, cohort)
    assert read_quotes(page)[cohort] == read_in_short(folder, cohort)


@pytest.mark.parametrize(("page", "cohort"), BLOCKS, ids=[c for _, c in BLOCKS])
def test_commands_print_what_is_quoted(page, cohort, tmp_path, tmp_path_factory):
    folder = tmp_path / "checkout"
    environment = stand_in(folder, finished(tmp_path_factory, cohort))
    blocks = [b for b in shell_blocks(page, "real") if b.reason == cohort]
    for block, command, lines, done in run_blocks(
        blocks, folder=folder, environment=environment
    ):
        assert done.returncode == 0, f"{command}\n{done.stdout}"
        assert matches(lines, done.stdout), f"{block.name}\n{done.stdout}"
