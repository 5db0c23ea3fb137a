"""Patients, their rows, and their sheets, for tests of sheets and of their list."""

from html.parser import HTMLParser
from pathlib import Path

import pytest
from unit.report.report_fixture import make_run
from unit.report.report_fixture_pgx import advise, call

from genostrat.report.patients.content import Setting, build_sheet
from genostrat.report.patients.rows import Row
from genostrat.report.patients.sheet import read_findings, render_patient_sheets

SETTING = Setting("toy", guided=frozenset({"CYP2C19", "CYP2D6", "TPMT", "VKORC1"}))
HOME = Path(__file__).resolve().parents[3]
NAMES = HOME / "resources/pgx_medicine_names.tsv"


class Reader(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.texts = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())


def sheet_of(diplotypes, guidance, *, medicines=(), flags=(), setting=SETTING):
    return build_sheet(
        "P1",
        diplotypes=[Row(row) for row in diplotypes],
        guidance=[Row(row) for row in guidance],
        medicines=medicines,
        flags=flags,
        setting=setting,
    )


POOR = call("P1", "CYP2C19", "*2/*2", "Poor Metabolizer")
NOT_READ = call("P1", "CYP2D6", "", "", reason="copies are not counted")


def no_answer(drug, genes, possible, status="not_called", **changes):
    return advise(
        *("P1", drug, genes, "no_guidance", "nothing"),
        possible_categories=possible,
        status=status,
        **changes,
    )


def write(findings, folder, **changes):
    render_patient_sheets(
        findings,
        directory=folder,
        **({"cohort": "toy", "absent": "missing"} | changes),
    )
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("run"), n=40)


@pytest.fixture(scope="module")
def findings(run):
    keep = run.folder / "qc/keep.txt"
    keep.parent.mkdir(exist_ok=True)
    keep.write_text("\n".join(run.ids[:-1]) + "\n")
    return read_findings(
        samples=run.files["check/samples.tsv"],
        keep=keep,
        diplotypes=run.diplotypes,
        guidance=run.files["pgx/guidance.tsv"],
        medications=run.files["pgx/medications.tsv"],
        decisions=run.files["qc/decisions.tsv"],
        knowledge=run.files["pgx/knowledge.json"],
        positions=run.positions,
        names=NAMES,
        country="GB",
    )


NEGATIVE = (
    "nhs_dpyd (NHS England, four variants; c.1905+1G>A): negative. Of people of the"
    " 1000 Genomes Project without these variants, so many carry another allele: AFR 2"
    " of 100"
)
