"""Real families: declared parents and replicates, and parents that are not theirs."""

import numpy as np
import pandas as pd
import pysam
import pytest

from benchmarks.real_data import DATA
from genostrat.genome.contigs import canonical_contig
from genostrat.genotypes.builds import GRCH37
from genostrat.genotypes.store import Store, write_contig
from genostrat.qc.relatedness.kinship import KinshipOptions, find_relatives
from genostrat.qc.relatedness.mendel import count_mendel_errors
from genostrat.qc.relatedness.pedigree import check_pedigree
from genostrat.sheets.pedigree import Pedigree

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"no real cohorts at {DATA}"),
]

OPTIONS = KinshipOptions(0.0442, 500, 0.01, 0.05)


def read_vcf(path, folder):
    """Make a store of the biallelic records that passed, by htslib."""
    rows = {}
    with pysam.VariantFile(str(path)) as source:
        samples = list(source.header.samples)
        for record in source:
            contig = canonical_contig(record.contig)
            passed = set(record.filter) <= {"PASS"}
            if contig is None or not passed or len(record.alleles) != 2:
                continue
            calls = [record.samples[name]["GT"] for name in samples]
            alleles = [-9 if None in call else sum(call) for call in calls]
            line = f"{contig}\t{record.pos}\t.\t{record.ref}\t{record.alts[0]}\t.\tPASS"
            rows.setdefault(contig, []).append((line, alleles))
    for contig, found in rows.items():
        write_contig(
            folder,
            contig,
            blocks=[np.array([alleles for _, alleles in found], np.int8)],
            n_variants=len(found),
            pvar_lines=[line for line, _ in found],
            samples=samples,
            sexes=[""] * len(samples),
        )
    return Store(folder)


def judge(store, pedigree):
    pairs, record = find_relatives(store, options=OPTIONS, pedigree=pedigree)
    return check_pedigree(store, pairs, pedigree=pedigree, options=OPTIONS), record


def mendel(store, pedigree):
    return count_mendel_errors(
        store, pedigree, sexes={}, build=GRCH37, max_error_rate=0.07, min_sites=50
    )


@pytest.fixture(scope="module")
def exomes(tmp_path_factory):
    folder = DATA / "ceu_exome22_22"
    store = read_vcf(
        folder / "ceu_exome22_22.GRCh37.vcf.gz", tmp_path_factory.mktemp("ceu")
    )
    table = pd.read_csv(folder / "labels.tsv", sep="\t", dtype=str)
    sample = dict(zip(table["coriell"], table["vcf_sample"], strict=True))
    parents = {
        sample[row.coriell]: (sample.get(row.father, ""), sample.get(row.mother, ""))
        for row in table.itertuples()
    }
    parents = {child: both for child, both in parents.items() if any(both)}
    return store, {name: name for name in store.samples}, parents


def test_five_exome_trios_are_their_parents_children(exomes):
    store, person_of, parents = exomes
    pedigree = Pedigree(person_of=person_of, parents=parents)
    table = mendel(store, pedigree)
    assert len(table) == 5
    assert set(table["status"]) == {"consistent"}
    declared, _ = judge(store, pedigree)
    declared = declared[declared["expected"] == "parent_child"]
    assert len(declared) == 10
    assert "mismatch" not in set(declared["status"])


def test_exome_trios_with_other_parents_are_found_out(exomes):
    store, person_of, parents = exomes
    children = sorted(parents)
    worst = 1.0
    for shift in range(1, len(children)):
        wrong = {
            child: parents[children[(i + shift) % len(children)]]
            for i, child in enumerate(children)
        }
        one = {child: (parents[child][0], wrong[child][1]) for child in children}
        for mixed in (wrong, one):
            table = mendel(store, Pedigree(person_of=person_of, parents=mixed))
            assert set(table["status"]) == {"inconsistent"}
            worst = min(worst, table["error_rate"].min())
    assert worst > 0.08


def test_the_gatk_trio_has_the_one_error_that_is_known(tmp_path):
    store = read_vcf(DATA / "gatk_ceutrio_fmt/CEU.trio.chr1.b37.vcf.gz", tmp_path)
    child, father, mother = (
        next(name for name in store.samples if person in name)
        for person in ("NA12878", "NA12891", "NA12892")
    )
    pedigree = Pedigree(
        person_of={name: name for name in store.samples},
        parents={child: (father, mother)},
    )
    [row] = mendel(store, pedigree).to_dict("records")
    assert row["n_errors"] == 1
    assert row["status"] == "consistent"


def test_people_present_twice_are_confirmed_from_few_variants(tmp_path):
    folder = DATA / "hail_1kg_100"
    store = read_vcf(folder / "sample.vcf.gz", tmp_path)
    fam = pd.read_csv(folder / "sample.fam", sep="\t", header=None, dtype=str)
    person_of = {name: name.split("::")[-1] for name in store.samples}
    parents = {
        person_of[row[1]]: tuple(
            person_of.get(parent, "") for parent in (row[2], row[3])
        )
        for row in fam[::-1].itertuples(index=False)
        if {row[2], row[3]} != {"0"}
    }
    table, record = judge(store, Pedigree(person_of=person_of, parents=parents))
    assert not record["assessable"], "too few variants to search all pairs"
    same = table[table["expected"] == "same_person"]
    assert len(same) >= 16
    assert "mismatch" not in set(table["status"])
