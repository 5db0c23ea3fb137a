"""The same alleles as different programs write them, and what is not an allele."""

import pytest
from pgx_cases import read_text
from vcf_files import vcf_text

from genostrat.genotypes.builds import GRCH38
from genostrat.pgx.calling import call_diplotypes
from genostrat.pgx.knowledge.loading import choose_genes, load_knowledge
from genostrat.pgx.matching.rows import CallPolicy

BUILD = "GRCh38"


@pytest.fixture(scope="module")
def knowledge():
    return load_knowledge("pypgx", build=BUILD)


def call(knowledge, name, lines, folder, *, sex="female", absent="missing"):
    """Call one patient; positions without a line are there as reference, ALT a dot."""
    gene = knowledge.genes[name]
    taken = {int(line.split()[0]) for line in lines}
    single = sex == "male" and gene.inheritance == "x"
    for position in gene.positions:
        if position.position not in taken:
            genotype = "0" if single else "0/0"
            text = f"{position.position} . {position.ref} . . PASS . GT {genotype}"
            lines = [*lines, text]
    lines = sorted(lines, key=lambda line: int(line.split()[0]))
    records = [f"{gene.contig} {line}" for line in lines if "absent" not in line]
    text = vcf_text(["P1"], records, contigs=(gene.contig,), lengths=False)
    contig = f"##contig=<ID=chr{gene.contig}"
    length = GRCH38.lengths[gene.contig]
    text = text.replace(f"{contig}>", f"{contig},length={length}>")
    calls = call_diplotypes(
        read_text(text, folder, genes=[gene], build=BUILD),
        choose_genes(knowledge, genes=[name]),
        samples=["P1"],
        sexes={"P1": sex},
        policy=CallPolicy(absent=absent),
    )
    return calls.diplotypes.astype(str).iloc[0]


WRITINGS = {
    "not at its leftmost place": (
        "CYP2C9",
        ["94942205 absent", "94942210 . GAAAGAAATGG G . PASS . GT 0/1"],
    ),
    "at its leftmost place": ("CYP2C9", ["94942205 . CAATGGAAAGA C . PASS . GT 0/1"]),
    "repeat in full": ("UGT1A1", ["233760233 . CAT CATAT . PASS . GT 0/1"]),
    "repeat as an insertion": ("UGT1A1", ["233760233 . C CAT . PASS . GT 0/1"]),
    "among other lengths": (
        "UGT1A1",
        ["233760233 . CAT C,CATAT,CATATAT . PASS . GT 0/2"],
    ),
    "one length a record": (
        "UGT1A1",
        [
            "233760233 . CAT C . PASS . GT 0/0",
            "233760233 . C CAT . PASS . GT 0/1",
            "233760233 . C CATAT . PASS . GT 0/0",
        ],
    ),
    "alternate alleles swapped": (
        "CYP2C19",
        [
            "94781859 . G T,A . PASS . GT 0/2",
            "94775367 . A C,G . PASS . GT 0/2",
            "94842866 . A G . PASS . GT 1/1",
        ],
    ),
    "with bases around it": (
        "CYP2C19",
        [
            "94781858 . CG CA . PASS . GT 0/1",
            "94781859 absent",
            "94775367 . A G . PASS . GT 0/1",
            "94842866 . A G . PASS . GT 1/1",
        ],
    ),
    "with a block allele": (
        "CYP2C19",
        [
            "94781859 . G A,<NON_REF> . PASS . GT 0/1",
            "94775367 . A G,<NON_REF> . PASS . GT 0/1",
            "94842866 . A G,<NON_REF> . PASS . GT 1/1",
        ],
    ),
}
CALLED = {"CYP2C9": "*1/*25", "UGT1A1": "*1/*28", "CYP2C19": "*1/*2"}


@pytest.mark.parametrize("writing", WRITINGS)
def test_an_allele_is_known_however_it_is_written(knowledge, writing, tmp_path):
    name, lines = WRITINGS[writing]
    row = call(knowledge, name, lines, tmp_path)
    assert row["diplotype"] == CALLED[name], row["reason"]
    assert row["status"] == "called", row["reason"]


def test_all_sites_of_bcftools_have_two_records_at_an_insertion(knowledge, tmp_path):
    lines = [
        "48037782 . A . . PASS . GT 0/0",
        "48037782 . AGGAGTC AGGAGTCGGAGTC . PASS INDEL GT 0/1",
        "48045719 . C T . PASS . GT 0/1",
    ]
    row = call(knowledge, "NUDT15", lines, tmp_path)
    told = {row["diplotype"], *row["alternatives"].split("|")}
    assert "*1/*2" in told, row["reason"]
    assert "*1/*3" not in told, "the insertion was seen"


def test_bases_that_are_reference_one_by_one_are_no_deletion(knowledge, tmp_path):
    bases = "TG"
    lines = [
        f"{97450065 + place} . {base} . . PASS . GT 0/0"
        for place, base in enumerate(bases)
    ]
    row = call(knowledge, "DPYD", lines, tmp_path)
    assert row["missing_positions"] == "", row["reason"]
    assert row["status"] == "called"


def test_a_block_of_reference_is_read_as_reference(knowledge, tmp_path):
    gene = knowledge.genes["CYP2C19"]
    absent = [f"{p.position} absent" for p in gene.positions]
    first, last = gene.positions[0].position - 50, gene.positions[-1].position + 50
    block = f"{first} . A <NON_REF> . PASS END={last} GT 0/0"
    row = call(knowledge, "CYP2C19", [*absent, block], tmp_path)
    # The genome of GRCh38 is *38.
    assert (row["diplotype"], row["status"]) == ("*38/*38", "called"), row["reason"]
    assert row["missing_positions"] == ""


@pytest.mark.parametrize(
    ("genotypes", "told"),
    [
        (("GT 0|1", "GT 0|1"), {"*1/*4"}),
        (("GT 0|1", "GT 1|0"), {"*2/*3"}),
        (("GT 0/1", "GT 0/1"), {"*1/*4", "*2/*3"}),
        (("GT:PS 0|1:15879621", "GT:PS 0|1:15879621"), {"*1/*4"}),
        (("GT:PS 1|0:15879621", "GT:PS 0|1:15879621"), {"*2/*3"}),
        (("GT:PS 0|1:15879621", "GT:PS 0|1:15897578"), {"*1/*4", "*2/*3"}),
        (("GT 0|1", "GT 0/1"), {"*1/*4", "*2/*3"}),
    ],
)
def test_phase_is_believed_as_far_as_it_goes(knowledge, tmp_path, genotypes, told):
    lines = [
        f"15879621 . C T . PASS . {genotypes[0]}",
        f"15897578 . A C . PASS . {genotypes[1]}",
    ]
    row = call(knowledge, "CYP4F2", lines, tmp_path)
    alternatives = row["alternatives"].split("|") if row["alternatives"] else []
    assert {row["diplotype"], *alternatives} == told
    assert row["phased"] == str(len(told) == 1)
    # The source gives this gene no phenotypes, so that other alleles are what counts.
    assert row["status"] == ("called" if len(told) == 1 else "ambiguous")


def test_a_third_base_is_no_reference(knowledge, tmp_path):
    row = call(knowledge, "VKORC1", ["31096368 . C G . PASS . GT 0/1"], tmp_path)
    assert row["status"] != "called"
    assert row["diplotype"] != "Reference/Reference"
    assert "31096368" in row["reason"]


def test_a_failed_filter_is_no_reference(knowledge, tmp_path):
    row = call(knowledge, "VKORC1", ["31096368 . C T . LowQual . GT 0/0"], tmp_path)
    assert row["status"] == "not_called"
    assert "filter" in row["reason"]


def test_absent_reference_is_not_for_the_genes_that_refuse_it(knowledge, tmp_path):
    lines = ["99672916 absent", "99665212 . C T . PASS . GT 0/0"]
    row = call(knowledge, "CYP3A5", lines, tmp_path, absent="reference")
    assert row["status"] == "ambiguous"
    assert "7:99672916" in row["missing_positions"]
    told = {row["diplotype"], *row["alternatives"].split("|")}
    assert {"*1/*1", "*1/*3", "*3/*3"} <= told


@pytest.mark.parametrize(
    ("sex", "genotype", "diplotype", "phenotype"),
    [
        ("male", "1", "Mediterranean", "G6PD Deficient"),
        ("male", "1/1", "Mediterranean", "G6PD Deficient"),
        ("female", "0/1", "B (reference)/Mediterranean", "G6PD Variable"),
        ("female", "1/1", "Mediterranean/Mediterranean", "G6PD Deficient"),
        ("male", "0/1", "", ""),
    ],
)
def test_g6pd_has_one_allele_in_males(
    knowledge, tmp_path, sex, genotype, diplotype, phenotype
):
    # c.563C>T; the synonymous rs2230037 is left at the genome's base.
    lines = [f"154534419 . G A . PASS . GT {genotype}"]
    row = call(knowledge, "G6PD", lines, tmp_path, sex=sex)
    short = row["diplotype"].replace(
        ", Dallas, Panama, Sassari, Cagliari, Birmingham", ""
    )
    assert short.replace(" Haplotype", "") == diplotype, row["reason"]
    assert row["phenotype"] == phenotype
    if not diplotype:
        assert row["status"] == "not_called"
        assert "male" in row["reason"]
