"""A panel from several sources: one set of people, alleles of the first source."""

import numpy as np
import pgenlib
import pytest
from panel_cohorts import World
from plink_files import write_bed, write_pgen

from genostrat.api.panels import build_panel
from genostrat.door.main import main
from genostrat.errors import GenostratError
from genostrat.sheets.panel import read_panel_labels

N_VARIANTS = 600
LABELS = ("N", "E", "S")
COMPLEMENT = str.maketrans("ACGT", "TGCA")


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """A PGEN of two labels, and a BED of a third: other strand, alleles, sites."""
    folder = tmp_path_factory.mktemp("sources")
    world = World(4, n_variants=N_VARIANTS)
    people = {label: world.people(label, 14) for label in LABELS}
    first = np.concatenate([people["N"], people["E"]], axis=1)
    names = [f"p{i:02}" for i in range(28)]
    sites = [(1 + i // 300, 1000 * (i % 300 + 1), f"v{i}") for i in range(N_VARIANTS)]
    lines = [f"{contig} {position} {name} A G" for contig, position, name in sites]
    write_pgen(folder / "public", names, lines, first)
    labels = ["sample_id\tancestry\tpopulation"]
    labels += [f"{n}\t{'N' if i < 14 else 'E'}\tYRI" for i, n in enumerate(names)]
    (folder / "public.tsv").write_text("\n".join(labels) + "\n")
    # One person of the public source is in ours again, under another name.
    ours = np.column_stack([people["S"], first[:, 3]])
    own_names = [f"w{i:02}" for i in range(15)]
    kept = np.arange(0, N_VARIANTS, 2)
    # A1 is the allele that is counted; A/G on the other strand is T/C, and C/T has the
    # public reference as the allele that is counted.
    swapped = kept % 4 == 0
    bim = [
        f"{sites[i][0]} {sites[i][1]} x{i} {'T C' if turned else 'C T'}"
        for i, turned in zip(kept, swapped, strict=True)
    ]
    counted = np.where(swapped[:, None], 2 - ours[kept], ours[kept])
    write_bed(folder / "ours", own_names, bim, counted)
    labels = ["sample_id\tancestry", *(f"{name}\tS" for name in own_names)]
    (folder / "ours.tsv").write_text("\n".join(labels) + "\n")
    return folder, first, people["S"], kept


def test_a_panel_holds_everybody_once_with_the_alleles_of_the_first(
    sources, tmp_path, capsys
):
    folder, first, ours, kept = sources
    arguments = ["panel", str(tmp_path / "new"), "--build", "GRCh38"]
    for name in ("public.pgen", "ours.bed"):
        labels = folder / f"{name.split('.')[0]}.tsv"
        arguments += ["--people", str(folder / name), str(labels)]
    assert main(arguments) == 0
    said = capsys.readouterr().out
    assert "42 people, 300 variants" in said
    assert "1 were in two sources" in said
    assert "it has nobody from: " in said
    labels = read_panel_labels(tmp_path / "new/panel_labels.tsv")
    assert list(labels["ancestry"].value_counts().loc[list(LABELS)]) == [14, 14, 14]
    assert "w14" not in set(labels["sample_id"])
    with pgenlib.PgenReader(f"{tmp_path}/new/panel.pgen".encode()) as reader:
        found = np.empty((300, 42), np.int8)
        reader.read_range(0, 300, found)
    wanted = np.concatenate([first, ours], axis=1)[kept]
    np.testing.assert_array_equal(found, wanted)


def test_one_name_for_two_people_is_refused(sources, tmp_path):
    folder, _, ours, kept = sources
    names = ["p00", *(f"z{i:02}" for i in range(13))]
    bim = [f"{1 + i // 300} {1000 * (i % 300 + 1)} x{i} G A" for i in kept]
    write_bed(tmp_path / "bad", names, bim, ours[kept])
    labels = ["sample_id\tancestry", *(f"{name}\tS" for name in names)]
    (tmp_path / "bad.tsv").write_text("\n".join(labels) + "\n")
    pairs = [
        (folder / "public.pgen", folder / "public.tsv"),
        (tmp_path / "bad.bed", tmp_path / "bad.tsv"),
    ]
    with pytest.raises(GenostratError, match="not shown to be of one person"):
        build_panel(tmp_path / "new", pairs, build="GRCh38")
    assert not (tmp_path / "new/panel.pgen").exists()


def test_a_label_of_too_few_people_is_refused(sources, tmp_path):
    folder, *_ = sources
    few = (folder / "public.tsv").read_text().splitlines()[:20]
    (tmp_path / "few.tsv").write_text("\n".join(few) + "\n")
    with pytest.raises(GenostratError, match="too few of the panel's people"):
        build_panel(
            tmp_path / "new",
            [(folder / "public.pgen", tmp_path / "few.tsv")],
            build="GRCh38",
        )
