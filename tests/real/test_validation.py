"""docs/validation.md: all data sets and rows are handled, the sheets fit the files."""

import re

import pysam
import pytest
from running import HOME

from benchmarks import validate
from benchmarks.real_data import DATA
from benchmarks.validation import cohorts, contamination, mixing
from benchmarks.validation.rows import read_notes
from benchmarks.validation.workbench import Workbench

PAGE = HOME / "docs/validation.md"
CHECKS = [check for _, module in validate.TOPICS for check in module.CHECKS]
NEEDED = {name for check in CHECKS for name in check.needs}

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"no real cohorts at {DATA}")


def needed(name):
    if not (DATA / name).is_dir():
        pytest.skip(f"{name} is not there")
    return Workbench(DATA, HOME / "results/validation")


def samples_of(path):
    with pysam.VariantFile(str(DATA / path)) as file:
        return set(file.header.samples)


def test_the_page_has_a_table_for_every_topic_and_names_only_known_data():
    text = PAGE.read_text()
    assert re.findall(r"^## (.+)$", text, flags=re.M)[: len(validate.TOPICS)] == [
        title for title, _ in validate.TOPICS
    ]
    named = set(re.findall(r"\b(?:kg[13]|aims|ceu|hail|gatk|pgx)_\w+", text))
    assert named - NEEDED == set()
    assert len(named) >= 6


def test_every_row_of_the_page_says_why():
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    rows = [row for row in rows if not row.startswith("| data |")]
    assert len(rows) >= 20
    notes = set(read_notes().values())
    for row in rows:
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]
        assert len(cells) == 5
        if not cells[2].startswith("not run"):
            assert cells[4].replace("\\|", "|") in notes
            assert "nan" not in " ".join(cells).split()


@pytest.mark.shared
@needs_data
def test_the_index_names_every_data_set_asked_for():
    index = (DATA / "INDEX.md").read_text()
    assert {name for name in NEEDED if f"### {name} " not in index} == set()


SHEETS = {
    "kg3_uwgac_1126": (cohorts.uwgac_sheet, "kg3_uwgac_1126.GRCh37.vcf.gz"),
    "ceu_exome22_22": (cohorts.ceu_sheet, "ceu_exome22_22.GRCh37.vcf.gz"),
    "hail_1kg_100": (cohorts.hail_sheet, "sample.vcf.gz"),
}


@pytest.mark.shared
@pytest.mark.parametrize("name", SHEETS)
def test_sheets_name_the_samples_of_the_files(name):
    bench = needed(name)
    write, file = SHEETS[name]
    assert set(write(bench)["sample_id"]) == samples_of(f"{name}/{file}")


@pytest.mark.shared
def test_pedigrees_are_those_the_index_tells():
    sheet = cohorts.ceu_sheet(needed("ceu_exome22_22"))
    assert len(cohorts.pairs_of_parents(sheet)) == 10
    assert len(cohorts.trios_of(sheet)) == 5
    hail = cohorts.hail_sheet(needed("hail_1kg_100"))
    assert len(cohorts.pairs_of_parents(hail)) == 7
    assert (hail["subject_id"].value_counts() > 1).sum() == 16


@pytest.mark.shared
def test_mixing_takes_guests_from_other_families():
    bench = needed("ceu_exome22_22")
    sheet = cohorts.ceu_sheet(bench)
    families = contamination.families_of(sheet)
    trio = [f for name, f in families.items() if name.split("@")[0] in TRIO]
    assert len(trio) == 3
    assert len(set(trio)) == 1
    assert len(set(families.values())) == 12
    reads = mixing.read_depths(
        bench.data / "ceu_exome22_22/ceu_exome22_22.GRCh37.vcf.gz"
    )
    assert reads.people == list(sheet["sample_id"])
    assert reads.ref.shape == reads.alt.shape == (len(reads.sites), 22)
    assert 500 < len(reads.sites) < 1011


TRIO = {"NA12878", "NA12891", "NA12892"}
