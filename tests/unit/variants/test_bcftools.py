"""The variant summary against ``bcftools stats -s -`` on the same file.

The file is read by the scanner, as in the workflow: rows of regular records go to the
store, all else to the tallies.
"""

import shutil
import subprocess
from collections import defaultdict

import numpy as np
import pytest

from genostrat.genotypes.builds import GRCH38
from genostrat.genotypes.ingest.gathering import (
    gather_pieces,
)
from genostrat.genotypes.ingest.pieces import (
    read_piece,
)
from genostrat.genotypes.ingest.planning import (
    plan_pieces,
)
from genostrat.genotypes.kernels.tallies import find_info
from genostrat.genotypes.records import ReadOptions
from genostrat.genotypes.store import Store
from genostrat.genotypes.tallies import NO_NUMBER, Tallies
from genostrat.genotypes.vcf.inspection import inspect_vcfs
from genostrat.variants.counting import count_store
from genostrat.variants.tables import (
    count_records,
    tabulate_depths,
    tabulate_frequencies,
    tabulate_heterozygosity,
    tabulate_indel_lengths,
    tabulate_qualities,
    tabulate_samples,
    tabulate_substitutions,
)

#: The parts of the output of bcftools stats; ID names the file.
WORDS = ("SN", "TSTV", "SiS", "AF", "QUAL", "IDD", "ST", "DP", "PSC", "PSI", "HWE")
bcftools = pytest.mark.skipif(not shutil.which("bcftools"), reason="needs bcftools")


class Ours:
    """A file read as the workflow does: its store, and tallies of irregular records."""

    def __init__(self, path, folder, *, filters=frozenset(), n_pieces=1):
        files = inspect_vcfs([path])
        self.samples = list(files[0].samples)
        folders = []
        for number, regions in enumerate(plan_pieces(files, n_pieces=n_pieces)):
            folders.append(folder / f"piece{number}")
            read_piece(
                regions,
                files=[str(path)],
                samples=self.samples,
                file_samples=[self.samples],
                options=ReadOptions(
                    filters=frozenset(filters),
                    half_calls="missing",
                    absent_is_reference=False,
                    build=GRCH38,
                    markers={},
                ),
                folder=folders[-1],
            )
        gathered = gather_pieces(
            folders,
            samples=self.samples,
            sexes=[""] * len(self.samples),
            store=folder / "store",
        )
        self.tallies, self.irregular = gathered.tallies, gathered.irregular
        self.store = Store(folder / "store")

    def count(self):
        """Tallies of the whole file."""
        counts = count_store(self.store, groups={}, irregular=self.irregular)
        counts.tallies.add(self.tallies)
        return counts.tallies


def run_bcftools(path, *options):
    """Return the lines of ``bcftools stats -s -`` by their first word."""
    command = ["bcftools", "stats", "-s", "-", *options, str(path)]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = defaultdict(list)
    for line in text.splitlines():
        if not line.startswith("#"):
            word, _, *fields = line.split("\t")
            lines[word].append(fields)
    return lines


def write_stats(tallies, samples):
    """Write tables of ours in the form of bcftools."""
    lines = defaultdict(list)
    numbers = count_records(tallies)
    lines["SN"] = [
        ["number of samples:", len(samples)],
        ["number of records:", numbers["n_records"]],
        ["number of no-ALTs:", numbers["n_no_alt"]],
        ["number of SNPs:", numbers["n_snv"]],
        ["number of MNPs:", numbers["n_mnv"]],
        ["number of indels:", numbers["n_indel"]],
        ["number of others:", numbers["n_other"]],
        ["number of multiallelic sites:", numbers["n_multiallelic"]],
        ["number of multiallelic SNP sites:", numbers["n_multiallelic_snv"]],
    ]
    lines["TSTV"] = [
        [
            *(numbers["n_ti"], numbers["n_tv"], f"{numbers['ti_tv'] or 0:.2f}"),
            *(numbers["n_ti_first_alt"], numbers["n_tv_first_alt"]),
            f"{numbers['ti_tv_first_alt'] or 0:.2f}",
        ]
    ]
    once = [numbers[f"n_{kind}_once"] for kind in ("snv", "ti", "tv", "indel")]
    lines["SiS"] = [[1, *once, 0, 0, once[-1]]]
    for row in tabulate_frequencies(tallies).itertuples():
        counts = [row.n_snv, row.n_ti, row.n_tv, row.n_indel]
        label = f"{row.allele_frequency:f}"
        lines["AF"].append([label, *counts, 0, 0, row.n_indel])
    for row in tabulate_heterozygosity(tallies).itertuples(index=False):
        lines["HWE"].append([f"{row[0]:f}", row[1], *(f"{q:f}" for q in row[2:])])
    for row in tabulate_qualities(tallies).itertuples():
        label = "." if np.isnan(row.quality) else f"{np.float32(row.quality):.1f}"
        lines["QUAL"].append([label, row.n_snv, row.n_ti, row.n_tv, row.n_indel])
    for row in tabulate_indel_lengths(tallies).itertuples():
        share = f"{row.mean_read_share:.2f}" if row.n_genotypes else "."
        lines["IDD"].append([row.length, row.n_alleles, row.n_genotypes, share])
    for row in tabulate_substitutions(tallies).itertuples():
        lines["ST"].append([f"{row.ref}>{row.alt}", row.n_alleles])
    depths = tabulate_depths(tallies)
    totals = depths[["n_genotypes", "n_sites"]].sum()
    for row in depths.itertuples():
        label = {-1: "<0", 501: ">500"}.get(row.depth, row.depth)
        shares = [
            f"{100 * n / max(total, 1):f}"
            for n, total in zip((row.n_genotypes, row.n_sites), totals, strict=True)
        ]
        lines["DP"].append([label, row.n_genotypes, shares[0], row.n_sites, shares[1]])
    for row in tabulate_samples(tallies, samples=samples).itertuples():
        depth = f"{np.nan_to_num(np.float32(row.mean_depth)):.1f}"
        lines["PSC"].append(
            [
                *(row.sample_id, row.n_hom_ref, row.n_hom_alt, row.n_het, row.n_ti),
                *(row.n_tv, row.n_indel, depth, row.n_singleton, row.n_hap_ref),
                *(row.n_hap_alt, row.n_missing),
            ]
        )
        lines["PSI"].append(
            [
                *(row.sample_id, 0, 0, 0, "0.00"),
                *(row.n_insertion_het, row.n_deletion_het),
                *(row.n_insertion_hom, row.n_deletion_hom),
            ]
        )
    return {
        word: [[str(f) for f in row] for row in rows] for word, rows in lines.items()
    }


def assert_equal(path, folder, *options, filters=None):
    """Assert that every line of bcftools that we write too is the same."""
    expected = run_bcftools(path, *options)
    reference = Ours(path, folder, filters=filters or ())
    ours = write_stats(reference.count(), reference.samples)
    for word in WORDS:
        assert ours.get(word, []) == expected.get(word, []), word
    return expected


HEADER = """\
##fileformat=VCFv4.2
##FILTER=<ID=PASS,Description="All passed">
##FILTER=<ID=low,Description="Low">
##INFO=<ID=AC,Number=A,Type=Integer,Description="Copies">
##INFO=<ID=AN,Number=1,Type=Integer,Description="Alleles">
##INFO=<ID=DP,Number=1,Type=Integer,Description="Depth">
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Reads">
##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Depth">
##ALT=<ID=DEL,Description="Deletion">
##contig=<ID=20,length=64444167>
##contig=<ID=X,length=156040895>
"""


def write_vcf(path, records, *, n_samples):
    """Write lines from CHROM to the last sample, without tabs in them."""
    names = "\t".join(f"s{i}" for i in range(n_samples))
    columns = f"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{names}\n"
    lines = "".join("\t".join(record.split()) + "\n" for record in records)
    path.write_text(HEADER + columns + lines)
    return path


@bcftools
def test_every_kind_of_record_is_counted_as_by_bcftools(tmp_path):
    records = [
        "20 100 . A G 30 PASS . GT 0/0 0/1 1/1 ./.",
        "20 101 . A C 30.06 PASS . GT 0/0 0/1 0/0 0|0",
        "20 102 . A G,T 9999.9 PASS DP=12 GT 1/2 0/2 2/2 ./2",
        "20 103 . A G,AT,* . PASS . GT 1/2 0/3 2/3 1/1",
        "20 104 . ATT A,AT,GTT 1e6 PASS . GT:AD"
        " 0/1:3,1,0,0 1/2:1,2,3,0 2/3:0,0,2,2 0/0:4,.,.,.",
        "20 105 . A <DEL> 123456 PASS . GT 0/1 1/1 0/0 ./.",
        "20 106 . A <NON_REF> 5 PASS . GT 0/1 0/0 0/0 1/1",
        "20 107 . A . 5 PASS . GT 0/0 0/0 ./. 0/0",
        "20 108 . AC GT 5 PASS . GT 0/1 1/1 0/0 0/0",
        "20 109 . ACT TCGA 5 PASS . GT 0/1 0/0 0/0 0/0",
        "20 110 . CA CG 5 PASS . GT 0/1 1/1 0/0 0/0",
        "20 111 . N C 5 PASS . GT 0/1 1/1 0/0 0/0",
        "20 112 . A N 5 PASS . GT 0/1 1/1 0/0 0/0",
        "20 113 . A N,AT 5 PASS . GT 1/2 1/1 0/0 2/2",
        "20 114 . A A[20:9[ 5 PASS . GT 0/1 1/1 0/0 0/0",
        "20 115 . G A 5 PASS AC=3;AN=8 GT 0/1 0/0 0/0 0/0",
        "20 116 . G A 5 PASS AC=1;AN=8 GT 0/1 0/0 0/0 0/0",
        "20 117 . G A 5 low . GT 0/1 0/0 0/0 0/0",
        "20 117 . G A 5 PASS . GT 0/1 0/0 1/1 0/0",
        "20 118 . G C 5 PASS DP=600 DP 3 0 . 501",
        f"20 119 . {'ACGT' * 20} A 5 PASS DP=0 GT:DP:AD"
        " 0/1:0:0,0 1/0:9:4,5 1/1:3:. 0/0:5",
        f"20 120 . A A{'ACGT' * 20} 5 PASS . GT:AD 0/1:3,1 1/0:4,5 0/1:7 0/0:.",
        "20 121 . a G 5 PASS . GT 0/1 0/0 ./. ./.",
        "20 122 . T C 5 PASS . GT ./. ./. ./. ./.",
        "X 10000000 . T C 5 PASS . GT 0 1 0/1 .",
        "X 10000001 . T TC,C 5 PASS . GT 2 1 1/2 0",
        "X 10000002 . T C 5 PASS . GT 0 1 . 1",
    ]
    path = write_vcf(tmp_path / "all.vcf", records, n_samples=4)
    expected = assert_equal(path, tmp_path / "store")
    assert [line[0] for line in expected["IDD"]] == ["-60", "-2", "-1", "1", "60"]
    assert dict(expected["SN"])["number of others:"] == "2"


@bcftools
def test_records_dropped_by_filter_are_not_counted(tmp_path):
    records = [
        "20 100 . A G 30 PASS . GT 0/0 0/1",
        "20 101 . A C 30 low . GT 0/0 0/1",
        "20 102 . A C,G 30 low . GT 1/2 0/1",
        "20 103 . A C 30 . . GT 0/0 1/1",
    ]
    path = write_vcf(tmp_path / "all.vcf", records, n_samples=2)
    kept = {"PASS", "."}
    expected = assert_equal(path, tmp_path / "store", "-f", "PASS,.", filters=kept)
    assert dict(expected["SN"])["number of records:"] == "2"


#: REF and ALT of records drawn at random.
ALLELES = (
    *(("A", "G"), ("C", "A"), ("T", "C"), ("G", "T")) * 3,
    *(("A", "AT"), ("ATT", "A"), ("ATT", "AT"), ("GAC", "GGC"), ("AC", "TG")),
    *(("A", "G,T"), ("A", "G,*"), ("AT", "A,ATT"), ("A", "<DEL>"), ("A", "C,<DEL>")),
    *(("A", "."), ("A", "<*>"), ("AT", "A,G,GT"), ("R", "A"), ("C", "CT,T,CTT,*")),
)


def draw_records(*, seed, n_records, n_samples):
    random = np.random.default_rng(seed)
    records = []
    for i in range(n_records):
        ref, alt = ALLELES[random.integers(len(ALLELES))]
        n_alleles = 1 if alt == "." else 2 + alt.count(",")
        rare = random.random() < 0.5
        ploidy = random.choice(
            [1, 2], n_samples, p=[0.2, 0.8] if i % 3 == 0 else [0, 1]
        )
        share = np.r_[0.95 if rare else 0.5, np.full(n_alleles - 1, 1.0)]
        calls = []
        for one in ploidy:
            numbers = random.choice(n_alleles, one, p=share / share.sum())
            absent = random.random(one) < (0.05 if i % 2 else 0)
            texts = ["." if a else str(n) for a, n in zip(absent, numbers, strict=True)]
            depth = "." if random.random() < 0.1 else int(random.exponential(30))
            reads = ",".join(map(str, random.poisson(9, n_alleles)))
            calls.append(f"{'/'.join(texts)}:{depth}:{reads}")
        quality = random.choice(
            [".", "0", "17.349", str(np.exp(random.uniform(0, 18)))]
        )
        info = random.choice([".", "DP=77", "DP=501"])
        fields = (20, 100 + i, ".", ref, alt, quality, "PASS", info, "GT:DP:AD", *calls)
        records.append(" ".join(map(str, fields)))
    return records


@bcftools
@pytest.mark.parametrize(("seed", "n_samples"), [(1, 3), (2, 17), (3, 110)])
def test_random_records_are_counted_as_by_bcftools(tmp_path, seed, n_samples):
    records = draw_records(seed=seed, n_records=150, n_samples=n_samples)
    path = write_vcf(tmp_path / "random.vcf", records, n_samples=n_samples)
    assert_equal(path, tmp_path / "store")


def test_tallies_of_parts_add_up_and_survive_writing(tmp_path):
    records = draw_records(seed=4, n_records=60, n_samples=9)
    whole = Ours(
        write_vcf(tmp_path / "whole.vcf", records, n_samples=9), tmp_path / "whole"
    ).tallies
    parts = [
        Ours(
            write_vcf(tmp_path / f"{i}.vcf", records[i::3], n_samples=9),
            tmp_path / str(i),
        ).tallies
        for i in (2, 0, 1)
    ]
    total = Tallies.zeros(9)
    for part in parts:
        total.add(Tallies.from_arrays(part.to_arrays()))
    for name, own, expected in zip(Tallies._fields, total, whole, strict=True):
        np.testing.assert_array_equal(own, expected, err_msg=name)
    assert whole.qualities.any()
    assert len(whole.to_arrays()["qualities_n"]) < 200


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (".", (0, NO_NUMBER, NO_NUMBER, [])),
        ("DP=12", (0, NO_NUMBER, 12, [])),
        ("AC=3,15;AF=0.1,0.2;AN=200;DP=7", (2, 200, 7, [3, 15])),
        ("NAC=9;AN=4;AC=1;MDP=8;DB", (1, 4, NO_NUMBER, [1])),
        ("AC=.;AN=.;DP=.", (1, NO_NUMBER, -1, [NO_NUMBER])),
        ("DP=-3;AC=1,2,3,4", (-1, NO_NUMBER, -1, [1, 2, 3])),
        ("DP;AC;AN=", (0, NO_NUMBER, NO_NUMBER, [])),
    ],
)
def test_counts_and_depth_are_found_in_info(text, expected):
    line = f"xx\t{text}\tGT".encode()
    values = np.zeros(3, np.int64)
    found = find_info(np.frombuffer(line, np.uint8), 3, 3 + len(text), values)
    n_ac, info_an, depth, ac = expected
    assert found == (n_ac, info_an, depth)
    assert values[: len(ac)].tolist() == ac
