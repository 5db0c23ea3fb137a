"""Which sites a knowledge base needs, and what is written for variant callers."""

import shutil
import subprocess

import numpy as np
import pytest

from genostrat.genotypes.builds import BUILDS
from genostrat.pgx.definitions import Gene, Knowledge, NamedAllele, Position
from genostrat.pgx.guidance.sources.loading import load_guidance
from genostrat.pgx.knowledge.loading import load_knowledge
from genostrat.pgx.sites import describe_knowledge, list_sites, write_positions
from genostrat.tables import read_json, read_table, write_json, write_table


def gene(name, *positions, reason=""):
    return Gene(
        name=name,
        contig=positions[0].contig,
        start=1,
        end=2,
        positions=positions,
        alleles=(NamedAllele("*1"),),
        allowed=np.ones((1, len(positions)), dtype=np.uint64),
        reference="*1",
        inheritance="diploid",
        method="none",
        effects={},
        not_called_because=reason,
    )


def knowledge(*genes):
    return Knowledge("test", "1", "0" * 64, "GRCh38", {g.name: g for g in genes})


SMALL = knowledge(
    gene(
        "B", Position("10", 500, "A", ("C",), ("rs1",)), Position("MT", 9, "A", ("G",))
    ),
    gene(
        "A",
        Position("2", 100, "C", ("CAT",)),
        Position("2", 40, "G", ("T",)),
        Position("2", 161, "G", ("T",)),
        Position("2", 163, "G", ("T",)),
        Position("2", 163, "G", ("A",)),
        Position("2", 900, "AT", ("GC",), (), ((1, ((903, "A", "G"),)),)),
    ),
    gene("C", Position("10", 500, "A", ("G",))),
    gene("D", Position("1", 7, "A", ("G",)), reason="It has copies."),
)


def test_sites_are_merged_and_indels_have_a_margin():
    sites = [tuple(row) for row in list_sites(SMALL).itertuples(index=False)]
    # 100 ± 60 is 40 to 160; 161 touches it, 163 does not; of 900 the synonym counts.
    assert sites == [
        ("2", 40, 161),
        ("2", 163, 163),
        ("2", 900, 903),
        ("10", 500, 500),
        ("MT", 9, 9),
    ]


def test_a_margin_stops_at_the_start_of_a_contig():
    early = knowledge(gene("A", Position("2", 5, "C", ("CAT",))))
    assert list_sites(early)["start"].tolist() == [1]


def test_sites_are_written_and_read(tmp_path):
    path = tmp_path / "sites.tsv"
    write_table(path, list_sites(SMALL), table="pgx/sites.tsv")
    frame = read_table(path, table="pgx/sites.tsv")
    assert frame["contig"].tolist() == ["10", "2", "2", "2", "MT"]
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    ("has_prefix", "names"),
    [(True, ["chr2", "chr10", "chrM"]), (False, ["2", "10", "MT"])],
)
def test_positions_are_named_as_the_cohort_names_them(tmp_path, has_prefix, names):
    path = tmp_path / "positions.vcf"
    write_positions(path, SMALL, has_prefix=has_prefix)
    lines = path.read_text().splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    assert list(dict.fromkeys(row[0] for row in rows)) == names
    two, ten, mito = names
    assert [two, "100", ".", "C", "CAT", ".", ".", "GENE=A"] in rows
    assert [two, "163", ".", "G", "T,A", ".", ".", "GENE=A"] in rows
    assert [ten, "500", "rs1", "A", "C,G", ".", ".", "GENE=B,C"] in rows
    assert rows[-1][:2] == [mito, "9"]
    assert f"##contig=<ID={ten},length=133797422,assembly=GRCh38>" in lines


@pytest.mark.parametrize("build", sorted(BUILDS))
def test_every_position_of_a_called_gene_is_in_a_site(build):
    known = load_knowledge("pypgx", build=build)
    spans = {}
    for row in list_sites(known).itertuples(index=False):
        spans.setdefault(row.contig, []).append((row.start, row.end))
    for gene in known.genes.values():
        for position in gene.positions:
            covered = any(
                start <= position.position <= end
                for start, end in spans.get(position.contig, [])
            )
            assert covered or gene.not_called_because, (gene.name, position.name)
    n_bases = sum(end - start + 1 for ends in spans.values() for start, end in ends)
    assert n_bases < 20_000, "raw records are kept for all of it"


@pytest.mark.skipif(not shutil.which("bcftools"), reason="bcftools is not installed")
def test_bcftools_reads_the_positions(tmp_path):
    path = tmp_path / "positions.vcf"
    known = load_knowledge("pypgx", build="GRCh38")
    write_positions(path, known, has_prefix=True)
    command = ["bcftools", "query", "-f", "%CHROM %POS\n", str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stderr == ""
    rows = [line.split() for line in done.stdout.splitlines()]
    wanted = {
        (f"chr{p.contig}".replace("chrMT", "chrM"), str(p.position))
        for g in known.genes.values()
        if not g.not_called_because
        for p in g.positions
    }
    assert {tuple(row) for row in rows} == wanted


def test_the_record_says_what_was_used(tmp_path):
    path = tmp_path / "knowledge.json"
    record = describe_knowledge(SMALL, load_guidance(["genostrat"]))
    write_json(path, record, entry="pgx/knowledge.json")
    record = read_json(path)
    assert record["genes"]["D"]["not_called_because"] == "It has copies."
    assert record["genes"]["A"]["n_positions"] == 6
    assert {"source", "version", "sha256", "build", "findings"} <= set(record)
    assert record["guidance_source"] == "genostrat"
    (guidance,) = record["guidance"]
    assert {"CPIC", "DPWG"} <= set(guidance["bodies"])
    assert guidance["version"] == record["guidance_version"]
