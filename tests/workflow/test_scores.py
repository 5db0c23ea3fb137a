"""Polygenic scores, from their files to features of the profile."""

import numpy as np
import pandas as pd
import pytest
import yaml
from running import snakemake
from vcf_files import simple_records, write_vcf

from genostrat.privacy import FILE_MODES
from genostrat.registry import table_spec

pytestmark = pytest.mark.workflow
N_SAMPLES = 40


def write_score(path, records, rng, *, n_unknown):
    """Write a score of all records, and of variants that the genotypes lack."""
    lines = ["#pgs_id=" + path.stem, "#genome_build=GRCh38"]
    lines.append("chr_name\tchr_position\teffect_allele\tother_allele\teffect_weight")
    weights = rng.normal(size=len(records))
    for record, weight in zip(records, weights, strict=True):
        contig, position, _, ref, alt = record.split()[:5]
        lines.append(f"{contig}\t{position}\t{alt}\t{ref}\t{weight}")
    lines += [f"1\t{7 + i}\tA\tG\t1" for i in range(n_unknown)]
    path.write_text("\n".join(lines) + "\n")
    return weights


def own_means(weights, counts):
    """Sum a score; a missing genotype counts as the patient's share of what can be."""
    low, span = np.minimum(2 * weights, 0)[:, None], 2 * np.abs(weights)[:, None]
    share = (weights[:, None] * counts - low) / span
    known = np.isfinite(counts)
    mean = np.nansum(share * span, axis=0) / (known * span).sum(axis=0)
    return (low + span * np.where(known, share, mean)).sum(axis=0)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Run a cohort with two scores to its profile; return results and expectation."""
    folder = tmp_path_factory.mktemp("scores")
    rng = np.random.default_rng(3)
    records = []
    for number in range(1, 23):
        records += simple_records(40, N_SAMPLES, rng, contig=str(number), step=500_000)
    samples = [f"p{number:02d}" for number in range(N_SAMPLES)]
    contigs = tuple(map(str, range(1, 23)))
    write_vcf(folder / "g.vcf.gz", samples, records, contigs=contigs)
    sheet = ["sample_id\tage", *(f"{s}\t{rng.integers(20, 80)}" for s in samples)]
    (folder / "sheet.tsv").write_text("\n".join(sheet) + "\n")
    plain = [r for r in records if {*r.split()[3:5]} not in ({"A", "T"}, {"C", "G"})]
    weights = {
        name: write_score(folder / f"{name}.txt", plain, rng, n_unknown=n_unknown)
        for name, n_unknown in (("PGS1", 20), ("PGS2", 0), ("PGS3", 2 * len(plain)))
    }
    (folder / "config/cohorts").mkdir(parents=True)
    config = {
        "samples": {"path": "sheet.tsv"},
        "genotypes": {"vcf": "g.vcf.gz", "build": "GRCh38"},
        "ingest": {"pieces": 1},
        # Sums over all variants, those included that many samples lack.
        "variant_qc": {"on_low_call_rate": "flag"},
        "scores": [f"{name}.txt" for name in weights],
    }
    (folder / "config/cohorts/scored.yaml").write_text(yaml.safe_dump(config))
    target = "results/scored/profile/features.tsv"
    snakemake(folder, target, "--config", "cohorts=[scored]")
    counts = np.array(
        [[call.count("1") for call in r.split()[9:]] for r in plain], dtype=float
    )
    missing = np.array([["." in call for call in r.split()[9:]] for r in plain])
    counts[missing] = np.nan
    expected = {
        name: dict(zip(samples, own_means(w, counts), strict=True))
        for name, w in weights.items()
    }
    return folder / "results/scored/profile", expected


def test_scores_are_the_weighted_sums(run):
    results, expected = run
    table = pd.read_csv(results / "scores.tsv", sep="\t")
    assert set(table["score"]) == {"PGS1", "PGS2"}
    for row in table.itertuples():
        assert row.value == pytest.approx(expected[row.score][row.sample_id], rel=1e-5)


def test_a_score_that_the_genotypes_lack_is_no_feature(run):
    results, _ = run
    matches = pd.read_csv(results / "score_matches.tsv", sep="\t", index_col="score")
    assert matches["status"].to_dict() == {
        "PGS1": "used",
        "PGS2": "used",
        "PGS3": "refused",
    }
    assert matches.loc["PGS3", "match_rate"] == pytest.approx(1 / 3, abs=0.01)
    features = pd.read_csv(results / "features.tsv", sep="\t")
    used = features[features["layer"] == "scores"]
    assert used["feature"].tolist() == ["scores:PGS1", "scores:PGS2"]


def test_tables_follow_the_contract(run):
    results, _ = run
    for name in ("scores.tsv", "score_matches.tsv", "score_variants.npz"):
        spec = table_spec(f"profile/{name}")
        named = [column.name for column in spec.columns]
        if name.endswith(".tsv"):
            header = (results / name).read_text().split("\n", 1)[0].split("\t")
            assert header == named
        else:
            with np.load(results / name) as arrays:
                assert set(arrays.files) == set(named)
        mode = (results / name).stat().st_mode & 0o777
        assert mode == FILE_MODES[spec.access]
