"""Sex of a cohort whose Y is written as callers write it: the shared cases.

The cases are not part of the repository: a folder `shared/cases` beside it, or the one
beside the data that GENOSTRAT_DATA names, is used where it is there.
"""

import pandas as pd
import pytest
from oracle_comparison import read_with_genostrat

from benchmarks.real_data import DATA
from genostrat.genotypes.builds import GRCH37
from genostrat.genotypes.store import Store
from genostrat.genotypes.vcf.inspection import inspect_vcfs
from genostrat.qc.identity.sex import SexThresholds, infer_sex

CASES = DATA.parent / "cases/qc/sex_from_y"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not CASES.is_dir(), reason=f"no cases at {CASES}"),
]


@pytest.mark.parametrize("name", ["sub_yref", "sub_hap"])
def test_y_written_as_reference_or_ploidy_after_the_sheet(tmp_path, name):
    path = CASES / f"{name}.vcf.gz"
    samples = list(inspect_vcfs([path])[0].samples)
    found = read_with_genostrat([path], tmp_path, samples=samples)
    sheet = pd.read_csv(CASES / "sub.tsv", sep="\t").set_index("sample_id")["sex"]
    told = sheet.map({"M": "male", "F": "female"})
    reads = pd.DataFrame(found.metrics)
    if "sample_id" not in reads:
        reads.insert(0, "sample_id", samples)
    sex = infer_sex(
        Store(tmp_path / "store"),
        told,
        reads,
        build=GRCH37,
        thresholds=SexThresholds(0.8, 0.6, 0.2, 0.5, 50, 20, 0.05, 0.05, 0.9),
    )
    counts = sex.groupby(["reported_sex", "status"]).size().to_dict()
    # Four of each sex have the other's label; four XXY, four X0, four without a Y.
    assert counts == {
        ("female", "ambiguous"): 4,
        ("female", "mismatch"): 4,
        ("female", "ok"): 155,
        ("male", "ambiguous"): 8,
        ("male", "mismatch"): 4,
        ("male", "ok"): 155,
    }
    assert (sex["karyotype"] == "XXY").sum() == 4
    lost = sex[(sex["status"] == "ambiguous") & (sex["karyotype"] != "XXY")]
    assert set(lost["karyotype"]) <= {"X0", "undetermined"}
    assert set(lost["inferred_sex"]) == {""}
