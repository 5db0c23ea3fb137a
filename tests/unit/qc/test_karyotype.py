"""Karyotypes of made-up cohorts whose X and Y are as real files write them."""

import numpy as np
import pandas as pd
import pytest

from genostrat.genotypes.builds import GRCH38
from genostrat.genotypes.records import DOSAGE_SUMS, INTENSITY_UNIT, ReadMetrics
from genostrat.genotypes.store import Store, write_contig
from genostrat.qc.identity.sex import SexThresholds, infer_sex

THRESHOLDS = SexThresholds(0.8, 0.6, 0.2, 0.5, 50, 20, 0.05, 0.05, 0.9)
N_X = {"XX": 2, "XY": 1, "XXY": 2, "X0": 1, "XYY": 1, "XXX": 3, "X0/XY": 1}
N_Y = {"XX": 0, "XY": 1, "XXY": 1, "X0": 0, "XYY": 2, "XXX": 0, "X0/XY": 0.4}
#: Two in a cohort of 120 of which the others are usual.
UNUSUAL = ("XXY", "XXY", "X0", "X0", "XYY", "XYY", "XXX", "XXX", "X0/XY", "X0/XY")
MIXED = np.array(["XX"] * 55 + ["XY"] * 55 + list(UNUSUAL))


def write(folder, contig, genotypes, *, start=5_000_000):
    write_contig(
        folder,
        contig,
        blocks=[genotypes.astype(np.int8)],
        n_variants=len(genotypes),
        pvar_lines=[
            f"{contig}\t{start + 1000 * i}\tv\tA\tG\t.\tPASS"
            for i in range(len(genotypes))
        ],
        samples=[f"s{i:03}" for i in range(genotypes.shape[1])],
        sexes=[""] * genotypes.shape[1],
    )
    return Store(folder)


def draw_x(rng, kinds, n_sites):
    frequency = rng.uniform(0.1, 0.9, n_sites)[:, None]
    one = np.array([N_X[kind] == 1 for kind in kinds])
    two = rng.binomial(2, frequency, (n_sites, len(kinds)))
    return np.where(one, 2 * rng.binomial(1, frequency, two.shape), two)


def draw_y(rng, kinds, n_sites, *, written=(), share=(0.3, 0.7)):
    """Return calls of chrY; women in `written` are 0/0 throughout."""
    frequency = rng.uniform(*share, n_sites)[:, None]
    calls = 2 * rng.binomial(1, frequency, (n_sites, len(kinds)))
    calls[rng.random(calls.shape) < 0.01] = -9
    without = np.array([N_Y[kind] == 0 for kind in kinds])
    calls[:, without] = -9
    calls[:, list(written)] = 0
    return calls


def tell(folder, kinds, *, x=None, y=None, told=None, autosomes=None, **columns):
    """Write a store and infer; `columns` are those of the read metrics."""
    for contig, genotypes in (("1", autosomes), ("X", x), ("Y", y)):
        if genotypes is not None:
            store = write(folder, contig, genotypes)
    reads = pd.DataFrame(0, index=range(len(kinds)), columns=ReadMetrics.NAMES)
    reads.insert(0, "sample_id", store.samples)
    told = pd.Series("" if told is None else told, index=store.samples)
    table = infer_sex(
        store, told, reads.assign(**columns), build=GRCH38, thresholds=THRESHOLDS
    )
    return table.assign(truth=list(kinds))


def depths(rng, kinds, *, capture=(1.0, 1.0)):
    """Return sums of depths of 500 records of X and 200 of Y, of 30 reads."""
    n_x, n_y = (np.array([kind[k] for k in kinds], float) for kind in (N_X, N_Y))
    scatter = rng.normal(1, 0.04, (2, len(kinds)))
    x = 500 * 30 * capture[0] * n_x / 2 * scatter[0]
    y = 200 * 30 * (capture[1] * n_y / 2 + 0.02) * scatter[1]
    return {
        "dp_sum": 30_000, "dp_n": 1000,
        "x_dp_sum": x.astype(int), "x_dp_n": 500,
        "y_dp_sum": y.astype(int), "y_dp_n": 200,
    }  # fmt: skip


def sexes(kinds):
    return ["male" if "Y" in kind else "female" for kind in kinds]


@pytest.mark.parametrize("capture", [(1.0, 1.0), (0.8, 1.6)])
def test_depth_tells_every_karyotype(tmp_path, capture):
    rng = np.random.default_rng(1)
    found = tell(
        tmp_path,
        MIXED,
        x=draw_x(rng, MIXED, 300),
        y=draw_y(rng, MIXED, 100),
        **depths(rng, MIXED, capture=capture),
    )
    assert (found["karyotype"] == found["truth"]).all()
    usual = found["truth"].isin(["XX", "XY", "XYY", "XXX", "X0/XY"])
    assert (found.loc[usual, "status"] == "ok").all()
    assert (found.loc[~usual, "status"] == "ambiguous").all()
    assert (found["evidence"] == "x_genotypes,y_genotypes,depth").all()
    assert found.loc[0, "x_copies"] == pytest.approx(2, abs=0.2)


def test_depth_alone_tells_sex_and_aneuploidy(tmp_path):
    """Without variation of X and Y there are still reads."""
    rng = np.random.default_rng(2)
    x = np.zeros((60, len(MIXED)))
    found = tell(tmp_path, MIXED, x=x, **depths(rng, MIXED))
    told = found["karyotype"] != "undetermined"
    assert (found["karyotype"] == found["truth"])[told].all()
    assert told[:110].all()


def test_intensity_tells_karyotypes_and_mosaics(tmp_path):
    rng = np.random.default_rng(3)
    n_x, n_y = (np.array([k[kind] for kind in MIXED], float) for k in (N_X, N_Y))
    x = 0.45 * np.log2(n_x / 2) + rng.normal(0, 0.02, len(MIXED))
    y = 0.45 * np.log2(np.maximum(n_y, 0.02)) + rng.normal(0, 0.02, len(MIXED))
    sums = {
        "x_lrr_sum": (300 * x * INTENSITY_UNIT).astype(int), "x_lrr_n": 300,
        "y_lrr_sum": (100 * y * INTENSITY_UNIT).astype(int), "y_lrr_n": 100,
        "lrr_sum": 0, "lrr_n": 1000,
    }  # fmt: skip
    found = tell(
        tmp_path,
        MIXED,
        x=draw_x(rng, MIXED, 300),
        y=draw_y(rng, MIXED, 100),
        **sums,
    )
    assert (found["karyotype"] == found["truth"]).all()
    assert (found["evidence"] == "x_genotypes,y_genotypes,intensity").all()


def test_genotypes_alone_never_name_what_they_cannot_see(tmp_path):
    rng = np.random.default_rng(4)
    found = tell(tmp_path, MIXED, x=draw_x(rng, MIXED, 300), y=draw_y(rng, MIXED, 100))
    seen = found["truth"].replace({"XYY": "XY", "X0/XY": "XY", "XXX": "XX"})
    assert (found["karyotype"] == seen).all()
    assert found[["x_copies", "y_copies"]].isna().all(axis=None)


def test_probes_called_in_nobody_or_in_women_too_do_not_count(tmp_path):
    rng = np.random.default_rng(5)
    kinds = ["XY"] * 44 + ["XX"] * 50
    y = draw_y(rng, kinds, 100)
    y[:58] = -9
    y = np.vstack([y, 2 * rng.binomial(1, 0.5, (30, 94))])  # bind X as well
    found = tell(tmp_path, kinds, x=draw_x(rng, kinds, 300), y=y, told=sexes(kinds))
    assert (found["status"] == "ok").all()
    assert (found["karyotype"] == found["truth"]).all()
    assert found["y_call_rate"][:44].min() > 0.9
    assert found["y_call_rate"][44:].max() == 0
    # Without an X the dead probes are still told.
    alone = tell(tmp_path / "y", kinds, y=y[:100], told=sexes(kinds))
    assert (alone["status"] == "ok").all()


def test_women_written_as_reference_are_no_males(tmp_path):
    rng = np.random.default_rng(6)
    kinds = ["XX"] * 60 + ["XY"] * 60 + ["X0"] * 2 + ["XXY"] * 2
    for name, written in (("all", range(60)), ("one batch", range(20))):
        y = draw_y(rng, kinds, 120, written=(*written, 120, 121))
        found = tell(
            tmp_path / name, kinds, x=draw_x(rng, kinds, 300), y=y, told=sexes(kinds)
        )
        assert (found["status"][:120] == "ok").all()
        assert (found["status"][120:] == "ambiguous").all()
        assert set(found["inferred_sex"][120:]) == {""}
        assert set(found["karyotype"][122:]) == {"XXY"}


def test_y_outvotes_ploidy(tmp_path):
    """Ploidy is written by a sheet that takes ten for the other sex."""
    rng = np.random.default_rng(7)
    kinds = np.array(["XX"] * 50 + ["XY"] * 50)
    told = np.array(sexes(kinds))
    told[45:55] = ["male"] * 5 + ["female"] * 5
    x, y = draw_x(rng, kinds, 300), draw_y(rng, kinds, 100)
    haploid = {"n_called_x": 300, "n_haploid_x": np.where(told == "male", 200, 0)}
    found = tell(tmp_path / "hets kept", kinds, x=x, y=y, told=told, **haploid)
    assert (found["inferred_sex"] == sexes(kinds)).all()
    assert (found["status"][45:55] == "mismatch").all()
    # Where the writing leaves no heterozygote, X says nothing and Y decides.
    x[:, 45:50] = np.where(x[:, 45:50] == 1, 0, x[:, 45:50])
    haploid["n_haploid_x"] = np.where(told == "male", 300, 0)
    found = tell(tmp_path / "hets lost", kinds, x=x, y=y, told=told, **haploid)
    assert (found["status"][50:55] == "mismatch").all()
    assert (found["inferred_sex"][45:50] != "male").all()
    # Without a Y only the writing speaks for men, and it is said.
    found = tell(tmp_path / "no y", kinds, x=x, told=told, **haploid)
    assert set(found["evidence"][:50][told[:50] == "male"]) == {"ploidy_coding"}
    assert (found["status"][50:55] == "ambiguous").all()


def test_men_whose_one_allele_is_written_heterozygous(tmp_path):
    rng = np.random.default_rng(8)
    kinds = ["XX"] * 30 + ["XY"] * 30
    x = draw_x(rng, kinds, 300)
    x[:, 30:] = np.minimum(x[:, 30:], 1)
    for name, y in (("no y", None), ("y", draw_y(rng, kinds, 60))):
        if y is not None:
            y[:, 30:] = np.minimum(y[:, 30:], 1)
        found = tell(tmp_path / name, kinds, x=x, y=y, told=sexes(kinds))
        assert (found["status"] == "ok").all()


@pytest.mark.parametrize("kind", ["XX", "XY"])
@pytest.mark.parametrize("n", [1, 3, 40])
def test_cohorts_of_one_sex(tmp_path, kind, n):
    rng = np.random.default_rng(9)
    kinds = [kind] * n
    autosomes = rng.binomial(2, 0.5, (500, n))
    x = draw_x(rng, kinds, 400)
    for name, y in (
        ("no y", None),
        ("dead y", np.full((50, n), -9)),
        ("y", draw_y(rng, kinds, 50)),
    ):
        found = tell(tmp_path / name, kinds, x=x, y=y, autosomes=autosomes)
        assert set(found["karyotype"]) == {kind}, name
        assert set(found["status"]) == {"ok"}
    # Y written as reference in everybody tells nothing.
    found = tell(
        tmp_path / "written", kinds, x=x, y=np.zeros((50, n)), autosomes=autosomes
    )
    assert not (found["status"] == "mismatch").any()
    assert found["inferred_sex"].isin(["", *sexes(kinds)]).all()


def test_silence_is_undetermined(tmp_path):
    rng = np.random.default_rng(10)
    kinds = ["XX"] * 20 + ["XY"] * 20
    in_par = write(tmp_path / "par", "X", draw_x(rng, ["XX"] * 40, 200), start=20_000)
    few_x, few_y = draw_x(rng, kinds, 40), draw_y(rng, kinds, 10)
    for found in (
        tell(tmp_path / "few", kinds, x=few_x, y=few_y, told=sexes(kinds)),
        tell(tmp_path / "none", kinds, autosomes=draw_x(rng, ["XX"] * 40, 90)),
        infer_sex(
            in_par,
            pd.Series("male", index=in_par.samples),
            pd.DataFrame({"sample_id": in_par.samples}).assign(
                **dict.fromkeys(ReadMetrics.NAMES, 0)
            ),
            build=GRCH38,
            thresholds=THRESHOLDS,
        ),
    ):
        assert set(found["karyotype"]) == {"undetermined"}
        assert set(found["status"]) == {"not_assessable"}
        assert found["karyotype_probability"].isna().all()
        assert set(found["evidence"]) == {""}


def test_sums_of_dosage_are_columns_of_the_read_metrics():
    assert set(DOSAGE_SUMS) <= set(ReadMetrics.NAMES)
