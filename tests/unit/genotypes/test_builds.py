"""Contig names, pseudo-autosomal regions, and which build the data are on."""

from pathlib import Path

import pytest

from genostrat.genotypes.builds import (
    GRCH37,
    GRCH38,
    BuildEvidence,
    build_of_text,
    canonical_contig,
    in_par,
    load_markers,
    matches_of_lengths,
)

MARKERS = Path(__file__).resolve().parents[3] / "resources/build_markers.tsv"


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("1", "1"),
        ("chr1", "1"),
        ("Chr22", "22"),
        ("chrX", "X"),
        ("x", "X"),
        ("chrM", "MT"),
        ("MT", "MT"),
        ("23", None),
        ("chr1_KI270706v1_random", None),
        ("GL000192.1", None),
        ("chr", None),
    ],
)
def test_contigs(name, canonical):
    assert canonical_contig(name) == canonical


def test_pseudo_autosomal_regions_differ_between_builds():
    assert in_par("X", 2_700_000, GRCH38)
    assert not in_par("X", 2_700_000, GRCH37)
    assert in_par("X", 60_001, GRCH37)
    assert not in_par("X", 60_000, GRCH37)
    assert not in_par("1", 100_000, GRCH38)


def test_lengths_of_both_builds():
    ours = [(f"chr{name}", length) for name, length in GRCH38.lengths.items()]
    # all but the mitochondrion, which is the same in both
    assert matches_of_lengths(ours) == {"GRCh37": 0, "GRCh38": 24}
    # the primary assembly of each release, with the revised Cambridge mitochondrion
    assert sum(GRCH37.lengths.values()) == 3_095_677_412 + 16_569
    assert sum(GRCH38.lengths.values()) == 3_088_269_832 + 16_569


@pytest.mark.parametrize(
    ("text", "build"),
    [
        ("file:///ref/hs37d5.fa.gz", "GRCh37"),
        ("GRCh38_full_analysis_set.fa", "GRCh38"),
        ("hg19.fasta", "GRCh37"),
        ("hg19ToHg38.over.chain", None),
        ("my.fa", None),
    ],
)
def test_reference_line(text, build):
    assert build_of_text(text) == build


def test_variants_outweigh_a_header_that_survived_a_lift_over():
    evidence = BuildEvidence(header_lengths={"GRCh37": 24, "GRCh38": 0})
    assert evidence.verdict()[0] == "GRCh37"
    evidence.markers = {"GRCh37": 0, "GRCh38": 5}
    assert evidence.verdict() == ("GRCh38", "5 known variants")
    evidence.markers = {"GRCh37": 5, "GRCh38": 5}
    assert evidence.verdict()[0] == "GRCh37"


def test_records_past_the_end_of_a_contig():
    evidence = BuildEvidence(beyond={"GRCh37": 0, "GRCh38": 2})
    assert evidence.verdict()[0] == "GRCh37"
    assert BuildEvidence().verdict()[0] is None


def test_the_shipped_markers_are_within_both_builds():
    markers = load_markers(MARKERS)
    assert len(markers) > 1500
    for (contig, position, ref, alt), build in markers.items():
        lengths = {"GRCh37": GRCH37, "GRCh38": GRCH38}[build].lengths
        assert 0 < position <= lengths[contig]
        assert {ref, alt} <= set("ACGT")
        assert ref != alt
    # CYP2C19*2, rs4244285
    assert markers[("10", 94781859, "G", "A")] == "GRCh38"
    assert markers[("10", 96541616, "G", "A")] == "GRCh37"
