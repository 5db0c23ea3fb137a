"""Pages of cohorts that pages break at: other scripts, markup, many groups."""

from dataclasses import replace

import pytest
from browser.looking import find_barriers
from unit.report.patient_fixture import POOR, sheet_of
from unit.report.report_fixture import make_run
from unit.report.report_fixture_pgx import advise
from unit.report.test_render import SETTINGS

from genostrat.report.patients.index import render_index
from genostrat.report.render import render_report

pytestmark = [pytest.mark.workflow, pytest.mark.browser]
WIDTHS = {"phone": 390, "desk": 1300}
LONG = "a-label-of-two-hundred-characters-without-a-place-to-break-" * 4
NAMES = [
    "<img/src=x&#9;onerror=alert(1)>",
    "&amp;lt;b&gt;",
    "</script><script>alert(2)</script>",
    "مريض-رقم",
    "מטופל",
    "患者甲",
    "{{7*7}}",
    "e\u0301\u0323\u0330",
    LONG[:200],
]


@pytest.fixture(scope="module")
def pages(tmp_path_factory, chromium):
    """Return name → page of a made-up run."""
    folder = tmp_path_factory.mktemp("stress")
    ids = [f"{NAMES[i % len(NAMES)]}-{i}" for i in range(600)]
    centres = [f"{NAMES[i % len(NAMES)]} {i}" for i in range(40)]
    runs = {
        "hostile": make_run(folder / "hostile", n=600, ids=ids, centres=centres),
        "small": make_run(folder / "small", n=20, centres=["Leeds"]),
    }
    found = {}
    for name, run in runs.items():
        found[name] = folder / f"{name}.html"
        found[f"{name}, aggregates"] = folder / f"{name}_cohort.html"
        render_report(
            list(run.files.values()),
            html=found[name],
            cohort_page=found[f"{name}, aggregates"],
            summary=folder / f"{name}.json",
            provenance=folder / f"{name}_provenance.json",
            cohort=name,
            settings=SETTINGS | {"report": {"show_ids": True}},
        )
    return found


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("name", ["hostile", "hostile, aggregates", "small"])
def test_a_page_of_a_hard_cohort_holds(chromium, pages, name, width):
    page = chromium.new_page(viewport={"width": width, "height": 900})
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: (said.append("a dialog"), dialog.dismiss()))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(pages[name].as_uri())
    page.wait_for_load_state("networkidle")
    wide = page.evaluate("document.scrollingElement.scrollWidth")
    barriers = find_barriers(page)
    page.close()
    assert asked == [pages[name].as_uri()]
    assert (said, wide <= width, barriers) == ([], True, [])


def test_a_list_of_thousands_shows_the_first_and_finds_any(chromium, tmp_path):
    taken = {"on_medication": True}
    sheet = sheet_of(
        [POOR],
        [advise("P1", "clopidogrel", "CYP2C19", "avoid", "Avoid it.", **taken)],
        medicines=["clopidogrel"],
    )
    quiet = sheet_of([POOR], [], medicines=[])
    entries = [
        (f"p{i}.html", replace(sheet if i < 600 else quiet, sample=f"patient-{i:04d}"))
        for i in range(3000)
    ]
    path = tmp_path / "index.html"
    path.write_text(render_index(entries, cohort="large"), encoding="utf-8")
    page = chromium.new_page(viewport={"width": 390, "height": 900})
    page.goto(path.as_uri())
    rows = page.locator("#patients tbody tr:visible")
    assert rows.count() == 500
    assert "3000 of 3000 patients, the first 500 shown" in page.inner_text("#tools")
    # One whom the first screen does not have is found all the same.
    page.fill("#find", "patient-2999")
    assert rows.all_inner_texts()[0].startswith("patient-2999")
    assert rows.count() == 1
    assert not page.locator("#all").is_visible()
    page.fill("#find", "")
    page.locator("#only").check()
    assert "600 of 3000 patients, the first 500 shown" in page.inner_text("#tools")
    page.locator("#only").uncheck()
    page.set_viewport_size({"width": 1300, "height": 900})
    page.locator("#patients thead button").first.click()
    page.locator("#patients thead button").first.click()
    assert rows.first.inner_text().startswith("patient-2999")
    assert rows.count() == 500
    page.locator("#all").click()
    assert rows.count() == 3000
    page.close()
