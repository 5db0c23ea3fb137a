"""Cohorts that have records at wanted sites and no variant to store."""

import json

import numpy as np
import pandas as pd
import pytest
from site_files import (
    SITES,
    read,
    text_of,
)

from genostrat.errors import GenostratError
from genostrat.genotypes.ingest.calls import build_store
from genostrat.genotypes.store import Store
from genostrat.genotypes.vcf.inspection import count_records, inspect_vcfs
from genostrat.variants.callset import summarise_callset


def build(tmp_path, records, *, sites=SITES):
    """Gather a cohort of one sample from a VCF without an index."""
    path = tmp_path / "a.vcf"
    path.write_bytes(text_of(records, names=["a"]))
    read([path], tmp_path, sites=sites)
    files = inspect_vcfs([path])
    intake = {
        "files": [str(path)],
        "records": count_records(files),
        "build_declared": "GRCh38",
        "build_detected": None,
        "build_shown_by": "",
        "chr_prefix": True,
        "formats": ["GT"],
        "warnings": [],
    }
    return build_store(
        [tmp_path / "piece0"],
        intake=intake,
        samples=["a"],
        sheet=pd.DataFrame({"sample_id": ["a"], "sex": [""]}),
        absent_calls="refuse",
        store=tmp_path / "store",
    )


def test_records_at_sites_alone_make_a_cohort(tmp_path):
    records = [
        "1 1000 . A C . LowQual . GT 0/1",
        "1 1550 . A <NON_REF> . PASS END=1600 GT 0/0",
    ]
    summary, gathered = build(tmp_path, records)
    assert (summary["n_stored"], summary["n_at_sites"]) == (0, 2)
    assert "1 filter (LowQual 1), 1 symbolic_allele" in summary["warnings"][0]
    assert gathered.site_records.position.tolist() == [1000, 1550]
    assert Store(tmp_path / "store").contigs == []
    assert Store(tmp_path / "store").samples == ["a"]
    json.dumps(summary)


@pytest.mark.parametrize("sites", [{"1": [(5, 6)]}, None])
def test_nothing_stored_and_nothing_at_sites_is_refused(tmp_path, sites):
    records = ["1 1000 . A C . LowQual . GT 0/1"]
    with pytest.raises(GenostratError, match="no variant is left to work with"):
        build(tmp_path, records, sites=sites)


def test_a_store_without_variants_is_summarised_as_one(tmp_path):
    _, gathered = build(tmp_path, ["1 1000 . A C . LowQual . GT 0/1"])
    sheet = pd.DataFrame({"sample_id": ["a"], "sex": [""]})
    callset = summarise_callset(
        Store(tmp_path / "store"),
        irregular=gathered.irregular,
        tallies=gathered.tallies.to_arrays(),
        sheet=sheet,
        sexes=sheet.assign(inferred_sex="", status="not_assessable"),
        ancestry=sheet.assign(ancestry="unassigned"),
        keep=["a"],
        unrelated=["a"],
        n_bins=10,
    )
    assert callset.summary["n_variants"] == 0
    assert callset.variants.empty
    assert callset.variants["position"].dtype == np.int64
