"""Situations in which a silent reference has harmed or could, each in a small file.

Every test builds its own genotypes from the definitions. The same situations as others
have written them are run too, where they are at hand.
"""

import pytest
from pgx_cases import read_text
from unit.pgx.pgx_fixture import make_gene_records, make_knowledge, make_records

from benchmarks.real_data import DATA
from genostrat.pgx.calling import call_diplotypes
from genostrat.pgx.knowledge.loading import choose_genes, load_knowledge
from genostrat.pgx.matching.rows import CallPolicy

SHARED = DATA.parent / "cases/pgx"
PHARMCAT = DATA / "pgx_cpic_tables/pharmcat"
DEFAULT = {"min_depth": 5, "min_genotype_quality": 20}


def call(gene_name, changes, *, samples, build="GRCh38", others="0/0", sexes=None):
    """Call a gene in samples whose genotypes differ from the build at a few places."""
    gene = load_knowledge("pypgx", build=build).genes[gene_name]
    records = make_gene_records(gene, samples, changes, others=others)
    return rows_of(records, make_knowledge(gene, build=build), sexes=sexes)


def rows_of(records, knowledge, *, sexes=None, **policy):
    calls = call_diplotypes(
        records,
        knowledge,
        samples=records.samples,
        sexes=sexes or {},
        policy=CallPolicy(**(DEFAULT | policy)),
    )
    return list(calls.diplotypes.astype(object).itertuples())


def told(row):
    return {row.phenotype, *row.other_phenotypes.split("|")} - {""}


#: Gene, what is typed, the variant that is not; on the GRCh38 build, where REF is the
#: reference allele's at all of these.
HIDDEN = [
    ("CYP2C19", {"rs12248560": "1/1", "rs3758581": "1/1"}, "rs28399504"),
    ("DPYD", {"rs1801265": "1/1"}, "rs3918290"),
    ("DPYD", {"rs1801265": "1/1"}, "rs67376798"),
    ("DPYD", {"rs1801265": "0/1"}, "rs55886062"),
    ("CYP2C9", {"rs2256871": "1/1"}, "rs1799853"),
    ("CYP2C9", {"rs2256871": "0/1"}, "rs1057910"),
    ("SLCO1B1", {"rs2306283": "1/1"}, "rs4149056"),
    ("NUDT15", {}, "rs116855232"),
    ("CYP3A5", {"rs776746": "1/1"}, "rs10264272"),
]


@pytest.mark.parametrize(("gene", "typed", "hidden"), HIDDEN)
def test_what_a_missing_variant_would_make_is_told(gene, typed, hidden):
    genotypes = {rsid: [text] * 4 for rsid, text in typed.items()}
    missing, none, het, hom = call(
        gene, genotypes | {hidden: ["./.", "0/0", "0/1", "1/1"]}, samples=4
    )
    filled = [none, het, hom]
    possible = set().union(*map(told, filled))
    is_same = len({(row.phenotype, row.status) for row in filled}) == 1
    assert missing.status == ("called" if is_same else "ambiguous")
    assert possible <= told(missing)
    listed = {missing.diplotype, *missing.alternatives.split("|")}
    assert {row.diplotype for row in filled} <= listed
    assert "cannot change" not in missing.reason or is_same
    if not is_same:
        assert missing.deciding_positions == missing.missing_positions


def test_one_harmless_variant_read_of_83_is_no_result_of_dpyd():
    (row,) = call("DPYD", {"rs1801265": ["1/1"]}, samples=1, others=None)
    assert row.status == "ambiguous"
    assert told(row) == {
        "Normal Metabolizer",
        "Intermediate Metabolizer",
        "Poor Metabolizer",
    }
    assert row.deciding_positions.count(",") > 20
    assert "cannot change" not in row.reason


def test_g6pd_of_males_and_females():
    # A- is 202A with 376G; haploid calls need no sex.
    variants = {
        "rs1050828": ["0/0", "0/1", "1/1", "1", "1/1", "0/1", "0"],
        "rs1050829": ["0/1", "0/1", "1/1", "1", "1/1", "0/1", "0"],
    }
    gene = load_knowledge("pypgx", build="GRCh38").genes["G6PD"]
    sexes = dict.fromkeys(["s0", "s1", "s2"], "female") | dict.fromkeys(
        ["s4", "s5"], "male"
    )
    lines = []
    for place in gene.positions:
        own = [variants[rsid] for rsid in place.rsids if rsid in variants]
        usual = [*["0/0"] * 3, "0", *["0/0"] * 2, "0"]
        texts = own[0] if own else usual
        lines.append((place.position, place.ref, ",".join(place.alts), texts))
    rows = rows_of(make_records(lines, contig="X"), make_knowledge(gene), sexes=sexes)
    assert [row.phenotype for row in rows] == [
        "G6PD Normal",
        "G6PD Variable",
        "G6PD Deficient",
        "G6PD Deficient",
        "G6PD Deficient",
        "",
        "G6PD Normal",
    ]
    assert [row.allele_2 == "" for row in rows] == [0, 0, 0, 1, 1, 1, 1]
    assert rows[5].status == "not_called"


def test_an_exchange_of_two_bases_over_the_variant_of_cyp2c9_2():
    gene = load_knowledge("pypgx", build="GRCh38").genes["CYP2C9"]
    second = next(p.position for p in gene.positions if "rs1799853" in p.rsids)
    lines = [
        (place.position, place.ref, ",".join(place.alts), ["0/0"] * 3)
        for place in gene.positions
        if place.position not in (second, second + 1)
    ]
    lines.append((second, "CG", "TG,TA", ["0/1", "0/2", "1/1"]))
    lines.sort()
    rows = rows_of(make_records(lines), make_knowledge(gene))
    assert (rows[0].diplotype, rows[0].status) == ("*1/*2", "called")
    assert rows[2].diplotype == "*2/*2"
    assert "*2" in rows[1].diplotype
    assert rows[1].phased


def read_case(name, genes, folder, *, source="pypgx"):
    """Read and call one of the files that others have written."""
    path = SHARED / name
    if not path.is_file() or (source != "pypgx" and not PHARMCAT.is_dir()):
        pytest.skip(f"{name} is not there")
    knowledge = choose_genes(load_knowledge(source, build="GRCh38"), genes=genes)
    records = read_text(
        path.read_text(), folder, genes=knowledge.genes.values(), build="GRCh38"
    )
    sexes = {
        name: {"f": "female", "m": "male"}.get(part, "")
        for name in records.samples
        for part in [name.split("_")[0].replace("dip", "m")]
    }
    rows = rows_of(records, knowledge, sexes=sexes)
    return {(row.sample_id, row.gene): row for row in rows}


@pytest.mark.shared
@pytest.mark.parametrize("source", ["pypgx", PHARMCAT])
class TestSharedCases:
    """The files of the shared cases; each must come out as its line says."""

    @pytest.mark.parametrize(
        ("name", "gene"),
        [
            ("36-c19-1717-4missing.vcf", "CYP2C19"),
            ("37-dpyd-9A-2A-missing.vcf", "DPYD"),
            ("37-dpyd-9A-2846-missing.vcf", "DPYD"),
            ("38-CYP2C9-9-10_94942290.vcf", "CYP2C9"),
            ("38-SLCO1B1-37-12_21176868.vcf", "SLCO1B1"),
        ],
    )
    def test_missing(self, tmp_path, source, name, gene):
        rows = read_case(name, [gene], tmp_path, source=source)
        missing = rows["missing", gene]
        assert missing.status == "ambiguous"
        listed = {missing.diplotype, *missing.alternatives.split("|")}
        for sample in ("het", "hom"):
            assert rows[sample, gene].diplotype in listed
            assert told(rows[sample, gene]) <= told(missing)

    def test_only_85(self, tmp_path, source):
        rows = read_case("39-dpyd-only85.vcf", ["DPYD"], tmp_path, source=source)
        assert rows["s", "DPYD"].status == "ambiguous"
        assert "Poor Metabolizer" in told(rows["s", "DPYD"])

    def test_hapb3(self, tmp_path, source):
        rows = read_case("13-hapb3.vcf", ["DPYD"], tmp_path, source=source)
        for sample in ("intron_only", "both", "exon_missing"):
            row = rows[sample, "DPYD"]
            assert (row.status, row.activity_score) == ("called", 1.5)
        tagged = rows["intron_missing", "DPYD"]
        assert (tagged.status, tagged.activity_score) == ("ambiguous", 1.5)
        assert told(tagged) == {"Intermediate Metabolizer", "Normal Metabolizer"}
        assert rows["exon_only", "DPYD"].phenotype == "Normal Metabolizer"
        assert rows["exon_only", "DPYD"].status == "called"

    def test_hapb3_on_opposite_strands(self, tmp_path, source):
        rows = read_case("06-dpyd-hapb3-strand.vcf", ["DPYD"], tmp_path, source=source)
        for row in rows.values():
            assert (row.status, row.activity_score) == ("called", 1.5)
            assert row.phenotype == "Intermediate Metabolizer"

    def test_mnp(self, tmp_path, source):
        rows = read_case("16-mnp.vcf", ["CYP2C9"], tmp_path, source=source)
        assert rows["CG>TG", "CYP2C9"].diplotype == "*1/*2"
        assert "*2" in rows["CG>TA", "CYP2C9"].diplotype

    def test_gvcf(self, tmp_path, source):
        rows = read_case("17-gvcf.vcf", ["CYP2C19"], tmp_path, source=source)
        assert rows["good", "CYP2C19"].diplotype == "*1/*1"
        for sample in ("dp0", "nocall", "lowgq"):
            assert rows[sample, "CYP2C19"].status != "called"

    def test_no_reads(self, tmp_path, source):
        genes = ["TPMT", "NUDT15", "DPYD"]
        rows = read_case("27-gatk-dp0.vcf", genes, tmp_path, source=source)
        for gene in genes:
            assert rows["good", gene].phenotype == "Normal Metabolizer"
            for sample in ("nodata", "onread"):
                assert rows[sample, gene].status == "not_called"
                assert rows[sample, gene].phenotype == ""

    def test_g6pd(self, tmp_path, source):
        rows = read_case("10-g6pd.vcf", ["G6PD"], tmp_path, source=source)
        wanted = {
            "f_AB": "Normal",
            "f_AmB": "Variable",
            "f_AmAm": "Deficient",
            "f_MedB": "Variable",
            "hap_m_Am": "Deficient",
            "dip_m_Am": "Deficient",
            "hap_m_B": "Normal",
        }
        for sample, phenotype in wanted.items():
            row = rows[sample, "G6PD"]
            assert (row.phenotype, row.status) == (f"G6PD {phenotype}", "called")
        assert rows["hap_m_Am", "G6PD"].allele_2 == ""
        assert rows["m_het", "G6PD"].status == "not_called"
        assert rows["nosex_Am", "G6PD"].status == "ambiguous"

    def test_ryr1(self, tmp_path, source):
        """A variant whose effect no table gives is never said to be without one."""
        row = read_case("30-ryr1.vcf", ["RYR1"], tmp_path, source=source)["s", "RYR1"]
        if source == "pypgx":
            # Its tables are older than the variant, and reassure nobody of others.
            assert told(row) == {"Uncertain Susceptibility"}
        else:
            assert row.diplotype == "Reference/c.10097G>A"
            assert row.phenotype == ""
            assert "no phenotype" in row.reason
            # Many others fit, of which no phenotype is known either.
            assert row.status == "ambiguous"
            assert "cannot change the phenotype" not in row.reason

    def test_nhs_panel(self, tmp_path, source):
        rows = read_case("nhs_panel/nhs.vcf", ["DPYD"], tmp_path, source=source)
        assert ": negative" in rows["N1", "DPYD"].panel_result
        assert "Normal Metabolizer" not in told(rows["N2", "DPYD"])
        assert rows["N5", "DPYD"].status == "ambiguous"
        assert rows["N6", "DPYD"].status == "not_called"
        assert rows["N5", "DPYD"].panels == rows["N6", "DPYD"].panels == ""
