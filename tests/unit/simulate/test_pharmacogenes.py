"""Forced calls and planted pharmacogenomic findings of a toy cohort."""

import cyvcf2
import numpy as np
import pandas as pd
import pytest

from genostrat.pgx.definitions import Knowledge
from genostrat.pgx.knowledge.loading import load_knowledge
from genostrat.simulate.cohort import simulate_cohort
from genostrat.simulate.forced_calls import forced_sites
from genostrat.simulate.genome import SimulatedCounts
from genostrat.simulate.pharmacogenes import AFFECTED, VARIANTS, gene_haplotypes
from genostrat.simulate.truth_pgx import check_pharmacogenes
from genostrat.tables import read_json

FEW = SimulatedCounts(60, 10, 5, 5, triallelic=2, indels=2, spanning=1, low_quality=2)


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge("pypgx", build="GRCh38")


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("toy")
    files = simulate_cohort(folder, name="toy", seed=5, n_samples=60, site_counts=FEW)
    vcf = cyvcf2.VCF(str(files.vcf))
    calls = {}
    for record in vcf:
        if record.CHROM in ("chrX", "chrY"):
            continue
        key = (record.CHROM, record.POS, record.REF, ",".join(record.ALT))
        calls[key] = np.array(record.genotypes)[:, :2]
    sheet = pd.read_csv(files.samples, sep="\t", dtype=str, keep_default_na=False)
    return vcf.samples, calls, sheet, read_json(files.truth)


def alternates(knowledge, gene):
    """Every alternate sequence of a gene as an untrimmed (start, ref, alt)."""
    for position in knowledge.genes[gene].positions:
        for alt in position.alts:
            yield position, alt


def test_every_defining_sequence_has_a_record(toy, knowledge):
    _, calls, _, _ = toy
    by_place = {}
    for contig, start, ref, alt in calls:
        by_place.setdefault(contig, []).append((start, ref, alt))
    missing = []
    for gene in gene_haplotypes():
        for position, alt in alternates(knowledge, gene):
            # The same change, whatever was trimmed: put each record into the
            # position's bases and compare whole sequences.
            made = {
                position.ref[: start - position.position]
                + new
                + position.ref[start - position.position + len(ref) :]
                for start, ref, new in by_place[f"chr{position.contig}"]
                if position.position <= start
                and start + len(ref) <= position.position + len(position.ref)
            }
            if alt not in made:
                missing.append((gene, position.name, alt))
    assert missing == []


def test_forced_records_are_called_and_carried_by_nobody(toy, knowledge):
    samples, calls, _, truth = toy
    known = pd.DataFrame(columns=["contig", "position", "ref", "alt"])
    forced = forced_sites(knowledge, genes=gene_haplotypes(), known=known)
    planted = {(v.contig, v.position, v.ref, v.alt) for v in VARIANTS}
    keys = set(forced[["contig", "position", "ref", "alt"]].itertuples(index=False))
    assert planted <= {tuple(key) for key in keys}
    poor = [samples.index(s) for s in truth["low_call_rate"]]
    rows = np.array([calls[tuple(key)] for key in keys if tuple(key) not in planted])
    assert (rows <= 0).all()
    good = np.delete(rows, poor, axis=1)
    assert (good < 0).any(axis=2).mean() < 0.003
    assert 0.15 < (rows[:, poor] < 0).any(axis=2).mean() < 0.35


def test_planted_patients_carry_and_take_what_the_truth_says(toy):
    samples, calls, sheet, truth = toy
    medicines = sheet.set_index("sample_id")["medications"]
    assert len(truth["affected"]) == len(AFFECTED)
    for item, planted in zip(truth["affected"], AFFECTED, strict=True):
        assert medicines[item["sample"]] == planted.medicines
        pair = truth["pharmacogenes"][item["sample"]][item["gene"]]
        assert sorted(pair.split("/")) == sorted(planted.haplotypes)
    splice = calls["chr10", 94781859, "G", "A"]
    first = samples.index(truth["affected"][0]["sample"])
    assert splice[first].tolist() == [1, 1]
    for sample in truth["unread"]:
        assert splice[samples.index(sample)].tolist() == [-1, -1]
        assert "clopidogrel" in medicines[sample]


def found_tables(truth):
    """Tables of a run that finds everything."""
    rows = [
        {
            "sample_id": sample,
            "gene": gene,
            "diplotype": pair,
            "alternatives": "",
            "phenotype": "Normal Metabolizer",
            "status": "called",
        }
        for sample, genes in truth["pharmacogenes"].items()
        for gene, pair in genes.items()
    ]
    diplotypes = pd.DataFrame(rows).set_index(["sample_id", "gene"], drop=False)
    for sample in truth["unread"]:
        diplotypes.loc[(sample, truth["unread_gene"]), "status"] = "ambiguous"
    for item in truth["affected"]:
        key = (item["sample"], item["gene"])
        diplotypes.loc[key, "phenotype"] = item["phenotype"]
    guidance = pd.DataFrame(truth["affected"]).rename(columns={"sample": "sample_id"})
    guidance = guidance[["sample_id", "drug", "category"]].assign(on_medication=True)
    return diplotypes.reset_index(drop=True), guidance


def verdicts(truth, diplotypes, guidance):
    rows = check_pharmacogenes(truth, diplotypes, guidance)
    return {item: verdict for item, _, _, verdict in rows}


def test_truth_check_finds_all_when_all_is_there(toy):
    truth = toy[3]
    found = verdicts(truth, *found_tables(truth))
    assert len(found) == 3 + len(AFFECTED)
    assert set(found.values()) == {"found"}


def test_truth_check_accepts_an_alternative_and_either_order(toy):
    truth = toy[3]
    diplotypes, guidance = found_tables(truth)
    turned = diplotypes["diplotype"].map(lambda d: "/".join(d.split("/")[::-1]))
    diplotypes["alternatives"] = "*98/*98|" + turned
    diplotypes["diplotype"] = "*99/*99"
    assert verdicts(truth, diplotypes, guidance)["other diplotypes"] == "found"


def test_truth_check_notices_each_kind_of_failure(toy):
    truth = toy[3]
    diplotypes, guidance = found_tables(truth)
    wrong = diplotypes.copy()
    wrong.loc[:4, "diplotype"] = "*99/*99"
    assert verdicts(truth, wrong, guidance)["other diplotypes"] == "false_alarm"
    blank = diplotypes.assign(diplotype="")
    found = verdicts(truth, blank, guidance)
    assert next(v for k, v in found.items() if k.startswith("dip")) == "missed"
    sure = diplotypes.assign(status="called")
    item = f"{truth['unread_gene']} with a key position not called"
    assert verdicts(truth, sure, guidance)[item] == "missed"
    unknown = guidance.assign(on_medication=False)
    item = f"patient on {AFFECTED[0].drug}"
    assert verdicts(truth, diplotypes, unknown)[item] == "missed"
    harmless = guidance.assign(category="standard")
    assert verdicts(truth, diplotypes, harmless)[item] == "missed"
