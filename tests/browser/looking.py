"""What is looked for in a page, beside what it says."""

from pathlib import Path

import pytest

AXE = (
    Path(__file__).resolve().parents[2]
    / "envs/browser/node_modules/axe-core/axe.min.js"
)
#: WCAG 2.2 at level AA, all that it takes over, and what is good beyond it.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def find_barriers(page):
    """Open everything that is folded, and return what axe finds against it."""
    if not AXE.is_file():
        pytest.skip("no axe-core here: make env-browser installs it where npm is")
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS
    )
    assert found["testEngine"]["version"].startswith("4.14.")
    assert len(found["passes"]) > 20, "axe looked at the page"
    return [
        (one["id"], node["html"][:120])
        for one in found["violations"]
        for node in one["nodes"]
    ]
