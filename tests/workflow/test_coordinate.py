"""Several centres' bundles, from files to the page."""

import pytest
from running import said, snakemake
from unit.centres.bundle_files import change_table, make_bundle

pytestmark = pytest.mark.workflow


def run(folder, *bundles, check=True):
    listed = f"bundles=[{','.join(map(str, bundles))}]"
    config = ["--config", "cohorts=[]", listed] if bundles else ["--config", "seed=2"]
    return snakemake(folder, "coordinate", *config, check=check)


def test_bundles_alone_make_the_page_and_hostile_ones_stop_it(tmp_path):
    for number in range(3):
        make_bundle(tmp_path / f"b{number}", f"centre{number}", seed=number)
    run(tmp_path, "b0", "b1", "b2")
    results = tmp_path / "results/centres/coordinate"
    assert "all centres" in (results / "effects.tsv").read_text()
    assert (results / "page.html").stat().st_size > 10_000
    # Somebody puts patients beside what was checked.
    (tmp_path / "b1/rows.tsv").write_text("sample_id\nP1\n")
    done = run(tmp_path, "b0", "b1", "b2", check=False)
    assert done.returncode
    assert "the manifest does not name" in said(done)
    (tmp_path / "b1/rows.tsv").unlink()
    change_table(tmp_path / "b1", "effects.tsv", "-0.36", "nan")
    done = run(tmp_path, "b0", "b1", "b2", check=False)
    assert "no finite number" in said(done)
    done = run(tmp_path, "b0", "nowhere", check=False)
    assert "there is no bundle here" in said(done)
    done = run(tmp_path, check=False)
    assert "there is no bundle: name folders" in said(done)
