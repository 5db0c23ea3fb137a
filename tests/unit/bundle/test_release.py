"""The last look at a bundle, who is in it, and the record of releases."""

import hashlib
import json

import pandas as pd
import pytest
from bundle_cases import PEOPLE, count, diplotypes, effects_of

from genostrat.bundle.building import (
    Results,
    build_parts,
    describe_consent,
    find_sharers,
)
from genostrat.bundle.checking import find_disclosures
from genostrat.bundle.parts import Part
from genostrat.bundle.releases import read_releases, record_release
from genostrat.bundle.subgroups import COLUMNS
from genostrat.bundle.writing import write_bundle
from genostrat.door.main import main
from genostrat.errors import GenostratError
from genostrat.provenance import file_digest
from genostrat.tables import write_table


def test_how_few_a_part_is_about_stands_nowhere(tmp_path):
    for n, shown in ((9, None), (10, 10)):
        part = Part(
            "strata.tsv", pd.DataFrame(columns=list(COLUMNS)), PEOPLE[:n], "", ""
        )
        write_bundle(
            tmp_path, [part], cohort="toy", build=None, threshold=10, consent="."
        )
        manifest = json.loads((tmp_path / "manifest.json").read_text())
        assert manifest["files"][0]["n_patients"] == shown
        text = (tmp_path / "README.md").read_text()
        assert ("fewer than 10 patients" in text) == (shown is None)


def part_of(table, *, name="x.tsv", members=PEOPLE):
    return Part(name, pd.DataFrame(table), frozenset(members), "", "")


@pytest.mark.parametrize(
    ("table", "rule"),
    [
        ({"a": ["PATIENT-0007"]}, "identifiers"),
        ({"a": ["seen: PATIENT-0007!"]}, "identifiers"),
        ({"a": [hashlib.sha256(b"PATIENT-0007").hexdigest()]}, "identifiers"),
        ({"a": [hashlib.md5(b"PATIENT-0007").hexdigest()]}, "identifiers"),
        ({"count": ["7"]}, "MinimumThreshold"),
        ({"n_at_risk": [0]}, "MinimumThreshold"),
        ({"n": ["12"]}, "rounding"),
        ({"a": range(300)}, "rows"),
    ],
)
def test_the_last_look_refuses(table, rule):
    problems = list(
        find_disclosures(
            [part_of(table)], identifiers=PEOPLE, releases={}, threshold=10, path="r"
        )
    )
    assert [str(problem) for problem in problems if str(problem).find(rule) >= 0]


@pytest.mark.parametrize(
    ("table", "is_fine"),
    [
        ({"n_arm": [10]}, True),
        ({"n_events_arm": [5]}, False),
        ({"n_events_reference": [11]}, False),
        ({"n_reference": [15], "other": ["7"]}, True),
        ({"count": ["<10"], "n": ["withheld"]}, True),
        ({"a": range(299)}, True),
        ({"a": ["PAT"]}, True),
        ({"a": [hashlib.sha1(b"PATIENT-0007").hexdigest() + "x"]}, False),
    ],
)
def test_the_last_look_lets_pass_what_is_fine(table, is_fine):
    problems = list(
        find_disclosures(
            [part_of(table)], identifiers=PEOPLE, releases={}, threshold=10, path="r"
        )
    )
    assert (not problems) == is_fine


@pytest.mark.parametrize(
    ("name", "cell", "is_found"),
    [("A1", "A1", 1), ("A1", "xA1x", 0), ("ABCD", "xABCDx", 1), ("ABC", "xABCx", 0)],
)
def test_short_identifiers_are_found_as_whole_cells(name, cell, is_found):
    part = part_of({"a": [cell, "y"]}, members=["p"] * 9)
    options = {"releases": {}, "threshold": 10, "path": "r"}
    problems = list(find_disclosures([part], identifiers=[name], **options))
    assert len(problems) == is_found


def test_blank_counts_are_no_disclosure():
    table = pd.DataFrame({"n_arm": [10, 20], "n_events_arm": [pd.NA, 10]})
    part = part_of(table.astype("Int64"))
    options = {"releases": {}, "threshold": 10, "path": "r"}
    assert not list(find_disclosures([part], identifiers=PEOPLE, **options))


def test_a_release_that_differs_by_few_is_refused(tmp_path):
    path = tmp_path / "releases/toy.tsv"
    assert record_release(path, "may", {"x.tsv": PEOPLE[:200]}) == 200
    assert path.stat().st_mode & 0o777 == 0o640
    options = {"identifiers": PEOPLE, "threshold": 10, "path": path}
    table = {"a": [1]}

    def look(members):
        part = part_of(table, members=members)
        return list(find_disclosures([part], releases=read_releases(path), **options))

    assert not look(PEOPLE[:200])
    assert not look(PEOPLE[:210])
    for members in (PEOPLE[:199], PEOPLE[:201], PEOPLE[9:200], PEOPLE[20:209]):
        (problem,) = look(members)
        assert "differencing" in str(problem)
        assert "PATIENT" not in str(problem)
    record_release(path, "june", {"x.tsv": PEOPLE[:210]})
    assert look(PEOPLE[:211]), "the last one counts as well as the first"
    with pytest.raises(GenostratError, match="is recorded"):
        record_release(path, "june", {"x.tsv": PEOPLE})
    with path.open("a") as stream:
        stream.write("cut short\n")
    with pytest.raises(GenostratError, match="damaged"):
        read_releases(path)


def make_results(folder):
    """Write what a bundle of 200 patients is made from."""
    people = PEOPLE[:200]
    (folder / "qc").mkdir()
    (folder / "unrelated.txt").write_text("".join(f"{p}\n" for p in people))
    ancestry = pd.DataFrame({"sample_id": people, "ancestry": "EUR"})
    ancestry.to_csv(folder / "ancestry.tsv", sep="\t", index=False)
    calls = diplotypes(["Normal"] * 150 + ["Poor"] * 50)
    calls.to_csv(folder / "diplotypes.tsv", sep="\t", index=False)
    ratio = ("os", "all", "b vs a", "hazard_ratio")
    effects_of([(*ratio, 0.5, 0.2, 83, 78, 41, 52)]).to_csv(
        folder / "effects.tsv", sep="\t", index=False
    )
    curves = pd.DataFrame(
        {
            "outcome": "os",
            "stratum": "all",
            "arm": "a",
            "time": [1.0, 2.0],
            "survival": [0.9, 0.8],
            "n_at_risk": [80, 70],
        }
    )
    curves.to_csv(folder / "curves.tsv", sep="\t", index=False)
    names = ["unrelated.txt", "ancestry.tsv", "diplotypes.tsv", None, None]
    names += ["effects.tsv", "curves.tsv"]
    return Results(*(name and str(folder / name) for name in names)), people


@pytest.mark.parametrize("silence", ["", "no", None])
def test_who_did_not_agree_to_sharing_is_in_nothing_that_leaves(
    tmp_path, monkeypatch, silence
):
    monkeypatch.setattr(
        "genostrat.bundle.building.read_table",
        lambda path, table: pd.read_csv(path, sep="\t"),
    )
    results, people = make_results(tmp_path)
    cells = ["yes"] * 160 + [silence] * 40
    sheet = pd.DataFrame({"sample_id": people, "sharing_consent": cells})
    sharers = find_sharers(sheet)
    assert sharers == set(people[:160])
    parts = build_parts(results, patients=people, sharers=sharers, threshold=10)
    for part in parts:
        assert part.members <= sharers, part.name
    phenotypes, effects, curves = parts
    counts = phenotypes.table.set_index("phenotype")["count"]
    assert (counts["Normal"], counts["Poor"]) == ("150", "10")
    assert effects.table.empty
    assert curves.table.empty
    assert "did not agree" in effects.left_out[0]
    assert "says yes" in describe_consent(sheet)


def test_a_sheet_that_asks_nobody_is_the_centres_to_answer_for(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "genostrat.bundle.building.read_table",
        lambda path, table: pd.read_csv(path, sep="\t"),
    )
    results, people = make_results(tmp_path)
    sheet = pd.DataFrame({"sample_id": people})
    parts = build_parts(
        results, patients=people, sharers=find_sharers(sheet), threshold=10
    )
    assert len(parts[1].table) == 1
    assert "centre to answer" in describe_consent(sheet)


def test_what_is_written_proves_itself(tmp_path):
    part = count(["Normal"] * 150 + ["Poor"] * 30)
    for _ in range(2):  # again, over what was there
        write_bundle(
            tmp_path / "bundle",
            [part],
            cohort="toy",
            build="GRCh38",
            threshold=10,
            consent="Asked of all.",
        )
    names = {path.name for path in (tmp_path / "bundle").iterdir()}
    crate = "ro-crate-metadata.json"
    assert names == {part.name, "manifest.json", "README.md", crate}
    manifest = json.loads((tmp_path / "bundle/manifest.json").read_text())
    (file,) = manifest["files"]
    assert file["sha256"] == file_digest(tmp_path / "bundle" / part.name)
    assert file["n_patients"] == 180
    text = (tmp_path / "bundle/README.md").read_text()
    assert part.because in text
    assert "Asked of all." in text
    assert manifest["consent"] == "Asked of all."
    for path in (tmp_path / "bundle").iterdir():
        assert "PATIENT" not in path.read_text()
        assert path.stat().st_mode & 0o777 == 0o644 & ~0o022 | 0o044


@pytest.mark.parametrize(
    ("text", "n_people"),
    [
        ("release\tpart\tsample_id\n", 0),
        ("release\tpart\tsample_id\nmay\tx.tsv\tA\nmay\tx.tsv\tB\n", 2),
        ("may\tx.tsv\tA\nmay\tx.tsv\tB\n", None),  # the header is gone
        ("release\tpart\tsample_id\nmay\tx.tsv\n", None),
        ("release\tpart\tsample_id\nmay\tx.tsv\t\n", None),
        ("release\tpart\tsample_id\nmay\tx.tsv\tA\tB\n", None),
    ],
)
def test_a_record_of_releases_is_whole_or_stops_the_run(tmp_path, text, n_people):
    path = tmp_path / "toy.tsv"
    path.write_text(text)
    if n_people is None:
        with pytest.raises(GenostratError, match="earlier releases is damaged"):
            read_releases(path)
    else:
        found = read_releases(path)
        assert (
            sum(len(p) for parts in found.values() for p in parts.values()) == n_people
        )


def test_the_command_records_a_release(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["release", "toy", "may"]) == 1
    assert "no bundle" in capsys.readouterr().err
    rows = pd.DataFrame({"part": "x.tsv", "sample_id": PEOPLE})
    (tmp_path / "results/toy").mkdir(parents=True)
    write_table("results/toy/bundle_members.tsv", rows, table="bundle_members.tsv")
    assert main(["release", "toy", "may"]) == 0
    said = capsys.readouterr().out
    assert "300 patients" in said
    assert len(read_releases("releases/toy.tsv")["may"]["x.tsv"]) == 300
    assert main(["release", "toy", "../may"]) == 1
