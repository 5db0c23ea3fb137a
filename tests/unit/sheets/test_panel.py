"""A reference panel's labels and files: what is refused, and how it is said."""

from pathlib import Path

import numpy as np
import pytest
from vcf_files import simple_records, write_vcf

from genostrat.config.files import find_missing_inputs
from genostrat.config.settings import load_settings
from genostrat.errors import GenostratError
from genostrat.provenance import input_files, own_files
from genostrat.qc.panel.files import check_panel, is_strand_known
from genostrat.sheets.panel import read_panel_labels

NAMES = [f"r{i:02}" for i in range(24)]


def write_labels(folder, rows, *, header="sample_id\tancestry"):
    path = folder / "labels.tsv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def usual_rows():
    return [f"{name}\t{'EUR' if i < 12 else 'AFR'}" for i, name in enumerate(NAMES)]


def complaint(path, **options):
    with pytest.raises(GenostratError) as caught:
        read_panel_labels(path, **options)
    return str(caught.value)


def test_labels_are_read_whatever_else_the_file_holds(tmp_path):
    rows = [f"{row}\tGBR\tfemale" for row in usual_rows()]
    path = write_labels(
        tmp_path, ["# a comment", *rows], header="sample\tsuper\tpop\tgender"
    )
    columns = {"sample_id": "sample", "ancestry": "super", "population": "pop"}
    table = read_panel_labels(path, columns=columns)
    assert list(table.columns) == ["sample_id", "ancestry", "population"]
    assert table["population"].unique().tolist() == ["GBR"]
    path = write_labels(tmp_path, usual_rows())
    assert set(read_panel_labels(path)["population"]) == {""}


def test_all_problems_of_labels_are_said_at_once(tmp_path):
    rows = usual_rows()
    rows[2] = "r 2\tEUR"
    rows[3] = "r00\tEUR"
    rows[4] = "r04\t"
    rows[5] = "r05\tUnassigned"
    rows[6] = "r06\tEUR\tmore"
    rows[7] = "=cmd\tEUR"
    text = complaint(write_labels(tmp_path, rows))
    for part in (
        "6 problems",
        "line 4, column sample_id: this is not a sample identifier",
        "line 5, column sample_id: this sample identifier stands twice",
        "the first is line 2",
        "line 6, column ancestry: the ancestry is blank",
        "line 7, column ancestry: this cannot be a name of ancestry",
        "line 8: this row has another number of columns",
        "line 9, column sample_id",
    ):
        assert part in text, part


def test_a_wrong_header_names_the_near_column(tmp_path):
    text = complaint(write_labels(tmp_path, usual_rows(), header="sample-id\tancestri"))
    assert "line 1: the column 'sample_id' is missing" in text
    assert "is it 'sample-id'?" in text
    assert "is it 'ancestri'?" in text
    text = complaint(write_labels(tmp_path, [], header=""))
    assert "is empty" in text
    header_only = complaint(write_labels(tmp_path, [], header="sample_id\tancestry"))
    assert "has no rows" in header_only
    (tmp_path / "labels.tsv").write_bytes(b"sample_id\tancestry\n\xff\xfe\n")
    assert "not UTF-8" in complaint(tmp_path / "labels.tsv")
    assert "cannot be read" in complaint(tmp_path / "none.tsv")
    text = complaint(
        write_labels(tmp_path, usual_rows()), columns={"population": "pop"}
    )
    assert "the column 'pop' is missing" in text


def test_labels_of_few_people_and_a_single_label_are_refused(tmp_path):
    text = complaint(write_labels(tmp_path, [*usual_rows(), "x\tSAS"]))
    assert "too few of the panel's people are labelled SAS" in text
    rows = [f"{name}\tEUR" for name in NAMES]
    assert "cannot tell anybody apart" in complaint(write_labels(tmp_path, rows))


@pytest.fixture
def panel(tmp_path):
    records = simple_records(40, 24, np.random.default_rng(1))
    write_vcf(tmp_path / "panel.vcf.gz", NAMES, records)
    labels = write_labels(tmp_path, usual_rows())
    return {"vcf": str(tmp_path / "panel.vcf.gz"), "labels": str(labels)}


def check(panel, build="GRCh38"):
    return check_panel(panel=panel, build=build, n_pieces=2, markers={})


def refusal(panel, build="GRCh38"):
    with pytest.raises(GenostratError) as caught:
        check(panel, build)
    return str(caught.value)


def test_a_sound_panel_is_planned_like_a_cohort(panel, tmp_path):
    rows = [*usual_rows()[:-1], "x1\tAFR"]
    write_labels(tmp_path, rows)
    intake = check(panel)
    assert len(intake.people) == 23
    assert list(intake.people.columns) == ["sample_id", "sex", "ancestry", "population"]
    assert intake.record["build_detected"] == "GRCh38"
    assert sum(len(piece) for piece in intake.record["pieces"]) >= 1
    assert len(intake.record["warnings"]) == 2


def test_a_panel_on_another_build_is_refused(panel):
    text = refusal(panel, "GRCh37")
    assert "on another build than the cohort" in text
    assert "give the panel on GRCh37" in text


def test_labels_and_genotypes_are_wrong_at_once(panel, tmp_path):
    path = tmp_path / "panel.vcf.gz"
    path.write_bytes(path.read_bytes()[:-28])
    write_labels(tmp_path, ["r00\t", *usual_rows()[1:]])
    text = refusal(panel)
    assert "cut short" in text
    assert "the ancestry is blank" in text


def test_labels_of_other_people_are_refused_with_the_slip_behind_it(panel, tmp_path):
    write_labels(tmp_path, [row.upper() for row in usual_rows()])
    text = refusal(panel)
    assert "none of the labelled people" in text
    assert "upper and lower case" in text


def test_people_without_genotypes_do_not_make_a_label(panel, tmp_path):
    rows = usual_rows()[:20] + [f"x{i}\tAFR" for i in range(4)]
    write_labels(tmp_path, rows)
    text = refusal(panel)
    assert "too few of the panel's people are labelled AFR" in text
    assert "found:   8" in text


def test_the_strand_of_plink_files_is_not_known():
    assert is_strand_known({"ref_provisional": False}, {})
    assert not is_strand_known({"ref_provisional": False}, {"ref_provisional": True})


HOME = Path(__file__).resolve().parents[3]
COHORT = "samples: {path: s.tsv}\ngenotypes: {vcf: a.vcf.gz, build: GRCh38}\n"


def load(folder, text):
    (folder / "config/cohorts").mkdir(parents=True, exist_ok=True)
    (folder / "config/cohorts/ward.yaml").write_text(text)
    settings = load_settings({"cohorts": ["ward"]}, home=HOME, directory=folder)
    return settings.cohorts["ward"]


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("{vcf: p.vcf.gz}", "the key reference_panel.labels is missing"),
        ("{labels: l.tsv}", "reference_panel names no source"),
        (
            "{labels: l.tsv, vcf: p.vcf.gz, pgen: p}",
            "reference_panel names more than one source",
        ),
        ("{labels: l.tsv, vcf: p, build: GRCh38}", "unknown key reference_panel.build"),
        (
            "{labels: l.tsv, vcf: p, columns: {superpop: x}}",
            "unknown key reference_panel.columns.superpop",
        ),
    ],
)
def test_a_panel_in_the_config_is_checked(tmp_path, section, expected):
    with pytest.raises(GenostratError) as caught:
        load(tmp_path, f"{COHORT}reference_panel: {section}\n")
    assert expected in str(caught.value)
    assert "line 3" in str(caught.value)


def test_a_panel_needs_genotypes_and_its_files(tmp_path):
    panel = "reference_panel: {pgen: p, labels: l.tsv}\n"
    with pytest.raises(GenostratError, match="the cohort has no genotypes"):
        load(tmp_path, "samples: {path: s.tsv}\n" + panel)
    cohort = load(tmp_path, COHORT + panel)
    assert set(input_files(cohort)) - set(own_files(cohort)) == {
        "l.tsv",
        "p.pgen",
        "p.pvar",
        "p.psam",
    }
    with pytest.raises(GenostratError) as caught:
        find_missing_inputs({"ward": cohort})
    text = str(caught.value)
    assert "reference_panel.pgen is given without a suffix" in text
    assert "l.tsv" in text
    assert load(tmp_path, COHORT)["reference_panel"] is None
