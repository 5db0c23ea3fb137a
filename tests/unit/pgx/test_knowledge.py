"""The default knowledge base: what its alleles carry, on both builds alike."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from running import HOME

from genostrat.errors import GenostratError
from genostrat.pgx.knowledge.alignment import could_move, move_left
from genostrat.pgx.knowledge.checks import check_knowledge
from genostrat.pgx.knowledge.genes import parse_variant
from genostrat.pgx.knowledge.loading import choose_genes, load_knowledge
from genostrat.pgx.knowledge.pypgx import (
    COLUMNS,
    find_pypgx,
    read_genes,
    read_tables,
    table_files,
)
from genostrat.pgx.knowledge.structural import tell_newer_lists

PHARMCAT = Path(HOME).parent / "shared/data/pgx_cpic_tables/pharmcat"


@pytest.fixture(scope="module")
def both():
    return {build: load_knowledge("pypgx", build=build) for build in BUILDS}


BUILDS = ("GRCh37", "GRCh38")


def allowed_at(gene, allele, rsid):
    """Return the sequences that an allele may have at a position named by its rsID."""
    column = next(i for i, p in enumerate(gene.positions) if rsid in p.rsids)
    row = [item.name for item in gene.alleles].index(allele)
    bits = int(gene.allowed[row, column])
    sequences = gene.positions[column].sequences
    return {text for n, text in enumerate(sequences) if bits >> n & 1}


def contents(gene):
    """Return allele → what it may have at each position, whatever the build."""
    result = {}
    for row, allele in zip(gene.allowed, gene.alleles, strict=True):
        result[allele.name] = [
            (
                position.rsids,
                {t for n, t in enumerate(position.sequences) if bits >> n & 1},
            )
            for bits, position in zip(row.tolist(), gene.positions, strict=True)
        ]
    return result


def test_every_allele_carries_the_same_on_both_builds(both):
    old, new = both["GRCh37"].genes, both["GRCh38"].genes
    assert list(old) == list(new)
    n_alleles = 0
    for name in new:
        assert contents(old[name]) == contents(new[name]), name
        n_alleles += len(new[name].alleles)
    assert n_alleles > 1300


def test_the_only_disagreement_between_builds_is_reported(both):
    for knowledge in both.values():
        told = [text for text in knowledge.findings if "reading is used" in text]
        assert len(told) == 1
        assert told[0].startswith("CYP2D6 *100: GRCh37")


@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize(
    ("gene", "allele", "rsid", "bases"),
    [
        # PharmVar: *38 alone has A (I331); *1, *2 and *17 have G (V331).
        ("CYP2C19", "*38", "rs3758581", {"A"}),
        ("CYP2C19", "*1", "rs3758581", {"G"}),
        ("CYP2C19", "*2", "rs3758581", {"G"}),
        ("CYP2C19", "*17", "rs3758581", {"G"}),
        # PharmVar: *6 is on the background of *1, though GRCh37's genome is *3.
        ("CYP3A5", "*1", "rs776746", {"T"}),
        ("CYP3A5", "*3", "rs776746", {"C"}),
        ("CYP3A5", "*6", "rs776746", {"T"}),
        ("CYP3A5", "*6", "rs10264272", {"T"}),
        # CPIC: c.85T>C (*9A) only where it is named.
        ("DPYD", "Reference", "rs1801265", {"A"}),
        ("DPYD", "c.85T>C (*9A)", "rs1801265", {"G"}),
        ("DPYD", "c.1905+1G>A (*2A)", "rs1801265", {"A"}),
        ("F5", "Reference", "rs6025", {"C"}),
        ("F5", "Leiden", "rs6025", {"T"}),
        # NAT2*5 and *6 have 803A>G or not; *4 and *12 differ in it.
        ("NAT2", "*4", "rs1208", {"A"}),
        ("NAT2", "*12", "rs1208", {"G"}),
        ("NAT2", "*5", "rs1208", {"A", "G"}),
        # 481C>T is synonymous: *5A and *5B have it, *5D has not. Alone it is *11.
        ("NAT2", "*5", "rs1799929", {"C", "T"}),
        ("NAT2", "*4", "rs1799929", {"C"}),
        ("NAT2", "*11", "rs1799929", {"T"}),
        ("NAT2", "*11", "rs1208", {"A"}),
        # *12A to *12C: 803G with or without 282T and 481T.
        ("NAT2", "*12", "rs1041983", {"C", "T"}),
        # UGT2B15*4 and *5 differ by the reference's base, so absence means the genome.
        ("UGT2B15", "*4", "rs1902023", {"C"}),
        ("UGT2B15", "*5", "rs1902023", {"A"}),
        # Synonymous; the builds differ and the reference names neither.
        ("G6PD", "B (reference)", "rs2230037", {"A", "G"}),
        ("CYP1B1", "*5", "rs1056836", {"C"}),
        ("CYP1B1", "*4", "rs1056836", {"G"}),
    ],
)
def test_alleles_carry_what_the_nomenclature_says(
    both, build, gene, allele, rsid, bases
):
    assert allowed_at(both[build].genes[gene], allele, rsid) == bases


def test_repeats_at_one_place_are_one_position(both):
    gene = both["GRCh38"].genes["UGT1A1"]
    assert len(gene.positions) == 4
    repeat = next(p for p in gene.positions if "rs34983651" in p.rsids)
    assert (repeat.position, repeat.ref) == (233760233, "CAT")
    assert set(repeat.alts) == {"C", "CATAT", "CATATAT"}
    # The table's other spelling of *28 is the position's own: counting it again would
    # turn a heterozygote into a homozygote.
    assert repeat.synonyms == ()
    assert allowed_at(gene, "*36", "rs34983651") == {"C"}
    assert allowed_at(gene, "*28", "rs34983651") == {"CATAT"}
    assert allowed_at(gene, "*37", "rs34983651") == {"CATATAT"}


def test_a_tag_may_be_there_or_not(both):
    gene = both["GRCh37"].genes["UGT1A1"]
    assert allowed_at(gene, "*28", "rs887829") == {"C", "T"}
    assert allowed_at(gene, "*80+*28", "rs887829") == {"T"}
    assert allowed_at(gene, "*1", "rs887829") == {"C"}


def test_an_indel_that_others_write_as_snvs_keeps_that_spelling(both):
    gene = both["GRCh37"].genes["CYP2B6"]
    insertion = next(p for p in gene.positions if "rs781463375" in p.rsids)
    assert insertion.alts == ("GGC",)
    assert insertion.synonyms == ((1, ((41497293, "A", "G"), (41497295, "C", "A"))),)


def test_core_is_what_sets_an_allele_apart_from_the_reference(both):
    for build in BUILDS:
        gene = both[build].genes["CYP3A5"]
        by_name = {allele.name: allele for allele in gene.alleles}
        assert by_name["*1"].core == frozenset()
        assert len(by_name["*3"].core) == len(by_name["*6"].core) == 1
        assert by_name["*3"].core != by_name["*6"].core
    tpmt = both["GRCh38"].genes["TPMT"]
    cores = {allele.name: allele.core for allele in tpmt.alleles}
    assert cores["*3A"] == cores["*3B"] | cores["*3C"]


def test_no_two_alleles_that_are_called_are_the_same(both):
    for knowledge in both.values():
        assert not [f for f in knowledge.findings if "cannot be told apart" in f]


def test_indels_stand_at_their_leftmost_place_where_it_is_known(both):
    # PharmCAT's definitions have these places.
    gene = both["GRCh38"].genes["CYP2C9"]
    column = next(i for i, p in enumerate(gene.positions) if p.position == 94942205)
    position = gene.positions[column]
    assert (position.ref, position.alts) == ("CAATGGAAAGA", ("C",))
    assert (1, ((94942210, "GAAAGAAATGG", "G"),)) in position.synonyms
    row = [allele.name for allele in gene.alleles].index("*25")
    assert gene.allowed[row, column] == 2
    left = [
        position
        for gene in both["GRCh38"].genes.values()
        for position in gene.positions
        for alt in position.alts
        if 1 in (len(position.ref), len(alt))
        and could_move(parse_variant(f"1-{position.position}-{position.ref}-{alt}"))
    ]
    assert left
    assert all(position.synonyms for position in left)


def test_moving_a_deletion_left_deletes_the_same_bases():
    genome = "TTACCAATGGAAAGAAATGGCCT"
    listed = parse_variant("1-10-GAAAGAAATGG-G")
    assert genome[9 : 9 + len(listed.ref)] == listed.ref
    moved = move_left(listed, by=5, base="C")
    assert genome[moved.position - 1 :].startswith(moved.ref)

    def without(variant):
        start = variant.position - 1
        return genome[:start] + variant.alt + genome[start + len(variant.ref) :]

    assert without(moved) == without(listed)


def test_sex_chromosomes_and_mitochondria_have_effects_of_one_name(both):
    gene = both["GRCh38"].genes["G6PD"]
    assert gene.inheritance == "x"
    assert "MALE" not in {allele.name for allele in gene.alleles}
    assert gene.effects[("B (reference)",)].phenotype == "G6PD Normal"
    assert gene.effects[("A- 202A_376G",)].phenotype == "G6PD Deficient"
    assert gene.effects[("A- 202A_376G", "B (reference)")].phenotype == "G6PD Variable"
    mitochondrial = both["GRCh38"].genes["MT-RNR1"]
    assert (mitochondrial.inheritance, mitochondrial.contig) == ("mt", "MT")
    assert all(len(key) == 1 for key in mitochondrial.effects)
    assert mitochondrial.effects[("m.1555A>G",)].phenotype.startswith("Increased")


def test_bands_of_activity_scores(both):
    bands = {b.phenotype: (b.low, b.high) for b in both["GRCh38"].genes["DPYD"].bands}
    assert bands == {
        "Poor Metabolizer": (0, 1),
        "Intermediate Metabolizer": (1, 2),
        "Normal Metabolizer": (2, 2),
    }
    assert math.isinf(both["GRCh38"].genes["CYP2D6"].bands[-1].high)


def test_genes_that_genotypes_cannot_tell_say_why(both):
    genes = both["GRCh37"].genes
    structural = "CYP2D6 CYP2A6 GSTM1 GSTT1 UGT2B17 SULT1A1"
    for name in [*structural.split(), "HLA-A", "HLA-B"]:
        assert "outside call" in genes[name].not_called_because, name
        assert "PM" in genes[name].not_called_because
    called = "TPMT NUDT15 DPYD CYP2C19 CYP2C9 CYP3A5 CYP4F2 SLCO1B1 UGT1A1 VKORC1"
    for name in f"{called} CYP2B6 ABCG2 G6PD".split():
        assert genes[name].not_called_because == "", name
    assert "*36, *37" in genes["CYP2C19"].notes[0]


def test_structural_alleles_match_nothing(both):
    for gene in both["GRCh38"].genes.values():
        for row, allele in zip(gene.allowed, gene.alleles, strict=True):
            assert allele.is_structural == (len(row) > 0 and not row.any()) or (
                not gene.positions
            )


def test_findings_count_diplotypes_without_a_phenotype(both):
    gene = both["GRCh38"].genes["TPMT"]
    told = next(f for f in both["GRCh38"].findings if f.startswith("TPMT:"))
    n_alleles = len(gene.alleles)
    lacking = n_alleles * (n_alleles + 1) // 2 - len(gene.effects)
    assert told.startswith(f"TPMT: {lacking} diplotypes have no phenotype")


def test_a_contradicting_reference_base_is_found(both):
    from dataclasses import replace

    gene = both["GRCh38"].genes["TPMT"]
    wrong = replace(gene.positions[0], ref="A" if gene.positions[0].ref != "A" else "G")
    copy = replace(gene, name="COPY", positions=(wrong, *gene.positions[1:]))
    findings = check_knowledge({"TPMT": gene, "COPY": copy}, build="GRCh38")
    assert any(f"REF has {wrong.ref} at" in text for text in findings)
    outside = replace(gene.positions[0], position=900_000_000)
    copy = replace(gene, positions=(outside, *gene.positions[1:]))
    findings = check_knowledge({"TPMT": copy}, build="GRCh38")
    assert any("does not lie on contig 6" in text for text in findings)


def test_choosing_genes_suggests_the_nearest(both):
    chosen = choose_genes(both["GRCh38"], genes=["TPMT", "CYP2C19"])
    assert list(chosen.genes) == ["CYP2C19", "TPMT"]
    with pytest.raises(GenostratError, match="did you mean CYP2C19"):
        choose_genes(both["GRCh38"], genes=["CYP2C119"])


@pytest.fixture
def tables(tmp_path):
    """Return a small copy of the tables, to be damaged."""
    wanted = {"CYP3A5", "TPMT"}
    for source in table_files(find_pypgx()[0]):
        with source.open(newline="") as stream:
            rows = list(csv.reader(stream))
        column = rows[0].index("Gene1" if "recomm" in source.name else "Gene")
        kept = [rows[0], *(row for row in rows[1:] if row[column] in wanted)]
        if source.name.startswith("equation"):
            kept = rows
        with (tmp_path / source.name).open("w", newline="") as stream:
            csv.writer(stream).writerows(kept)
    return tmp_path


def test_a_small_copy_reads_as_the_whole(tables, both):
    genes, findings = read_genes(read_tables(tables), build="GRCh37")
    assert findings == []
    whole = both["GRCh37"].genes["CYP3A5"]
    assert genes["CYP3A5"].positions == whole.positions
    assert np.array_equal(genes["CYP3A5"].allowed, whole.allowed)


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("allele-table.csv", "7-99672916-T-C", "7-99672917-T-C", "line 4, column GRC"),
        ("allele-table.csv", "Function,", "Funktion,", "did you mean Function"),
        ("allele-table.csv", "N/A,FALSE", "FALSE", "another number of cells"),
        ("allele-table.csv", "*6,", "*6/*7,", "without / and |"),
        ("variant-table.csv", "7-99672916-T-C", "7-x-T-C", "cannot be read"),
        ("variant-table.csv", "7-99672916-T-C", "7-99672916-T-<B>", "cannot be read"),
        ("gene-table.csv", "7:99", "here:99x", "has no region"),
        ("diplotype-table.csv", "*1/*3,Intermediate", "*1/*1,Intermediate", "two phe"),
        ("equation-table.csv", "0 <= score < 1", "score is low", "range of activity"),
    ],
)
def test_damaged_tables_are_refused_with_their_place(tables, file, old, new, told):
    path = tables / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 2))
    if "equation" in file:
        path.write_text(path.read_text().replace("CYP2C9", "CYP3A5"))
    with pytest.raises(GenostratError) as caught:
        read_genes(read_tables(tables), build="GRCh38")
    assert told in str(caught.value)
    assert file in str(caught.value)


def test_missing_cut_and_binary_tables_are_refused(tables):
    path = tables / "diplotype-table.csv"
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    with pytest.raises(GenostratError, match="phenotype table does not know"):
        read_genes(read_tables(tables), build="GRCh38")
    path.write_bytes(b"Gene,Diplotype,Phenotype\n\xff\xfe,a,b\n")
    with pytest.raises(GenostratError, match="UTF-8"):
        read_tables(tables)
    path.unlink()
    with pytest.raises(GenostratError, match="lacks a file"):
        read_tables(tables)


def test_columns_are_those_of_the_installed_version():
    folder = find_pypgx()[0]
    for name, columns in COLUMNS.items():
        with Path(folder, name).open(newline="") as stream:
            assert next(csv.reader(stream)) == columns.split()


def test_genes_of_which_a_newer_list_has_more_alleles_say_how_many():
    genes = load_knowledge("pypgx", build="GRCh38").genes
    assert any(
        "339 alleles of RYR1, this knowledge base 49: 290 are not looked for" in note
        for note in genes["RYR1"].notes
    )
    assert not any("not looked for" in note for note in genes["TPMT"].notes)


@pytest.mark.shared
def test_counts_of_newer_lists_are_those_of_their_files():
    if not PHARMCAT.is_dir():
        pytest.skip("pgx_cpic_tables is not there")
    newer = load_knowledge(PHARMCAT, build="GRCh38").genes
    counts = {name: len(gene.alleles) for name, gene in newer.items()}
    assert tell_newer_lists(counts) == {}
    fewer = {name: n - 1 for name, n in counts.items()}
    for sentence in tell_newer_lists(fewer).values():
        assert "1 are not looked for" in sentence
