"""Burden, from annotated genotypes to features of the profile, and what is refused."""

import numpy as np
import pandas as pd
import pytest
import yaml
from annotated_vcf import HEADERS, vcf_of
from running import said, snakemake
from vcf_routes import write_route

from genostrat.privacy import FILE_MODES
from genostrat.registry import table_spec

pytestmark = pytest.mark.workflow
N_SAMPLES = 40
SAMPLES = [f"p{number:02d}" for number in range(N_SAMPLES)]


def make_cohort(folder, *, annotated=True, name="ward", **profile):
    """Write a cohort with rare variants of three genes; return what is expected."""
    rng = np.random.default_rng(3)
    contigs = tuple(map(str, range(1, 23)))
    records, expected = [], {"G1": np.zeros(N_SAMPLES), "G2": np.zeros(N_SAMPLES)}
    for contig in contigs:
        for number in range(60):
            position, gene = 500_000 * (number + 1), f"G{number % 3 + 1}"
            rare = number % 2 == 0
            rate = 0.02 if rare else 0.5
            calls = rng.binomial(2, rate, N_SAMPLES)
            term = "missense_variant" if gene != "G3" else "synonymous_variant"
            info = f"CSQ=G|{term}|x|{gene}|E{gene}|t|||" if annotated else "."
            shown = "\t".join(("0/0", "0/1", "1/1")[call] for call in calls)
            line = f"{contig}\t{position}\t.\tA\tG\t.\tPASS\t{info}\tGT\t{shown}"
            records.append(line)
            if gene in expected and 0 < calls.sum() <= 0.05 * 2 * N_SAMPLES:
                expected[gene] += calls
    header = HEADERS["vep"] if annotated else ""
    data = vcf_of(records, header=header, samples=SAMPLES, contigs=contigs)
    folder.mkdir(exist_ok=True)
    write_route("tbi", data, folder, block=60_000)
    sheet = ["sample_id\tage", *(f"{s}\t{rng.integers(20, 80)}" for s in SAMPLES)]
    (folder / "sheet.tsv").write_text("\n".join(sheet) + "\n")
    (folder / "sets.gmt").write_text("BOTH\tx\tG1\tG2\tG77\nNONE\tx\tG3\n")
    (folder / "config/cohorts").mkdir(parents=True, exist_ok=True)
    burden = {"enabled": True, "max_af": 0.05, "min_carriers": 3}
    config = {
        "samples": {"path": "sheet.tsv"},
        "genotypes": {"vcf": "a.vcf.gz", "build": "GRCh38"},
        "ingest": {"pieces": 2},
        "gene_sets": ["sets.gmt"],
        "profile": {"adjust_for": [], "burden": burden | profile},
    }
    path = folder / f"config/cohorts/{name}.yaml"
    path.write_text(yaml.safe_dump(config))
    return expected


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Run an annotated cohort to its profile; return results and expectation."""
    folder = tmp_path_factory.mktemp("burden")
    expected = make_cohort(folder)
    targets = ("profile/features.tsv", "variants/consequences.tsv")
    snakemake(
        folder,
        *(f"results/ward/{target}" for target in targets),
        "--config",
        "cohorts=[ward]",
    )
    return folder / "results/ward", expected


def test_counts_are_those_of_the_file(run):
    results, expected = run
    table = pd.read_csv(results / "profile/burden.tsv", sep="\t", index_col="sample_id")
    assert list(table) == ["BOTH", "G1", "G2"]
    for gene, counts in expected.items():
        kept = dict(zip(SAMPLES, counts, strict=True))
        assert table[gene].to_dict() == {s: kept[s] for s in table.index}
    assert (table["BOTH"] == table["G1"] + table["G2"]).all()
    genes = pd.read_csv(results / "profile/burden_genes.tsv", sep="\t", index_col=0)
    assert genes["status"].to_dict() == {
        "G1": "used",
        "G2": "used",
        "G3": "no_qualifying",
    }
    sets = pd.read_csv(results / "profile/burden_sets.tsv", sep="\t", index_col=0)
    assert sets.loc["BOTH", "not_found"] == "G77"
    features = pd.read_csv(results / "profile/features.tsv", sep="\t")
    own = features[features["layer"] == "burden"]
    assert own["feature"].tolist() == ["burden:BOTH", "burden:G1", "burden:G2"]


def test_consequences_are_counted(run):
    results, _ = run
    table = pd.read_csv(results / "variants/consequences.tsv", sep="\t", index_col=0)
    assert table["n_variants"].to_dict() == {
        "missense_variant": 22 * 40,
        "synonymous_variant": 22 * 20,
    }


def test_tables_follow_the_contract(run):
    results, _ = run
    names = (
        "profile/burden.tsv",
        "profile/burden_genes.tsv",
        "profile/burden_sets.tsv",
    )
    for name in (*names, "variants/consequences.tsv"):
        spec = table_spec(name)
        header = (results / name).read_text().split("\n", 1)[0].split("\t")
        columns = [column.name for column in spec.named]
        assert header[: len(columns)] == columns
        mode = (results / name).stat().st_mode & 0o777
        assert mode == FILE_MODES[spec.access]


def test_what_cannot_be_counted_is_refused_before_anything_runs(tmp_path):
    make_cohort(tmp_path, annotated=False)
    (tmp_path / "sets.gmt").write_text("BOTH\tx\tG1\nBOTH\tx\n")
    arguments = ("check", "--config", "cohorts=[ward]")
    told = said(snakemake(tmp_path, *arguments, check=False))
    assert "the file says nothing of genes" in told
    assert "this gene set has no genes" in told
    assert "this gene set stands twice" in told
    path = tmp_path / "config/cohorts/ward.yaml"
    without = yaml.safe_load(path.read_text()) | {"gene_sets": []}
    without["profile"]["burden"]["features"] = ["sets"]
    path.write_text(yaml.safe_dump(without))
    told = said(snakemake(tmp_path, *arguments, check=False))
    assert "the cohort names no gene sets" in told
    make_cohort(tmp_path, annotated=False, gene_map="genes.tsv")
    assert "does not exist" in said(snakemake(tmp_path, *arguments, check=False))
    (tmp_path / "genes.tsv").write_text("chrom\tstart\tend\tgene\n1\t5\t4\tG\n")
    told = said(snakemake(tmp_path, *arguments, check=False))
    assert "genes.tsv, line 2, column 3" in told


def test_a_gene_map_stands_in_for_annotations(tmp_path):
    make_cohort(tmp_path, annotated=False, gene_map="genes.bed")
    rows = [f"chr{c}\t400000\t900000\tG1\n" for c in range(1, 23)]
    (tmp_path / "genes.bed").write_text("".join(rows))
    target = "results/ward/profile/features.tsv"
    snakemake(tmp_path, target, "--config", "cohorts=[ward]")
    genes = pd.read_csv(tmp_path / "results/ward/profile/burden_genes.tsv", sep="\t")
    assert genes[["gene", "n_variants"]].to_numpy().tolist() == [["G1", 22]]
