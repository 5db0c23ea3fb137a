"""Pages that several benchmarks write: each renews its own sections alone."""

from pathlib import Path

import pytest

from benchmarks.compare import OWN
from benchmarks.sections import renew_page, split_sections

PAGE = Path(__file__).resolve().parents[3] / "docs/benchmarks.md"


def test_a_comparison_keeps_the_sections_of_others():
    page = PAGE.read_text(encoding="utf-8")
    head, before = split_sections(page)
    others = [title for title in before if not title.startswith(OWN)]
    assert len(others) >= 5
    assert "Reading the figures" in others
    renewed = renew_page(page, "# Anew\n\n## Simulated, 10 × 10\n\nquick\n", own=OWN)
    head, after = split_sections(renewed)
    assert head == "# Anew"
    assert list(after) == ["Simulated, 10 × 10", *others]
    assert all(after[title] == before[title] for title in others)


def test_sections_of_no_known_name_are_not_written():
    with pytest.raises(ValueError, match="Other"):
        renew_page("", "# Anew\n\n## Other\n\ntext\n", own=OWN)
