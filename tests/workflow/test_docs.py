"""The documentation, run: its commands work, and print what it says they print.

``make quotes`` writes quoted output anew where it has changed.
"""

import pytest
from documents import PAGES, matches, requote
from pages import prepare, run_blocks, shell_blocks
from running import finished_toys

pytestmark = pytest.mark.workflow
RUN = [page for page in PAGES if shell_blocks(page, "", "planned")]


@pytest.mark.parametrize("page", RUN, ids=lambda page: page.name)
def test_the_commands_of_a_page_do_what_it_says(page, tmp_path, tmp_path_factory):
    folder = tmp_path / "checkout"
    environment = prepare(folder, finished_toys(tmp_path_factory), page)
    blocks = shell_blocks(page, "", "planned")
    wrong = []
    for block, command, lines, done in run_blocks(
        blocks, folder=folder, environment=environment
    ):
        assert done.returncode == 0, f"{block.name}\n{command}\n{done.stdout}"
        if lines is not None and not block.mark and not matches(lines, done.stdout):
            wrong.append(f"{block.name}\n$ {command}\n{done.stdout}")
    assert not wrong, "make quotes\n" + "\n".join(wrong)


def test_output_that_differs_is_found():
    """A comparison that could not fail would be worth nothing."""
    printed = "one\ntwo  \nthree\n"
    for good in (["one", "two", "three"], ["…", "three"], ["one", "…"], ["…"]):
        assert matches(good, printed)
    for bad in (["one", "two"], ["one", "three"], ["…", "two"], ["t..", "…"], []):
        assert not matches(bad, printed)


def test_output_is_quoted_anew_as_it_was_quoted():
    printed = "a\nb\nc\nd\n"
    for lines, new in (
        (["x", "y"], ["a", "b", "c", "d"]),
        (["x", "…"], ["a", "…"]),
        (["…", "x", "y"], ["…", "c", "d"]),
        (["x", "…", "c", "z", "…", "y"], ["a", "…", "c", "…", "d"]),
    ):
        assert requote(lines, printed) == new
        assert matches(new, printed)
