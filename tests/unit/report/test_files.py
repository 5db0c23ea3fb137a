"""Figures and tables as files, and the page that has aggregates only."""

import re

import numpy as np
import pytest
from unit.report.report_fixture import Run, make_run
from unit.report.test_render import SETTINGS, Reader

from genostrat.registry import all_tables
from genostrat.report.figures.catalogue import FIGURES, describe_figure
from genostrat.report.files import LEFT_OUT
from genostrat.report.parts.style import SMALLEST
from genostrat.report.render import render_report
from genostrat.tables import read_arrays, read_parquet, read_table, write_arrays

MARKS = {name for name, drawn in FIGURES.items() if drawn.of_patients}


def render(run, folder, **more):
    names = {"html": "report.html", "cohort_page": "cohort.html"}
    names |= {"figures": "figures", "tables": "tables"}
    names |= {"summary": "summary.json", "provenance": "provenance.json"}
    names |= {"explore": "explore.html"}
    out = {key: folder / name for key, name in names.items()}
    folder.mkdir(parents=True, exist_ok=True)
    chosen = {key: path for key, path in out.items() if key not in more.get("but", ())}
    render_report(
        list(run.files.values()), **chosen, cohort="toy", settings=SETTINGS, inputs=()
    )
    return out


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    centres = ["Leeds", "=cmd|' /C calc'!A0", "York"]
    return make_run(tmp_path_factory.mktemp("run"), n=40, centres=centres)


@pytest.fixture(scope="module")
def report(run, tmp_path_factory):
    return render(run, tmp_path_factory.mktemp("out") / "report")


def figures_of(path):
    return set(re.findall(r'<figure id="figure-([^"]+)"', path.read_text("utf-8")))


def test_every_link_leads_to_a_file(run, report):
    page = Reader(report["html"].read_text(encoding="utf-8"))
    links = {v for n, v in page.attributes if n == "href" and not v.startswith("#")}
    beside = {link for link in links if not link.startswith("../")}
    assert len(beside) > 60
    for link in beside:
        path = report["html"].parent / link
        assert path.stat().st_size > 40
        assert path.stat().st_mode & 0o777 == 0o640
    written = {
        f"{kind}/{path.name}"
        for kind in ("figures", "tables")
        for path in report[kind].iterdir()
    }
    assert written | {"explore.html"} == beside
    assert {link.removeprefix("../") for link in links - beside} <= set(run.files)


def test_every_figure_is_in_the_catalogue_with_tables_of_the_registry(report):
    for name in figures_of(report["html"]):
        assert describe_figure(name).sources, name
    for drawn in FIGURES.values():
        assert set(drawn.sources) <= set(all_tables())


def test_files_are_drawings_and_rows(report):
    svg = (report["figures"] / "forest-1.svg").read_text(encoding="utf-8")
    assert svg.startswith("<svg xmlns=")
    pdf = (report["figures"] / "forest-1.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    assert b"CreationDate" not in pdf
    rows = (report["tables"] / "response-1.tsv").read_text("utf-8").splitlines()
    assert rows[0].startswith("Outcome\tPopulation\tArm\tPatients")
    assert {line.count("\t") for line in rows} == {rows[0].count("\t")}


def test_no_cell_runs_as_a_formula(report):
    for path in report["tables"].iterdir():
        for line in path.read_text("utf-8").splitlines():
            for cell in line.split("\t"):
                assert not re.match(r"[=@]|[+-](?!\d)", cell), (path.name, cell)
    texts = [path.read_text("utf-8") for path in report["tables"].iterdir()]
    assert any("'=cmd" in text for text in texts)


def test_a_phone_gets_text_that_can_be_read(report):
    html = report["html"].read_text(encoding="utf-8")
    narrow = re.findall(r'<div class="drawing narrow">(.*?)</div>', html, re.DOTALL)
    narrow += re.findall(r'<div class="drawing">(.*?)</div>', html, re.DOTALL)
    assert len(narrow) > 20
    for svg in narrow:
        assert float(re.search(r'viewBox="0 0 ([\d.]+) ', svg).group(1)) <= 4.7 * 72 + 1
        sizes = re.findall(r"<text[^>]*?font(?:-size)?:[^;\"]*?([\d.]+)px", svg)
        assert sizes
        assert min(map(float, sizes)) >= SMALLEST - 0.01


def test_the_page_of_aggregates_has_nothing_of_single_patients(report):
    assert figures_of(report["html"]) & MARKS >= {"ancestry", "sex", "features"}
    shown = figures_of(report["cohort_page"])
    assert shown
    assert not {n for n in shown if describe_figure(n).of_patients}
    page = Reader(report["cohort_page"].read_text(encoding="utf-8"))
    assert LEFT_OUT in page.text
    assert "aggregates only" in page.text
    links = [v for n, v in page.attributes if n == "href"]
    assert all(link.startswith("#") for link in links)
    assert "keep unusual heterozygosity" not in page.text


def test_values_of_patients_leave_no_trace_in_the_page_of_aggregates(
    run, report, tmp_path
):
    """What moves every mark, and no aggregate, changes the whole page only."""
    other = Run(tmp_path / "run", run.ids, dict(run.files))
    table = read_table(run.files["qc/pcs.tsv"], table="qc/pcs.tsv")
    other.table("qc/pcs.tsv", table.assign(PC1=-table["PC1"], PC3=table["PC3"] * 2))
    table = read_table(run.files["qc/sex.tsv"], table="qc/sex.tsv")
    other.table("qc/sex.tsv", table.assign(x_f=np.minimum(table["x_f"] - 0.01, 1)))
    values = read_parquet(run.files["profile/features.parquet"])
    moved = values.set_index("sample_id") * 1.1 + 0.1
    path = tmp_path / "profile/features.parquet"
    path.parent.mkdir()
    moved.reset_index().to_parquet(path)
    other.files["profile/features.parquet"] = path
    arrays = read_arrays(run.files["strata/consensus.npz"])
    path = tmp_path / "strata/consensus.npz"
    moved = arrays | {"matrix": arrays["matrix"] * 0.9}
    write_arrays(path, entry="strata/consensus.npz", **moved)
    other.files["strata/consensus.npz"] = path
    out = render(other, tmp_path / "report", but=("figures", "tables"))
    assert out["html"].read_bytes() != report["html"].read_bytes()
    before = without_dates(report["cohort_page"].read_text(encoding="utf-8"))
    assert without_dates(out["cohort_page"].read_text(encoding="utf-8")) == before


def without_dates(text):
    return re.sub(r"<dd>\d{4}-\d\d-\d\d</dd>", "", text)
