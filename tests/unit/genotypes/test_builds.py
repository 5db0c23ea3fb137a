"""How contigs and assemblies are called, and which assembly the data are on."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from genostrat.errors import GenostratError
from genostrat.genome.assemblies import (
    LENGTHS,
    assembly_of_contig,
    count_too_long,
    match_lengths,
)
from genostrat.genome.assembly_names import assembly_of_text
from genostrat.genome.contigs import (
    canonical_contig,
    canonical_or_same,
    contig_in_vcf,
    has_prefix,
)
from genostrat.genotypes.builds import (
    CONTIGS,
    GRCH37,
    GRCH38,
    NEITHER,
    BuildEvidence,
    count_beyond,
    in_par,
    load_markers,
)
from genostrat.genotypes.ingest.build_check import check_build

MARKERS = Path(__file__).resolve().parents[3] / "resources/build_markers.tsv"


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        *[(name, "1") for name in ("1", "chr1", "CHR1", "Chr1", "01", "chr01")],
        *[(name, "1") for name in ("NC_000001.10", "NC_000001.11", "CM000663.2")],
        *[(name, "1") for name in ("GRCh38#0#chr1", "grch37#1", "NC_060925.1")],
        ("Chr22", "22"),
        ("NC_000022.11", "22"),
        ("CM000684.1", "22"),
        *[(name, "X") for name in ("chrX", "x", "23", "chr23", "NC_000023.11")],
        *[(name, "X") for name in ("25", "XY", "chrXY", "PAR1", "par2", "CM000685.2")],
        *[(name, "Y") for name in ("Y", "24", "NC_000024.9", "CM000686.1")],
        *[(name, "MT") for name in ("chrM", "MT", "m", "26", "chr26", "NC_012920.1")],
        *[(name, None) for name in ("chr1_KI270706v1_random", "GL000192.1", "chr")],
        *[(name, None) for name in ("", "0", "00", "27", "001", "chr0", "1.0", "U")],
        *[(name, None) for name in ("NC_000025.1", "NC_000000.1", "NC_001807.4")],
        *[(name, None) for name in ("CM000662.1", "CM000687.2", "a#b#c#1", "#1")],
        ("١", None),  # a digit, but none of a chromosome
    ],
)
def test_a_contig_has_one_name_however_it_is_called(name, canonical):
    assert canonical_contig(name) == canonical
    assert canonical_or_same(name) == (canonical or name)


def test_accessions_of_both_builds_name_each_chromosome_once():
    for build, versions in (("GRCh37", ".1"), ("GRCh38", ".2")):
        named = [f"CM000{number}{versions}" for number in range(663, 687)]
        assert [canonical_contig(name) for name in named] == list(CONTIGS[:-1])
        assert {assembly_of_contig(name) for name in named} == {build}


def test_plinks_parts_of_x_are_not_read_from_a_vcf():
    """They stand beside X, so their records would be out of order."""
    assert [contig_in_vcf(name) for name in ("X", "23", "25", "chrXY", "PAR1")] == [
        "X",
        "X",
        None,
        None,
        None,
    ]


def test_prefixes():
    assert has_prefix("chr1")
    assert has_prefix("GRCh38#0#chr1")
    assert not has_prefix("GRCh38#0#1")
    assert not has_prefix("NC_000001.11")


def test_pseudo_autosomal_regions_differ_between_builds():
    assert in_par("X", 2_700_000, GRCH38)
    assert not in_par("X", 2_700_000, GRCH37)
    assert in_par("X", 60_001, GRCH37)
    assert not in_par("X", 60_000, GRCH37)
    assert not in_par("1", 100_000, GRCH38)


def header_of(assembly):
    return [(f"chr{name}", length) for name, length in LENGTHS[assembly].items()]


@pytest.mark.parametrize("assembly", LENGTHS)
def test_lengths_tell_every_assembly_from_the_others(assembly):
    counts = match_lengths(header_of(assembly))
    # all but the mitochondrion, which most have in common
    own = counts.pop(assembly)
    assert own == len(LENGTHS[assembly]) - 1
    assert max(counts.values()) == 0


def test_lengths_are_those_of_the_assembly_reports():
    # the primary assembly of each release, with the revised Cambridge mitochondrion
    assert sum(GRCH37.lengths.values()) == 3_095_677_412 + 16_569
    assert sum(GRCH38.lengths.values()) == 3_088_269_832 + 16_569
    # UCSC's hg18: chromosomes 1 to 22, X, Y and M; CHM13 with the Y of HG002
    assert sum(LENGTHS["NCBI36 (hg18)"].values()) == 3_080_436_051
    assert sum(LENGTHS["T2T-CHM13"].values()) == 3_117_292_070


@pytest.mark.parametrize(
    ("text", "assembly"),
    [
        *[(text, "GRCh37") for text in ("hg19.fasta", "file:///ref/hs37d5.fa.gz")],
        *[(text, "GRCh37") for text in ("human_g1k_v37.fasta", "b37", "GRCh37-lite")],
        *[(text, "GRCh37") for text in ("Homo_sapiens_assembly19.fasta", "NCBI37")],
        *[(text, "GRCh37") for text in ("GCF_000001405.25", "HomoSapiensGRCh37.fa")],
        *[(text, "GRCh38") for text in ("GRCh38_full_analysis_set.fa", "hs38DH.fa")],
        *[(text, "GRCh38") for text in ("Homo_sapiens_assembly38.fasta", "hg38.p13")],
        *[(text, "GRCh38") for text in ("GCA_000001405.15_no_alt", "b38", "build38")],
        *[(text, "NCBI36 (hg18)") for text in ("NCBI36", "hg18.fa", "human_b36_both")],
        *[(text, "T2T-CHM13") for text in ("chm13v2.0.fa", "hs1.fa", "T2T-CHM13v2.0")],
        ("mm10.fa", "mouse GRCm38 (mm10)"),
        *[(text, None) for text in ("my.fa", "", "lab37.fa", "b370", "hg19ToHg38.fa")],
        *[(text, None) for text in ("chm13_and_grch38.fa", "/data/2038/genome.fa")],
    ],
)
def test_assemblies_are_known_by_the_names_that_tools_give_them(text, assembly):
    assert assembly_of_text(text) == assembly


def test_lengths_that_exceed_both_builds():
    assert count_too_long([("1", 249_250_621), ("2", 260_000_000)]) == (2, 1)
    # as tools write them for lack of better
    assert count_too_long([("1", 300_000_000), ("2", 300_000_000)]) == (0, 0)
    assert count_too_long([("1", 2**31 - 1), ("2", 243_000_000)]) == (1, 0)
    # PLINK writes the last position
    assert count_too_long([("1", 249_212_000), ("2", 243_100_000)]) == (2, 0)


def test_variants_outweigh_a_header_that_survived_a_lift_over():
    evidence = BuildEvidence(header_lengths=Counter({"GRCh37": 24}))
    assert evidence.verdict()[0] == "GRCh37"
    evidence.markers = {"GRCh37": 0, "GRCh38": 5}
    assert evidence.verdict() == ("GRCh38", "5 known variants")
    evidence.markers = {"GRCh37": 5, "GRCh38": 5}
    assert evidence.verdict()[0] == "GRCh37"


def test_records_past_the_end_of_a_contig():
    evidence = BuildEvidence(beyond={"GRCh37": 0, "GRCh38": 2})
    assert evidence.verdict()[0] == "GRCh37"
    evidence.beyond["GRCh37"] = 1
    assert evidence.verdict()[0] == NEITHER
    assert BuildEvidence().verdict()[0] is None
    ends = np.array([248_956_422, 248_956_423, 248_956_424, 249_250_623])
    assert count_beyond("1", ends) == {"GRCh37": 1, "GRCh38": 2}
    assert not any(count_beyond("MT", np.array([16_571])).values())


CONTRADICTIONS = [
    *[
        ({"header_lengths": Counter({name: 22})}, name)
        for name in LENGTHS
        if name != "GRCh38"
    ],
    # CHM13 with the Y of GRCh38
    ({"header_lengths": Counter({"T2T-CHM13": 23, "GRCh38": 1})}, "T2T-CHM13"),
    ({"reference": "NCBI36 (hg18)"}, "NCBI36"),
    ({"names": Counter({"GRCh37": 1}), "reference": "GRCh38"}, "GRCh37"),
    ({"names": Counter({"another version": 3})}, "another version"),
    ({"n_lengths": 20, "n_too_long": 2}, "neither GRCh37 nor GRCh38"),
    ({"beyond": {"GRCh37": 1, "GRCh38": 1}}, "neither GRCh37 nor GRCh38"),
]


@pytest.mark.parametrize(("found", "said"), CONTRADICTIONS)
def test_another_assembly_is_refused_and_only_on_demand_read(found, said):
    evidence = BuildEvidence(**found)
    with pytest.raises(GenostratError) as caught:
        check_build("GRCh38", evidence, files=["a.vcf"])
    assert f"but the data are on {said}" in str(caught.value)
    finding = check_build("GRCh38", evidence, files=["a.vcf"], contradiction="warn")
    assert len(finding.warnings) == 1
    assert "genotypes.build_contradiction is warn" in finding.warnings[0]


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"header_lengths": Counter({"GRCh38": 1})},
        {"header_lengths": Counter({"GRCh38": 24}), "reference": "GRCh37"},
        {"header_lengths": Counter({"GRCh38": 1}), "n_lengths": 25, "n_too_long": 1},
        {"reference": "GRCh38", "n_lengths": 1},
    ],
)
def test_what_does_not_contradict_is_read_without_a_word(found):
    finding = check_build("GRCh38", BuildEvidence(**found), files=["a.vcf"])
    assert finding.warnings == []


def test_lengths_of_no_known_assembly_are_told():
    evidence = BuildEvidence(n_lengths=22)
    (said,) = check_build("GRCh38", evidence, files=["a.vcf"]).warnings
    assert "22 contig lengths in the header are of no known assembly" in said


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
