"""The pages in a real browser: silent, sorted, searched, reached by keyboard."""

import re
from urllib.parse import unquote, urlparse

import pytest
from browser.looking import find_barriers

pytestmark = [pytest.mark.workflow, pytest.mark.browser]
#: Pages of a run, by what they are.
PAGES = {
    "report": "toy/report/report.html",
    "shareable": "toy/report/cohort.html",
    "null": "toy_null/report/report.html",
    "index": "toy/report/patients/index.html",
    "explore": "toy/report/explore.html",
    "cohorts": "cohorts/report/cohorts.html",
}
WIDTHS = {"phone": 390, "desk": 1300}


@pytest.fixture(scope="module")
def paths(toys):
    """Return name → page; a sheet of a patient among them."""
    found = {name: toys / path for name, path in PAGES.items()}
    sheets = sorted((toys / "toy/report/patients").glob("*.html"))
    found["sheet"] = next(path for path in sheets if path.name != "index.html")
    return found


@pytest.fixture
def open_page(chromium, paths):
    """Return a function that opens a page and keeps what it asks and says."""
    contexts = []

    def open_it(name, **options):
        size = {"width": options.pop("width", 1300), "height": 900}
        context = chromium.new_context(viewport=size, **options)
        contexts.append(context)
        page = context.new_page()
        page.asked, page.said = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto(paths[name].as_uri())
        return page

    yield open_it
    for context in contexts:
        context.close()


NAMES = [*PAGES, "sheet"]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_asks_for_nothing_and_says_nothing(open_page, paths, name):
    page = open_page(name)
    page.wait_for_load_state("networkidle")
    assert page.asked == [paths[name].as_uri()]
    assert page.said == []


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_wider_than_the_screen(open_page, name, width):
    page = open_page(name, width=width)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width


def test_no_sheet_is_wider_than_a_phone(open_page, toys):
    """Every one is opened: what is cited, and how long that is, differs by patient."""
    page = open_page("sheet", width=390)
    sheets = sorted(toys.glob("*/report/patients/*.html"))
    assert len(sheets) > 300
    wide = []
    for path in sheets:
        page.goto(path.as_uri())
        if page.evaluate("document.scrollingElement.scrollWidth") > 390:
            wide.append(path.name)
    assert wide == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_no_barrier(open_page, name, width, scheme):
    page = open_page(name, width=width, color_scheme=scheme)
    assert find_barriers(page) == []


def cells(table, column):
    """Return the texts of a column, of the rows that are shown."""
    rows = table.locator("tbody tr:visible")
    return [
        text.strip()
        for text in rows.locator(f"td:nth-child({column})").all_inner_texts()
    ]


def test_every_table_sorts_by_number_and_by_name(open_page):
    """What stands in a column is sorted as a reader would, whatever the writing."""
    page = open_page("report")
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    n_sorted = 0
    for table in page.locator("main table").all():
        buttons = table.locator("thead button")
        for column in range(buttons.count()):
            head = table.locator(f"thead th:nth-child({column + 1})")
            before = cells(table, column + 1)
            buttons.nth(column).click()
            assert head.get_attribute("aria-sort") == "ascending"
            up = cells(table, column + 1)
            assert sorted(up) == sorted(before), "no row is lost"
            numbers = [value for text in up if (value := read_number(text)) is not None]
            assert numbers == sorted(numbers), up
            buttons.nth(column).click()
            assert head.get_attribute("aria-sort") == "descending"
            down = cells(table, column + 1)
            numbers = [v for text in down if (v := read_number(text)) is not None]
            assert numbers == sorted(numbers, reverse=True), down
            n_sorted += 1
    assert n_sorted > 40


RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def read_number(text):
    """Return what a cell says as a number, by another way than the page's."""
    text = re.sub(r"[\s,%]", "", text).replace("−", "-")
    text = re.sub(r"^p(?=[=<])", "", text).lstrip("<>≤≥=")
    found = re.match(r"([+-]?\d+(?:\.\d+)?)(?:×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?(M(?![a-z]))?", text)
    if found is None:
        return None
    power = int(found[2].translate(RAISED)) if found[2] else 0
    return float(f"{found[1]}e{power}") * (1e6 if found[3] else 1)


WRITINGS = [
    *("−∞", "−1,234", "−1.50", "0", "1.2 × 10⁻¹²", "3.1 × 10⁻⁵", "p < 0.001"),
    *("0.0123", "p = 0.04", "< 1 %", "2 of 14", "99 %", "1,234", "12.3 M", "∞"),
]


@pytest.mark.parametrize("scattered", [WRITINGS[::-1], WRITINGS[1::2] + WRITINGS[::2]])
def test_every_way_of_writing_a_number_has_its_place(open_page, scattered):
    page = open_page("report")
    table = page.locator("main table:has(thead button)").first
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    table.evaluate(
        """(table, texts) => {
            const body = table.tBodies[0], row = body.rows[0];
            texts.forEach(text => {
                const copy = row.cloneNode(true);
                copy.cells[0].textContent = text;
                body.appendChild(copy);
            });
            while (body.rows.length > texts.length) { body.deleteRow(0); }
        }""",
        [*scattered, "–"],
    )
    table.locator("thead button").first.click()
    assert cells(table, 1) == [*WRITINGS, "–"], "what is not there comes last"


@pytest.mark.parametrize(
    ("name", "box"), [("report", ".filter input"), ("index", "#find")]
)
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_a_filter_leaves_the_rows_that_fit(open_page, name, box, width):
    page = open_page(name, width=width)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    field = page.locator(box).first
    table = page.locator("#patients")
    if name == "report":
        table = field.locator("xpath=ancestor::div[1]//table")
    rows = table.locator("tbody tr")
    whole = rows.count()
    word = table.locator("tbody tr").nth(1).locator("td, th").first.inner_text().strip()
    field.fill(word)
    shown = table.locator("tbody tr:visible")
    assert 0 < shown.count() < whole
    assert all(word.lower() in text.lower() for text in shown.all_text_contents())
    field.fill("zzzz-nobody")
    assert shown.count() == 0
    field.fill("")
    assert shown.count() == whole


@pytest.mark.parametrize("name", ["report", "shareable", "index", "null"])
def test_every_link_leads_somewhere(open_page, paths, name):
    page = open_page(name)
    links = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
    assert len(links) > 5
    for link in links:
        parts = urlparse(link)
        assert parts.scheme == "file", link
        path = paths[name].parent / unquote(parts.path)
        assert path.is_file(), link
        if parts.fragment and path == paths[name]:
            assert page.evaluate(
                "name => document.getElementById(name) !== null",
                unquote(parts.fragment),
            ), link


def test_a_figures_files_open(open_page, paths, toys):
    page = open_page("report")
    links = page.eval_on_selector_all(
        "figure .files a", "all => all.map(a => a.getAttribute('href'))"
    )
    kinds = {link.rpartition(".")[2] for link in links}
    assert {"svg", "pdf", "tsv"} <= kinds
    drawn = next(link for link in links if link.endswith(".svg"))
    page.goto((paths["report"].parent / drawn).as_uri())
    assert page.locator("svg").count() > 0
    assert page.said == []


def test_the_first_screen_holds_the_four_answers(open_page):
    page = open_page("report")
    answers = page.locator("article.answer")
    assert answers.count() == 4
    for answer in answers.all():
        box = answer.bounding_box()
        assert box["y"] + box["height"] <= 900, "below the fold"


def test_the_keyboard_reaches_summary_tables_and_folds(open_page):
    page = open_page("report")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#in-short")
    button = page.locator("main table:visible thead button").first
    button.focus()
    page.keyboard.press("Enter")
    head = button.locator("xpath=..")
    assert head.get_attribute("aria-sort") == "ascending"
    outline = button.evaluate("b => getComputedStyle(b).outlineStyle")
    assert outline != "none", "focus is seen"
    fold = page.locator("main details").first
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    assert fold.evaluate("d => d.open") is True


@pytest.mark.parametrize("name", ["report", "index"])
def test_everything_is_read_without_a_script(open_page, name):
    page = open_page(name, java_script_enabled=False)
    assert page.locator("table tbody tr").count() > 10
    assert page.locator("thead button:visible").count() == 0 or name == "index"
    assert page.locator(".filter, #tools:visible").count() == 0


def drawn_rows(page, field):
    """Return the rows that a view draws, by a field that they alone have."""
    return page.evaluate(
        """field => {
            const found = [];
            drawn.getState({data: (name, set) => {
                const rows = set.values && set.values.value;
                if (rows && rows.length && field in rows[0]) { found.push(rows); }
                return false;
            }, signals: () => false});
            found.sort((a, b) => b.length - a.length);
            return found.length ? found[0].map(row => ({...row})) : [];
        }""",
        field,
    )


def test_what_is_selected_in_one_view_is_what_the_others_show(open_page, toys):
    page = open_page("explore", width=1300)
    page.wait_for_selector("#views[data-drawn=yes]")
    whole = drawn_rows(page, "survival")
    people = {row["row"] for row in whole}
    assert len(people) > 150
    last = {}
    for row in whole:
        key = row["stratum"], row["arm"]
        last[key] = min(last.get(key, 1), row["survival"])
    held_against = kaplan_meier(whole)
    assert last == pytest.approx(held_against)
    box = page.locator("#views svg").bounding_box()
    page.mouse.move(box["x"] + 90, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 330, box["y"] + 340, steps=5)
    page.mouse.up()
    page.wait_for_timeout(500)
    some = {row["row"] for row in drawn_rows(page, "survival")}
    assert some < people
    assert some, "a corner of the map has patients"


def kaplan_meier(rows):
    """Return the last value of each group's curve, by statsmodels."""
    from statsmodels.duration.survfunc import SurvfuncRight

    found = {}
    for group in {(row["stratum"], row["arm"]) for row in rows}:
        own = {r["row"]: r for r in rows if (r["stratum"], r["arm"]) == group}
        event = next(key for key in next(iter(own.values())) if key.startswith("event"))
        time = event.replace("event", "time")
        curve = SurvfuncRight(
            [row[time] for row in own.values()], [row[event] for row in own.values()]
        )
        found[group] = curve.surv_prob[-1] if len(curve.surv_prob) else 1
    return found


def test_text_in_figures_can_be_read_on_a_phone(open_page):
    """No word of a figure that is shown is smaller than 8 px on the screen."""
    page = open_page("report", width=WIDTHS["phone"])
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    small = page.evaluate(
        """() => [...document.querySelectorAll('figure svg text')]
            .filter(text => text.getClientRects().length && text.textContent.trim())
            .map(text => [text.textContent, Math.hypot(
                text.getScreenCTM().a, text.getScreenCTM().b) *
                parseFloat(getComputedStyle(text).fontSize)])
            .filter(([, size]) => size < 8)"""
    )
    assert small == []
