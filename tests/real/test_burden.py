"""Mutations of acute myeloid leukaemia, counted by gene, against their own table."""

import numpy as np
import pandas as pd
import pytest
from oracle import read_options

from benchmarks.real_data import DATA
from genostrat.genotypes.builds import GRCH37
from genostrat.genotypes.ingest.gathering import gather_pieces
from genostrat.genotypes.ingest.pieces import read_piece
from genostrat.genotypes.ingest.planning import plan_pieces
from genostrat.genotypes.store import Store
from genostrat.genotypes.vcf.inspection import inspect_vcfs
from genostrat.profile.burden import Rules, count_burden
from genostrat.profile.burden_genes import read_genes

LAML = DATA / "tcga_laml"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not LAML.is_dir(), reason=f"no real cohort at {LAML}"),
]
RULES = Rules(
    features=["genes", "sets"],
    classes=["lof"],
    high_confidence=True,
    max_af=1,
    min_carriers=5,
    max_missing=0.1,
)
#: The cohort's published counts of patients with a mutation.
KNOWN = {"FLT3": 52, "DNMT3A": 48, "NPM1": 33, "IDH2": 20, "IDH1": 18, "TET2": 17}


def read_mutations():
    maf = pd.read_csv(LAML / "tcga_laml.maf.gz", sep="\t", dtype=str)
    ends = ["Start_Position", "End_position"]
    maf[ends] = maf[ends].astype(int)
    return maf


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("laml")
    lines = (LAML / "tcga_laml.vcf").read_text().rstrip("\n").split("\n")
    head = [line for line in lines if line.startswith("#")]
    declared = '##FORMAT=<ID={},Number=1,Type=String,Description="x">'
    head[-1:-1] = [declared.format(key) for key in ("GT", "AF")]
    head[-1:-1] = [f"##contig=<ID={name}>" for name in GRCH37.lengths]
    place = {name: number for number, name in enumerate(GRCH37.lengths)}
    rows = [line.split("\t", 2) for line in lines if not line.startswith("#")]
    rows = [row for row in rows if row[0] in place]
    rows.sort(key=lambda row: (place[row[0]], int(row[1])))
    path = folder / "a.vcf"
    path.write_text("\n".join([*head, *("\t".join(row) for row in rows)]) + "\n")
    files = inspect_vcfs([path])
    samples = sorted(files[0].samples)
    read_piece(
        plan_pieces(files, n_pieces=1)[0],
        files=[path],
        samples=samples,
        file_samples=[files[0].samples],
        options=read_options(build=GRCH37),
        folder=folder / "piece",
    )
    gather_pieces(
        [folder / "piece"],
        samples=samples,
        sexes=[""] * len(samples),
        store=folder / "store",
    )
    return Store(folder / "store")


def test_recurrently_mutated_genes_have_their_published_carriers(store, tmp_path):
    maf = read_mutations()
    of_genes = maf.groupby(["Hugo_Symbol", "Chromosome"])
    bounds = of_genes.agg({"Start_Position": "min", "End_position": "max"})
    table = bounds.reset_index().set_axis(["gene", "chrom", "start", "end"], axis=1)
    table.to_csv(tmp_path / "genes.tsv", sep="\t", index=False)
    genes = read_genes(tmp_path / "genes.tsv", build="GRCh37")
    burden = count_burden(
        store,
        keep=store.samples,
        unrelated=store.samples,
        rules=RULES,
        gene_sets={"DNA_METHYLATION": ["DNMT3A", "TET2", "IDH1", "IDH2"]},
        gene_map=genes,
    )
    told = burden.genes.set_index("gene")["n_carriers"]
    assert {gene: told[gene] for gene in KNOWN} == KNOWN
    own = maf[maf["Hugo_Symbol"].isin(["DNMT3A", "TET2", "IDH1", "IDH2"])]
    values = burden.values.set_index("sample_id")["DNA_METHYLATION"]
    assert set(values.index[values > 0]) == set(own["Tumor_Sample_Barcode"])
    assert not np.isnan(values).any()
