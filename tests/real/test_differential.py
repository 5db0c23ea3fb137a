"""Genotypes of the real cohorts, read by our reader and by htslib's full parse."""

import functools
import gzip

import pytest
from oracle import read_with_pysam
from oracle_comparison import differences, read_with_genostrat
from vcf_routes import write_route

from benchmarks.real_data import DATA
from genostrat.errors import GenostratError

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"no real cohorts at {DATA}"),
]

#: Files with an index beside them; the last are of many million genotypes.
INDEXED = [
    "gatk_ceutrio_fmt/joint10.chr1_1M.b37.vcf.gz",
    "gatk_ceutrio_fmt/CEU.trio.chr1.b37.vcf.gz",
    "gatk_ceutrio_fmt/NA12878.chr20_21.gatk37.b37.vcf.gz",
    "ceu_exome22_22/ceu_exome22_22.GRCh37.vcf.gz",
    "hail_1kg_100/sample.vcf.gz",
    "hail_1kg_100/sample2.vcf.gz",
    "hail_1kg_100/multipleChromosomes.vcf.gz",
    "aims_kg3_2504/kidd.aisnp.1kg.vcf.gz",
    "aims_kg3_2504/seldin.aisnp.1kg.vcf.gz",
    "pgx_coriell_affy_355/pgx_coriell_affy_355.GRCh37.vcf.gz",
    "kg1_chrX_26/kg1_chrX_26.phased_haploid_males.GRCh37.vcf.gz",
    "pgx_kg_share_500/pgx_kg_share_500.GRCh38.vcf.gz",
    "kg3_uwgac_1126/kg3_uwgac_1126.GRCh37.vcf.gz",
    "kg3_panel_2504/kg3_panel_2504.GRCh38.vcf.gz",
]
#: Those small enough to be read along every route.
SMALL = INDEXED[:10]
PLAIN = ["tcga_laml/tcga_laml.vcf", "pgx_pharmcat_cases_share/vcf"]
UNSORTED = "TPMT_tpmtStar1SHomo3AHet.vcf"


@functools.lru_cache(maxsize=2)
def truth(path):
    return read_with_pysam([path])


@pytest.mark.parametrize("name", INDEXED)
def test_a_cohort_is_read_as_htslib_reads_it(tmp_path, name):
    path = DATA / name
    ours = read_with_genostrat([path], tmp_path / "pieces", n_pieces=3)
    assert ours.counts["n_stored"] > 50
    assert not differences(ours, truth(path))


@pytest.mark.parametrize("name", SMALL)
def test_a_cohort_without_index_is_read_the_same(tmp_path, name):
    link = tmp_path / "a.vcf.gz"
    link.symlink_to(DATA / name)
    ours = read_with_genostrat([link], tmp_path / "out", n_pieces=2)
    assert not differences(ours, truth(DATA / name))


@pytest.mark.parametrize("name", SMALL)
def test_a_cohort_as_bcf_is_read_the_same(tmp_path, name):
    path = write_route("bcf", gzip.decompress((DATA / name).read_bytes()), tmp_path)
    ours = read_with_genostrat([path], tmp_path / "out", n_pieces=2)
    assert not differences(ours, truth(DATA / name))


@pytest.mark.parametrize("name", PLAIN)
def test_plain_text_is_read_as_htslib_reads_it(tmp_path, name):
    found = DATA / name
    paths = sorted(found.glob("*.vcf")) if found.is_dir() else [found]
    assert paths
    for number, path in enumerate(paths):
        theirs = read_with_pysam([path])
        places = [[row[0] for row in rows] for rows in theirs.store.values()]
        if any(list(rows) != sorted(rows) for rows in places):
            with pytest.raises(GenostratError, match="not sorted"):
                read_with_genostrat([path], tmp_path / str(number))
            continue
        ours = read_with_genostrat([path], tmp_path / str(number))
        assert not differences(ours, theirs), path.name


def test_an_unsorted_case_is_refused_with_its_place(tmp_path):
    path = DATA / "pgx_pharmcat_cases_share/vcf" / UNSORTED
    with pytest.raises(GenostratError, match=r"not sorted[\s\S]*chr6:18149126"):
        read_with_genostrat([path], tmp_path)
