"""Bundles of others, damaged and forged: nothing in them is believed unseen."""

import gzip
import json
import os
import shutil
import zipfile

import pytest
from unit.centres.bundle_files import change_manifest, change_table, make_bundle

from genostrat.centres.bundles import MAX_BYTES, read_bundle, read_bundles
from genostrat.errors import GenostratError


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return make_bundle(tmp_path_factory.mktemp("sound") / "ward", "ward")


@pytest.fixture
def bundle(sound, tmp_path):
    return shutil.copytree(sound, tmp_path / "ward")


def refusal(*folders):
    with pytest.raises(GenostratError) as caught:
        read_bundles(folders)
    for problem in caught.value.problems:
        assert problem.fix
        assert problem.file is not None
    return " ".join(str(problem) for problem in caught.value.problems)


def test_what_a_centre_wrote_is_read(bundle):
    read = read_bundle(bundle)
    assert read.centre == "ward"
    assert set(read.tables) == {"effects.tsv", "pgx_phenotypes.tsv", "strata.tsv"}
    assert read.tables["effects.tsv"]["estimate"].item() == -0.36
    # Snakemake leaves a mark in folders that it makes.
    (bundle / ".snakemake_timestamp").touch()
    assert read_bundle(bundle).digest == read.digest


def test_a_byte_that_was_changed(bundle):
    path = bundle / "effects.tsv"
    path.write_text(path.read_text().replace("-0.36", "-0.96"))
    assert "not the one that was sent" in refusal(bundle)


@pytest.mark.parametrize("version", ["1.0", "2.0", "1.2", 1.1, None, "9" * 400])
def test_another_schema(bundle, version):
    change_manifest(bundle, schema_version=version)
    text = refusal(bundle)
    assert "another version of its schema" in text
    assert len(text) < 700


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/etc/passwd", "sub/strata.tsv", "..", "model.json", "a\nb"],
)
def test_paths_that_lead_elsewhere_are_not_opened(bundle, name):
    manifest = json.loads((bundle / "manifest.json").read_text())
    manifest["files"][0]["name"] = name
    change_manifest(bundle, files=manifest["files"])
    assert "names a file that no bundle has" in refusal(bundle)


def test_links_and_folders_are_not_followed(bundle, tmp_path):
    secret = tmp_path / "secret.tsv"
    secret.write_text((bundle / "strata.tsv").read_text())
    (bundle / "strata.tsv").unlink()
    (bundle / "strata.tsv").symlink_to(secret)
    assert "plain files alone" in refusal(bundle)
    (bundle / "strata.tsv").unlink()
    os.mkfifo(bundle / "strata.tsv")
    assert "plain files alone" in refusal(bundle)


def test_archives_are_not_opened(tmp_path, bundle):
    """A bomb does nothing where nothing is unpacked."""
    bomb = tmp_path / "ward.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", b"0" * 10**7)
    assert "not opened" in refusal(bomb)
    (bundle / "strata.tsv").write_bytes(gzip.compress(b"0" * 10**7))
    assert "not the one that was sent" in refusal(bundle)


def test_files_without_end(bundle):
    with (bundle / "manifest.json").open("ab") as stream:
        stream.truncate(MAX_BYTES + 1)
    assert "bytes at most" in refusal(bundle)


def test_many_files_and_files_that_nobody_checked(bundle):
    (bundle / "patients.tsv").write_text("sample_id\nP1\n")
    assert "does not name" in refusal(bundle)
    for number in range(40):
        (bundle / f"{number}.tsv").touch()
    assert "files at most" in refusal(bundle)


def test_a_file_that_did_not_come(bundle):
    (bundle / "strata.tsv").unlink()
    assert "missing" in refusal(bundle)
    (bundle / "manifest.json").unlink()
    assert "no manifest" in refusal(bundle)
    assert "no such bundle" in refusal(bundle / "nowhere")


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "7", "[" * 100_000, '{"schema_version": NaN}', "\xff", "null"],
)
def test_manifests_that_are_none(bundle, text):
    (bundle / "manifest.json").write_bytes(text.encode("latin-1"))
    assert "damaged" in refusal(bundle) or "another version" in refusal(bundle)


@pytest.mark.parametrize(
    "changes",
    [
        {"threshold": "10"},
        {"threshold": 0},
        {"cohort": "../up"},
        {"cohort": "=cmd()"},
        {"cohort": 7},
        {"consent": "a\x1b[31m"},
        {"files": [7]},
        {"files": [{"name": "strata.tsv", "n_rows": 3, "sha256": "xyz"}]},
        {"files": {}},
        {"more": 1},
    ],
)
def test_entries_that_mean_nothing(bundle, changes):
    change_manifest(bundle, **changes)
    assert refusal(bundle)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("effects.tsv", "-0.36", "nan", "no finite number"),
        ("effects.tsv", "-0.36", "inf", "no finite number"),
        ("effects.tsv", "-0.36", "-1e999", "no finite number"),
        ("effects.tsv", "-0.36", "1e99", ""),
        ("effects.tsv", "-0.36", "1_0", "no finite number"),
        ("effects.tsv", "-0.36", "", "blank"),
        ("effects.tsv", "0.15", "0", "above 0"),
        ("effects.tsv", "0.15", "-0.15", "out of its range"),
        ("effects.tsv", "hazard_ratio", "magic", "vocabulary"),
        ("effects.tsv", "\t200\t", "\t203\t", "exact"),
        ("effects.tsv", "\t200\t", "\t5\t", "discloses"),
        ("effects.tsv", "\t200\t", "\t200.5\t", "whole"),
        ("effects.tsv", "outcome\t", "outcomes\t", "columns"),
        ("effects.tsv", "os\tall", "os", "number of columns"),
        ("effects.tsv", "os\tall", "=os\tall", "formula"),
        ("effects.tsv", "os\tall", "o\x1bs\tall", "plain text"),
        ("effects.tsv", "os\tall", f"{'o' * 300}\tall", "plain text"),
        ("strata.tsv", "S1\t", "S2\t", "stands twice"),
        ("strata.tsv", "all\t300", "all\t<5", "another threshold"),
        ("strata.tsv", "all\t300", "all\tmany", "no count"),
        ("pgx_phenotypes.tsv", "Normal", "Nörmal", ""),
    ],
)
def test_cells_that_are_not_believed(bundle, name, old, new, said):
    change_table(bundle, name, old, new)
    if said:
        assert said in refusal(bundle)
    else:
        read_bundle(bundle)


def test_a_table_that_was_cut_short(bundle):
    path = bundle / "strata.tsv"
    change_table(bundle, "strata.tsv", path.read_text()[-3:], "")
    assert refusal(bundle)


def test_a_centre_that_is_there_twice(sound, tmp_path):
    again = shutil.copytree(sound, tmp_path / "again")
    assert "of one cohort" in refusal(sound, again)
    change_manifest(again, cohort="clinic")
    assert "same numbers under two names" in refusal(sound, again)
    newer = make_bundle(tmp_path / "newer", "ward", n=330, seed=3)
    assert "of one cohort" in refusal(sound, newer)


def test_another_build(sound, tmp_path):
    other = make_bundle(tmp_path / "other", "clinic", seed=4, build="GRCh37")
    assert "another genome build" in refusal(sound, other)
    without = make_bundle(tmp_path / "without", "ward2", seed=5, build=None)
    assert len(read_bundles([sound, without])) == 2
