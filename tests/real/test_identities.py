"""An array and a genome of the same people of the 1000 Genomes Project."""

import pytest

import genostrat
from benchmarks.real_data import DATA
from genostrat.exports.identities import find_identities

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"no real cohorts at {DATA}"),
]


def test_everybody_of_an_array_is_found_among_genomes(tmp_path):
    stores = []
    for name in ("kg1_array_255", "kg3_panel_2504"):
        path = DATA / name / f"{name}.GRCh37.vcf.gz"
        read = genostrat.read_genotypes(path, tmp_path / name, build="GRCh37")
        stores.append(read.store)
    table, record = find_identities(*stores, source="genomes")
    same = table[table["status"] == "same_person"]
    assert list(same["sample_id"]) == list(same["other_id"]) == stores[0].samples
    assert len(table) == 255, "and nobody is taken for another"
    assert record["n_sites"] > 400
    assert same["concordance"].min() > 0.97
