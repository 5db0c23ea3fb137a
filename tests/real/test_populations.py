"""Population genetics and homozygosity of 1000 Genomes people, by known labels."""

import allel
import numpy as np
import pandas as pd
import pytest
from genotype_stores import write_store

from benchmarks.real_data import DATA
from genostrat.qc.homozygosity.table import measure_homozygosity
from genostrat.variants.populations.describe import Options, describe_populations

PANEL, ARRAY, CONTIG = "kg3_panel_2504", "kg1_array_255", "kg1_chr22_1092"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(
        not (DATA / PANEL).is_dir(), reason=f"no real cohorts at {DATA}"
    ),
]


def read_cohort(name, folder):
    """Return a store of the biallelic SNVs, and the superpopulation by sample."""
    fields = ["samples", "variants/CHROM", "variants/POS", "variants/REF"]
    fields += ["variants/ALT", "calldata/GT"]
    path = str(DATA / name / f"{name}.GRCh37.vcf.gz")
    calls = allel.read_vcf(path, fields=fields, alt_number=2)
    # Fixed-width texts would have the length of the longest deletion.
    single = np.array(
        [
            len(ref) == len(first) == 1 and second == ""
            for ref, (first, second) in zip(
                calls["variants/REF"], calls["variants/ALT"], strict=True
            )
        ]
    )
    genotypes = allel.GenotypeArray(calls["calldata/GT"]).to_n_alt(fill=-9)
    contigs = {}
    for contig in dict.fromkeys(calls["variants/CHROM"]):
        own = single & (calls["variants/CHROM"] == contig)
        contigs[contig] = (calls["variants/POS"][own], genotypes[own])
    samples = calls["samples"].tolist()
    labels = pd.read_csv(DATA / name / "labels.tsv", sep="\t", dtype=str)
    labels = labels.set_index("sample")["superpopulation"].reindex(samples)
    return write_store(folder, contigs, samples=samples), labels


def describe(store, labels):
    table = pd.DataFrame({"sample_id": store.samples, "ancestry": labels.to_numpy()})
    return describe_populations(
        store,
        sheet=table[["sample_id"]],
        ancestry=table,
        unrelated=store.samples,
        options=Options(10, "auto", 0, 0.05),
        threads=2,
    )


@pytest.fixture(scope="module")
def panel(tmp_path_factory):
    return read_cohort(PANEL, tmp_path_factory.mktemp("panel"))


def test_africans_are_farthest_and_east_asians_farthest_from_them(panel):
    found = describe(*panel)
    fst = found.fst.set_index(["group_1", "group_2"])["fst"].sort_values()
    african = [pair for pair in fst.index if "AFR" in pair]
    assert list(fst.index[-4:]) == sorted(african, key=lambda pair: fst[pair])
    assert fst.index[-1] == ("AFR", "EAS")
    assert fst.index[0] == ("AMR", "EUR")
    assert 0.15 < fst.iloc[-1] < 0.19
    assert (found.fst["se"] < 0.05 * found.fst["fst"]).all()
    # Sites that were chosen for being common.
    assert found.record["sites"]["verdict"] == "ascertained"
    assert found.diversity["tajima_d"].isna().all()


def test_long_runs_are_of_populations_where_they_are_known(panel):
    store, labels = panel
    found = measure_homozygosity(
        store,
        ancestry=pd.DataFrame(
            {"sample_id": store.samples, "ancestry": labels.to_numpy()}
        ),
        unrelated=store.samples,
        max_missing_rate=0.05,
        max_mads=6.0,
        threads=2,
    )
    table = found.samples.set_index("sample_id")
    means = table["f_roh_long"].groupby(labels).mean()
    assert means.nlargest(2).index.tolist() == ["SAS", "AMR"]
    assert means["SAS"] > 3 * means[["AFR", "EUR", "EAS"]].max()
    # A common variant every 270 kb shows long runs, and says nothing of shorter ones.
    assert table["f_roh"].isna().all()
    kin = table["reading"] == "long_runs"
    # Most of what they have too much of is in the runs that are found.
    high, outside = (
        table.loc[kin, name].median() - table[name].median()
        for name in ("f_sites", "f_outside")
    )
    assert high > 0.02
    assert outside < high / 2


def test_a_chromosome_of_sequences_has_the_known_spectra_and_decay(tmp_path):
    found = describe(*read_cohort(CONTIG, tmp_path))
    assert found.record["sites"]["verdict"] == "unselected"
    rows = found.diversity.set_index("group")
    groups = ["EAS", "EUR", "AMR", "AFR"]
    assert rows["pi"][groups].is_monotonic_increasing
    assert rows["tajima_d_rarefied"][
        ["AFR", "AMR", "EUR", "EAS"]
    ].is_monotonic_increasing
    # Thirty-five megabases are too few stretches for an error.
    assert found.fst["se"].isna().all()
    decay = found.ld_decay[found.ld_decay["distance_high"] == 20_000]
    r2 = decay.set_index("group")["r2_adjusted"]
    assert r2[["AFR", "AMR", "EUR", "EAS"]].is_monotonic_increasing


def test_an_array_is_told_and_its_runs_are_assessable(tmp_path):
    store, labels = read_cohort(ARRAY, tmp_path)
    found = describe(store, labels)
    assert found.record["sites"]["verdict"] == "ascertained"
    assert found.record["groups"]["ancestry"] == {"n": 3, "n_assessed": 2}
    roh = measure_homozygosity(
        store,
        ancestry=pd.DataFrame(
            {"sample_id": store.samples, "ancestry": labels.to_numpy()}
        ),
        unrelated=store.samples,
        max_missing_rate=0.05,
        max_mads=6.0,
    )
    assert roh.samples["f_roh"].notna().all()
    assert roh.samples["covered_mb"].between(400, 447).all()
