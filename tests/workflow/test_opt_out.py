"""A patient withdraws between two runs."""

import json

import numpy as np
import pytest
import yaml
from intake_cases import write_table
from running import QUICK, said, snakemake

from genostrat.door.main import main
from genostrat.privacy import make_folder

pytestmark = pytest.mark.workflow
PEOPLE = [f"ward-{number:03}" for number in range(80)]
LEAVES = "ward-007"


def make_cohort(folder):
    rng = np.random.default_rng(2)
    values = rng.normal(size=(80, 30)).round(3)
    values[:40, :15] += 3
    columns = {"sample_id": PEOPLE} | {f"G{g}": values[:, g] for g in range(30)}
    write_table(folder / "expression.tsv", columns)
    columns = {
        "sample_id": PEOPLE,
        "sex": ["male", "female"] * 40,
        "sharing_consent": ["yes"] * 70 + [""] * 10,
        "contact_consent": ["yes"] * 5 + ["no"] * 75,
    }
    write_table(folder / "samples.tsv", columns)
    config = {
        "samples": {"path": "samples.tsv", "opt_out": "opt_out.tsv"},
        "matrices": [
            {
                "name": "expression",
                "path": "expression.tsv",
                "orientation": "samples_by_features",
            }
        ],
        "strata": QUICK["strata"],
    }
    (folder / "config/cohorts").mkdir(parents=True)
    (folder / "config/cohorts/ward.yaml").write_text(yaml.safe_dump(config))


def run(folder, *targets, **more):
    return snakemake(folder, *targets, "--config", "cohorts=[ward]", **more)


def test_who_withdraws_is_in_nothing_that_is_made_afterwards(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    make_cohort(tmp_path)
    listed = tmp_path / "opt_out.tsv"
    listed.write_text("sample_id\tdate\n")
    run(tmp_path, "report", "bundle")
    counts = (tmp_path / "results/ward/bundle/strata.tsv").read_text()
    assert "all\t70\t" in counts, "ten do not agree to sharing"
    make_folder(tmp_path / "releases")
    assert main(["release", "ward", "may"]) == 0
    pages = tmp_path / "results/ward/report/patients"
    assert len(list(pages.glob("*.html"))) in (1, 6), "a list, and five who agreed"

    listed.write_text(f"sample_id\tdate\n{LEAVES}\t2026-05-31\n")
    capsys.readouterr()
    assert main(["held", "opt_out.tsv"]) == 1
    text = capsys.readouterr().out
    for path in ("check/samples.tsv", "strata/model/arrays.npz", "bundle/strata.tsv"):
        assert f"results/ward/{path}" in text
    assert LEAVES not in text

    run(tmp_path, "report")
    record = json.loads((tmp_path / "results/ward/check/inputs.json").read_text())
    assert record["n_sheet"] == 79
    assert "1 row of the sheet left out" in " ".join(record["warnings"])
    found = [
        str(path)
        for path in (tmp_path / "results/ward").rglob("*")
        if path.is_file() and LEAVES.encode() in path.read_bytes()
    ]
    assert [path.rpartition("/")[2] for path in found] == ["bundle_members.tsv"]
    assert main(["held", "opt_out.tsv"]) == 1
    text = capsys.readouterr().out
    assert "ward/build_bundle: names" in text
    assert "the release may has left the centre" in text
    assert "arrays.npz" not in text

    done = run(tmp_path, "bundle", check=False)
    assert done.returncode
    assert "differencing" in said(done), "the difference would tell of one patient"


def test_a_misspelt_withdrawal_stops_the_check(tmp_path):
    make_cohort(tmp_path)
    (tmp_path / "opt_out.tsv").write_text("sample_id\tdate\nWard-7\t2026-05-31\n")
    done = run(tmp_path, "check", check=False)
    assert done.returncode
    assert "is it ward-007?" in said(done)
