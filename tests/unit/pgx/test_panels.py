"""A laboratory's panel: its result as that panel's, and what it cannot see."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from running import HOME
from unit.pgx.pgx_fixture import make_gene_records, make_knowledge

from benchmarks.panel_misses import list_lines
from genostrat.config.schema.parts import list_panels
from genostrat.pgx.calling import call_diplotypes
from genostrat.pgx.knowledge.loading import load_knowledge
from genostrat.pgx.knowledge.panels import MISSES, read_panels
from genostrat.pgx.matching.panels import shorten_panels
from genostrat.pgx.matching.rows import CallPolicy

PANELS = {panel.name: panel for panel in read_panels()}
SHARE = Path(HOME).parent / "shared/data/pgx_kg_share_500"
#: The four variants of the NHS, the tag of HapB3, and what is common besides.
A2, S13, D949, HAPB3 = "rs3918290", "rs55886062", "rs67376798", "rs75017182"
TAG, NINE = "rs56038477", "rs1801265"


def call(gene_name, read, *, samples, build="GRCh38", **policy):
    """Call a gene of which some positions were read, by dbSNP identifier."""
    gene = load_knowledge("pypgx", build=build).genes[gene_name]
    calls = call_diplotypes(
        make_gene_records(gene, samples, read, others=None),
        make_knowledge(gene, build=build),
        samples=[f"s{number}" for number in range(samples)],
        sexes={},
        policy=CallPolicy(**policy),
    )
    return list(calls.diplotypes.astype(object).itertuples())


NHS = {
    A2: ["0/0", "0/1", "0/0", "0/1", "./."],
    S13: ["0/0", "0/0", "0/0", "0/0", "./."],
    D949: ["0/0", "0/0", "0/0", "./.", "./."],
    HAPB3: ["0/0", "0/0", "0/1", "0/0", "./."],
    NINE: ["0/0", "0/0", "1/1", "0/0", "1/1"],
}


def test_a_panel_s_result_stands_beside_a_call_that_is_not_one():
    negative, carrier, both, partial, none = call("DPYD", NHS, samples=5)
    assert {row.status for row in (negative, carrier, both, partial, none)} == {
        "ambiguous"
    }
    assert negative.panels == carrier.panels == both.panels == "nhs_dpyd"
    assert ": negative" in negative.panel_result
    assert "AFR 2 of 100" in negative.panel_result
    assert "c.1905+1G>A (*2A), Intermediate Metabolizer" in carrier.panel_result
    assert "HapB3" in both.panel_result
    assert shorten_panels(negative.panel_result) == [("nhs_dpyd", "negative")]
    ((name, found),) = shorten_panels(carrier.panel_result)
    assert (name, found) == (
        "nhs_dpyd",
        "Reference/c.1905+1G>A (*2A), Intermediate Metabolizer",
    )
    # One variant was not read, or none: that is no result of the panel.
    assert (partial.panels, partial.panel_result) == ("", "")
    assert (none.panels, none.panel_result) == ("", "")
    assert none.other_phenotypes == "Intermediate Metabolizer|Poor Metabolizer"
    assert partial.deciding_positions.count(",") > 20


def test_a_panel_that_is_accepted_calls_and_says_so():
    negative, carrier, both, partial, none = call(
        "DPYD", NHS, samples=5, panels=("nhs_dpyd",)
    )
    assert [row.status for row in (negative, carrier, both)] == ["called"] * 3
    assert negative.phenotype == "Normal Metabolizer"
    assert (carrier.activity_score, both.activity_score) == (1.0, 1.5)
    assert negative.source == "panel:nhs_dpyd"
    assert "78 of 83 positions were not read" in negative.reason
    assert (negative.n_assayed, negative.n_required) == (5, 83)
    assert negative.missing_positions.count(",") == 77
    assert (partial.status, partial.source) == ("ambiguous", "own")
    assert (none.status, none.source) == ("ambiguous", "own")


def test_another_panel_s_acceptance_changes_nothing():
    negative, *_ = call("DPYD", NHS, samples=5, panels=("amp_dpyd", "amp_cyp2c19"))
    assert (negative.status, negative.source) == ("ambiguous", "own")


def test_the_tag_may_be_read_in_the_place_of_what_decides():
    read = {key: value[:3] for key, value in NHS.items() if key != HAPB3}
    read |= {TAG: ["0/0", "0/0", "0/1"]}
    negative, _, carrier = call("DPYD", read, samples=3, panels=("nhs_dpyd",))
    assert (negative.status, carrier.status) == ("called", "called")
    assert carrier.activity_score == 1.5
    assert "c.1129-5923C>G by rs56038477" in carrier.panel_result
    # The panel of the AMP has the intronic variant alone.
    assert negative.panels == "nhs_dpyd"


def test_what_was_read_beside_the_panel_counts():
    read = {key: ["0/0"] for key in NHS} | {"rs115232898": ["0/1"]}
    (row,) = call("DPYD", read, samples=1, panels=("nhs_dpyd",))
    assert (row.status, row.activity_score) == ("called", 1.5)
    assert "c.557A>G" in row.diplotype
    assert ": negative" in row.panel_result, "that is what the panel itself says"


@pytest.mark.parametrize("build", ["GRCh37", "GRCh38"])
def test_alleles_are_known_by_the_variants_that_were_read(build):
    # *2 of CYP2C19 has further variants that no panel reads.
    read = {
        "rs4244285": ["0/0", "0/1", "1/1", "0/1"],
        "rs4986893": ["0/0", "0/0", "0/0", "0/0"],
        "rs12248560": ["0/1", "0/0", "0/0", "0/1"],
    }
    rows = call("CYP2C19", read, samples=4, build=build, panels=("amp_cyp2c19",))
    assert [row.diplotype for row in rows] == ["*1/*17", "*1/*2", "*2/*2", "*2/*17"]
    assert {row.status for row in rows} == {"called"}


def test_unphased_variants_of_tpmt_are_read_as_laboratories_do():
    read = {"rs1800462": ["0/0"], "rs1800460": ["0/1"], "rs1142345": ["0/1"]}
    (row,) = call("TPMT", read, samples=1, panels=("amp_tpmt",))
    assert (row.diplotype, row.status) == ("*1/*3A", "called")
    assert "*3B/*3C fits as well" in row.reason


@pytest.mark.parametrize("build", ["GRCh37", "GRCh38"])
def test_every_panel_has_all_its_variants_in_the_definitions(build):
    genes = load_knowledge("pypgx", build=build).genes
    for panel in PANELS.values():
        assert panel.place(genes[panel.gene]) is not None, panel.name
        assert len({variant.name for variant in panel.variants}) > 0
    assert list_panels() == list(PANELS)


def test_a_gene_without_the_panel_s_variants_has_no_panel():
    gene = load_knowledge("pypgx", build="GRCh38").genes["DPYD"]
    positions = tuple(replace(place, rsids=()) for place in gene.positions)
    assert PANELS["nhs_dpyd"].place(replace(gene, positions=positions)) is None


@pytest.mark.shared
def test_people_whom_panels_miss_are_counted_as_the_table_says():
    if not SHARE.is_dir():
        pytest.skip("pgx_kg_share_500 is not there")
    assert "\n".join(list_lines(SHARE)) + "\n" == MISSES.read_text()


def test_counts_of_misses_are_sound():
    lines = [line for line in MISSES.read_text().splitlines() if line[0] != "#"]
    rows = list(csv.DictReader(lines, delimiter="\t"))
    assert {row["panel"] for row in rows} <= set(PANELS)
    for row in rows:
        assert 0 <= int(row["n_missed"]) <= int(row["n_negative"])
