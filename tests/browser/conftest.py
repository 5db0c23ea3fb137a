"""Chromium, and the pages of the toy cohorts that it opens."""

import shutil

import pytest
from running import finished_toys

#: What Debian and others call it.
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: Nothing of its own that would ask the network.
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="module")
def chromium():
    """Return a browser, or skip with the reason."""
    api = pytest.importorskip(
        "playwright.sync_api", reason="no Playwright here: make test-browser has it"
    )
    program = next((path for name in PROGRAMS if (path := shutil.which(name))), None)
    if program is None:
        pytest.skip("no Chromium is installed")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", *QUIET]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def toys(tmp_path_factory, chromium):
    """Return the results of the toy cohorts, run only where there is Chromium."""
    return finished_toys(tmp_path_factory) / "results"
