import dataclasses

import cyvcf2
import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from genostrat.errors import GenostratError
from genostrat.simulate.cohort import simulate_cohort
from genostrat.simulate.genome import SimulatedCounts
from genostrat.simulate.pharmacogenes import VARIANTS, gene_haplotypes
from genostrat.tables import read_json

SMALL = SimulatedCounts(
    autosomal=900,
    chrx=60,
    par1=8,
    chry=20,
    triallelic=12,
    indels=16,
    spanning=4,
    low_quality=20,
)
N_SAMPLES = 90
PAR1_END = 2_781_479


@dataclasses.dataclass
class Cohort:
    files: object
    truth: dict
    sheet: pd.DataFrame
    matrix: pd.DataFrame
    samples: list
    sites: pd.DataFrame
    calls: list

    def row(self, rsid):
        return self.sites.index[self.sites["rsid"] == rsid][0]

    def columns(self, *ids):
        return [self.samples.index(sample) for sample in ids]


def load(files):
    vcf = cyvcf2.VCF(str(files.vcf))
    sites, calls = [], []
    for record in vcf:
        alt = ",".join(record.ALT)
        status = record.FILTER or "PASS"
        rsid = record.ID or "."
        sites.append((record.CHROM, record.POS, rsid, record.REF, alt, status))
        calls.append((record.genotypes, record.format("AD")))
    return Cohort(
        files,
        read_json(files.truth),
        pd.read_csv(files.samples, sep="\t", dtype=str, keep_default_na=False),
        pd.read_csv(files.expression, sep="\t", index_col="feature"),
        vcf.samples,
        pd.DataFrame(
            sites, columns=["contig", "position", "rsid", "ref", "alt", "filter"]
        ),
        calls,
    )


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    folder = tmp_path_factory.mktemp("toy")
    return load(
        simulate_cohort(
            folder, name="toy", seed=3, n_samples=N_SAMPLES, site_counts=SMALL
        )
    )


@pytest.fixture(scope="module")
def null_cohort(tmp_path_factory):
    folder = tmp_path_factory.mktemp("null")
    return load(
        simulate_cohort(
            folder,
            name="toy_null",
            seed=3,
            n_samples=N_SAMPLES,
            n_subgroups=0,
            site_counts=SMALL,
        )
    )


def diploid(cohort, *, autosomal=True):
    """Alternate allele counts (sites, samples) of passing bi-allelic SNVs."""
    sites = cohort.sites
    use = (sites["filter"] == "PASS") & (sites["ref"].str.len() == 1)
    use &= sites["alt"].str.len() == 1
    use &= sites["contig"].isin(["chrX", "chrY"]) != autosomal
    rows = np.flatnonzero(use)
    genotypes = np.array([cohort.calls[row][0] for row in rows])[:, :, :2]
    counts = genotypes.sum(axis=2)
    counts[(genotypes < 0).any(axis=2)] = -9
    return rows, counts


def test_repeat_gives_same_bytes(cohort, tmp_path):
    again = simulate_cohort(
        tmp_path, name="toy", seed=3, n_samples=N_SAMPLES, site_counts=SMALL
    )
    for part in dataclasses.fields(again):
        first, second = (getattr(f, part.name) for f in (cohort.files, again))
        assert first.read_bytes() == second.read_bytes(), part.name


def test_names_share_the_population_but_not_the_people(cohort, null_cohort):
    keys = ["contig", "position", "ref", "alt"]
    shared = cohort.sites.merge(null_cohort.sites, on=keys)
    assert len(shared) > 0.97 * len(cohort.sites)
    assert list(cohort.matrix.index) == list(null_cohort.matrix.index)
    assert not set(cohort.samples) & set(null_cohort.samples)
    assert cohort.truth["batch_features"] == null_cohort.truth["batch_features"]


def test_another_seed_is_another_population(cohort, tmp_path):
    other = load(
        simulate_cohort(
            tmp_path,
            name="toy",
            seed=4,
            n_samples=40,
            site_counts=SimulatedCounts(
                200, 20, 5, 5, triallelic=2, indels=2, spanning=1, low_quality=2
            ),
        )
    )
    key = ["contig", "position", "ref", "alt"]
    shared = cohort.sites.merge(other.sites, on=key)
    named = cohort.sites[cohort.sites["rsid"] != "."]
    assert len(VARIANTS) < len(shared)
    assert set(named["rsid"]) <= set(shared["rsid_x"])


def test_files_name_the_same_people_in_different_orders(cohort):
    sheet_ids = cohort.sheet["sample_id"].tolist()
    assert sheet_ids[:2] == ["TOY-0001", "TOY-0002"]
    assert sorted(cohort.samples) == sheet_ids
    assert cohort.samples != sheet_ids
    assert set(sheet_ids) - set(cohort.matrix.columns) == set(cohort.truth["no_omics"])
    assert cohort.matrix.isna().sum().sum() == 2
    assert (cohort.sheet["age"] == "").sum() in {3, 4, 5}


def test_vcf_is_sorted_and_indexed(cohort):
    contigs = cohort.sites["contig"]
    order = contigs.map({name: i for i, name in enumerate(contigs.unique())})
    columns = [cohort.sites[name] for name in ("position", "ref", "alt")]
    keys = list(zip(order, *columns, strict=True))
    assert keys == sorted(set(keys))
    region = list(cyvcf2.VCF(str(cohort.files.vcf))("chr10:94761900-94842866"))
    inside = [v.rsid for v in VARIANTS if v.contig == "chr10"][:5]
    assert [r.ID for r in region if r.ID in inside] == inside


def test_vcf_holds_the_records_that_readers_stumble_on(cohort):
    sites = cohort.sites
    snvs = sites[(sites["ref"].str.len() == 1) & (sites["alt"].str.len() == 1)]
    pairs = snvs["ref"] + snvs["alt"]
    transitions = pairs.isin(["AG", "GA", "CT", "TC"]).sum()
    assert 1.6 < transitions / (len(snvs) - transitions) < 2.5
    assert (sites["filter"] == "LowQual").sum() == SMALL.low_quality
    star = sites["alt"].str.endswith(",*")
    assert star.sum() == SMALL.spanning
    triallelic = sites["alt"].str.contains(",") & ~star
    assert triallelic.sum() == SMALL.triallelic
    indels = sites[
        (sites["ref"].str.len() != sites["alt"].str.len())
        & ~sites["alt"].str.contains(",")
        & (sites["rsid"] == ".")
    ]
    # A rare one that nobody carries is not written.
    assert 0.75 < len(indels) / (SMALL.indels + SMALL.spanning) <= 1
    assert (indels["ref"].str[0] == indels["alt"].str[0]).all()
    assert (indels["ref"].str[-1] != indels["alt"].str[-1]).all()


def test_spanning_allele_is_carried_with_its_deletion(cohort):
    for row in np.flatnonzero(cohort.sites["alt"].str.endswith(",*")):
        deletion, star = (np.array(cohort.calls[r][0])[:, :2] for r in (row - 1, row))
        assert (
            cohort.sites.loc[row - 1, "position"] + 1
            == cohort.sites.loc[row, "position"]
        )
        called = (deletion >= 0).all(axis=1) & (star >= 0).all(axis=1)
        agree = ((deletion == 1).sum(axis=1) == (star == 2).sum(axis=1))[called]
        assert agree.mean() > 0.97
        assert (star[called] == 2).any()


def test_ploidy_follows_sex_and_region(cohort):
    male = np.array([cohort.truth["sex"][s] == "male" for s in cohort.samples])
    contig, position = cohort.sites["contig"], cohort.sites["position"]
    width = np.array([[len(g) for g in genotypes] for genotypes, _ in cohort.calls])
    # A cyvcf2 genotype ends with its phase flag, so one allele makes a pair.
    on_x = ((contig == "chrX") & (position > PAR1_END)).to_numpy()
    par = ((contig == "chrX") & (position <= PAR1_END)).to_numpy()
    assert on_x.sum() > 50
    assert (width[on_x][:, male] == 2).all()
    assert (width[on_x][:, ~male] == 3).all()
    assert (width[par] == 3).all()
    on_y = np.flatnonzero(contig == "chrY")
    y = np.array([[g[0] for g in cohort.calls[row][0]] for row in on_y])
    assert (y[:, ~male] < 0).all()
    assert (y[:, male] >= 0).mean() > 0.9


def test_sheet_has_one_woman_and_one_man_swapped(cohort):
    sheet = cohort.sheet.set_index("sample_id")["sex"]
    true = pd.Series(cohort.truth["sex"])[sheet.index]
    wrong = sheet.index[sheet != true]
    assert sorted(wrong) == cohort.truth["sex_swapped"]
    assert sorted(true[wrong]) == ["female", "male"]


def test_call_rates_as_planted(cohort):
    _, counts = diploid(cohort)
    rates = pd.Series((counts >= 0).mean(axis=0), index=cohort.samples)
    low = rates[cohort.truth["low_call_rate"]]
    assert low.between(0.68, 0.82).all()
    assert rates.drop(low.index).min() > 0.97


def test_charr_finds_the_contaminated_sample_only(cohort):
    rows, counts = diploid(cohort)
    depths = np.array([cohort.calls[row][1] for row in rows])
    total = depths.sum(axis=2)
    called = counts >= 0
    p_ref = 1 - np.where(called, counts, 0).sum(axis=1) / (2 * called.sum(axis=1))
    use = (counts == 2) & (total >= 20) & (total <= 100)
    use &= ((p_ref >= 0.1) & (p_ref <= 0.9))[:, None]
    share = depths[:, :, 0] / np.maximum(total, 1)
    terms = np.where(use, share / np.maximum(p_ref, 0.1)[:, None], 0.0)
    charr = pd.Series(terms.sum(axis=0) / use.sum(axis=0), index=cohort.samples)
    (contaminated,) = cohort.truth["contaminated"]
    assert charr[contaminated] > 0.05
    assert charr.drop(contaminated).max() < 0.025
    het = pd.Series((counts == 1).mean(axis=0), index=cohort.samples)
    assert het[contaminated] > het.drop(contaminated).quantile(0.95)


def test_relatives_share_alleles_as_planted(cohort):
    _, counts = diploid(cohort)

    def kinship(first, second):
        a, b = counts[:, cohort.columns(first, second)].T
        a, b = (x[(a >= 0) & (b >= 0)] for x in (a, b))
        opposite = (np.abs(a - b) == 2).sum()
        one_het = ((a == 1) ^ (b == 1)).sum()
        fewest = min((a == 1).sum(), (b == 1).sum())
        return 0.5 - (4 * opposite + one_het) / (4 * fewest), opposite

    (twins,), (kin,), (sibs,) = (
        cohort.truth[key] for key in ("duplicates", "parent_child", "siblings")
    )
    assert kinship(*twins)[0] > 0.49
    value, opposite = kinship(*kin)
    assert 0.2 < value < 0.3
    assert opposite <= 1
    value, opposite = kinship(*sibs)
    assert 0.177 < value < 0.33
    assert opposite > 3


def test_pharmacogene_calls_agree_with_planted_diplotypes(cohort):
    carried = {
        (h.gene, h.name): h.rsids for hs in gene_haplotypes().values() for h in hs
    }
    expected = {}
    for sample, genes in cohort.truth["pharmacogenes"].items():
        for gene, pair in genes.items():
            for star in pair.split("/"):
                for rsid in carried[gene, star]:
                    key = (sample, rsid)
                    expected[key] = expected.get(key, 0) + 1
    skipped = {*cohort.truth["contaminated"]}
    agree = []
    for variant in VARIANTS:
        genotypes = cohort.calls[cohort.row(variant.rsid)][0]
        for sample, (a, b, _) in zip(cohort.samples, genotypes, strict=True):
            if a >= 0 and sample not in skipped:
                agree.append(a + b == expected.get((sample, variant.rsid), 0))
    assert len(agree) > 0.95 * len(VARIANTS) * N_SAMPLES
    assert np.mean(agree) > 0.995


def adjusted_matrix(cohort):
    """Patients x features, centred within batches, scaled."""
    values = cohort.matrix.T.fillna(cohort.matrix.mean(axis=1))
    batch = pd.Series(cohort.truth["batch"])[values.index]
    values = values - values.groupby(batch).transform("mean")
    return values / values.std()


def test_subgroups_can_be_recovered(cohort):
    values = adjusted_matrix(cohort)
    labels = KMeans(3, n_init=5, random_state=0).fit_predict(values)
    planted = [cohort.truth["subgroup"][s] for s in values.index]
    assert adjusted_rand_score(planted, labels) > 0.9
    shares = pd.Series(cohort.truth["subgroup"]).value_counts(normalize=True)
    assert shares.sort_index().tolist() == pytest.approx([0.35, 0.35, 0.3], abs=0.03)


def test_halves_of_the_features_agree_only_if_there_are_subgroups(cohort, null_cohort):
    agreement = []
    for each in (cohort, null_cohort):
        values = adjusted_matrix(each)
        half = np.arange(values.shape[1]) // 10 % 2
        labels = [
            KMeans(3, n_init=5, random_state=0).fit_predict(values.loc[:, half == k])
            for k in (0, 1)
        ]
        agreement.append(adjusted_rand_score(*labels))
    assert agreement[0] > 0.85
    assert agreement[1] < 0.15


def test_noise_is_correlated_within_blocks_only(null_cohort):
    correlation = np.corrcoef(adjusted_matrix(null_cohort).T)
    block = np.arange(len(correlation)) // 10
    same = block[:, None] == block
    apart = ~np.eye(len(block), dtype=bool)
    assert correlation[same & apart].mean() == pytest.approx(0.3, abs=0.06)
    assert correlation[~same].mean() == pytest.approx(0.0, abs=0.03)
    assert null_cohort.truth["subgroup"] == {}


def test_batch_shifts_the_named_features(null_cohort):
    matrix = null_cohort.matrix
    batch = pd.Series(null_cohort.truth["batch"])[matrix.columns].to_numpy()
    first, second = (matrix.loc[:, batch == name] for name in ("batch1", "batch2"))
    shift = ((second.mean(axis=1) - first.mean(axis=1)) / first.std(axis=1)).abs()
    named = null_cohort.truth["batch_features"]
    assert len(named) == 60
    assert shift[named].mean() == pytest.approx(0.8, abs=0.12)
    assert shift.drop(named).mean() < 0.3


def test_labels_do_not_lean_on_subgroups(cohort):
    sheet = cohort.sheet.set_index("sample_id")
    subgroup = pd.Series(cohort.truth["subgroup"])[sheet.index]
    for column in ("centre", "batch", "sex", "treatment", "ancestry_reported"):
        shares = pd.crosstab(subgroup, sheet[column], normalize="index")
        assert (shares.max() - shares.min()).max() < 0.2, column


def test_treatment_helps_one_subgroup_only(cohort):
    sheet = cohort.sheet.set_index("sample_id")
    subgroup = pd.Series(cohort.truth["subgroup"])[sheet.index]
    responded = sheet["responded"].astype(int)
    rates = responded.groupby([subgroup, sheet["treatment"]]).mean().unstack()
    gain = rates["active"] - rates["control"]
    helped = cohort.truth["responsive_subgroup"]
    assert gain[helped] == pytest.approx(0.55, abs=0.12)
    assert gain.drop(helped).abs().max() < 0.12
    # With equal follow-up, deaths per month of follow-up estimate the hazards.
    totals = sheet[["os_event", "os_months"]].astype(float)
    totals = totals.groupby([subgroup, sheet["treatment"]]).sum()
    hazard = (totals["os_event"] / totals["os_months"]).unstack()
    ratio = hazard["active"] / hazard["control"]
    assert 0.15 < ratio[helped] < 0.5
    assert ratio.drop(helped).between(0.6, 1.6).all()


def test_duplicate_is_one_patient_enrolled_twice(cohort):
    (pair,) = cohort.truth["duplicates"]
    rows = cohort.sheet.set_index("sample_id").loc[pair]
    assert rows.iloc[0].tolist() == rows.iloc[1].tolist()
    first, second = (cohort.matrix[s] for s in pair)
    difference = (first - second).std()
    stranger = cohort.matrix.drop(columns=pair).iloc[:, 0]
    assert 0 < difference < 0.15 * (first - stranger).std()


def test_impossible_cohorts_are_refused_with_all_reasons(tmp_path):
    with pytest.raises(GenostratError) as caught:
        simulate_cohort(tmp_path, name="toy", seed=1, n_samples=10, n_subgroups=1)
    assert len(caught.value.problems) == 2
    assert list(tmp_path.iterdir()) == []
