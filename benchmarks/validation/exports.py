"""Files for other programs, read by these programs and held against the source."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pysam

from benchmarks.validation import cohorts
from benchmarks.validation.ancestry import PANEL, panel_of
from benchmarks.validation.rows import Check, Row, count, tally
from genostrat.seeds import random_generator

EXOME = "ceu_exome22_22"
FILE = f"{EXOME}/{EXOME}.GRCh37.vcf.gz"
ARRAY = "kg1_array_255"
COMPLEMENT = str.maketrans("ACGT", "TGCA")
SEED, CHR22_LENGTH = 1, 51_304_566


def copies(calls):
    """Return the copies of the alternate allele, None where a call lacks one."""
    return tuple(None if None in call else sum(call) for call in calls)


def read_calls(path):
    """Return (contig, position, REF, ALT) → copies, and the samples, by htslib."""
    said = pysam.set_verbosity(0)
    with pysam.VariantFile(str(path)) as file:
        names = list(file.header.samples)
        found = {}
        for record in file:
            site = (record.chrom.removeprefix("chr"), record.pos, *record.alleles)
            found[site] = copies(call["GT"] for call in record.samples.values())
    pysam.set_verbosity(said)
    return found, names


def split_source(path, out):
    """Split records of several alleles and keep those that passed, by bcftools."""
    command = ["bcftools", "norm", "-m", "-any", str(path)]
    with out.open("wb") as stream:
        done = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        subprocess.run(
            ["bcftools", "view", "-f", "PASS,."],
            stdin=done.stdout,
            stdout=stream,
            stderr=subprocess.PIPE,
            check=True,
        )
        if done.wait():
            raise RuntimeError(done.stderr.read().decode())
    return read_calls(out)


def by_plink2(bench, prefix, kind, out):
    """Return calls of a PGEN or BED as plink2 writes them to a VCF."""
    command = ["plink2", f"--{kind}", str(prefix), "--export", "vcf", "--out", str(out)]
    command += ["--output-chr", "MT", "--real-ref-alleles"]
    subprocess.run(command, capture_output=True, check=True)
    return read_calls(f"{out}.vcf")


def count_differences(ours, theirs, names, their_names):
    """Return variants in both, and genotypes that differ there."""
    at = [their_names.index(name) for name in names]
    shared = set(ours) & set(theirs)
    return len(shared), sum(
        one != theirs[site][i]
        for site in shared
        for one, i in zip(ours[site], at, strict=True)
    )


def check_cleaned(bench):
    """Read the cleaned set of an exome again, in three forms."""
    run = bench.run(
        "exports_exome",
        target="exports",
        sheet=cohorts.ceu_sheet(bench),
        genotypes=cohorts.vcf(bench, FILE),
        exports={"formats": ["pgen", "bed", "vcf"]},
    )
    source, names = split_source(bench.data / FILE, bench.scratch("exome.split.vcf"))
    cleaned = run.results / "exports/cleaned"
    forms = {
        "VCF by htslib": read_calls(cleaned / "cleaned.vcf.gz"),
        "PGEN by plink2": by_plink2(
            bench, cleaned / "cleaned", "pfile", bench.scratch("exome.pgen")
        ),
        "BED by plink2": by_plink2(
            bench, cleaned / "cleaned", "bfile", bench.scratch("exome.bed")
        ),
    }
    said, different = [], []
    for form, (calls, people) in forms.items():
        n_shared, n_different = count_differences(calls, source, people, names)
        said.append(f"{form} {len(calls):,}")
        different.append(
            f"{form}: {n_different} genotypes of {n_shared * len(people):,} differ,"
            f" {len(calls) - n_shared} variants are not in the source"
        )
    record = run.record("exports/cleaned.json")
    kept = len(run.lines("qc/keep.txt"))
    return [
        Row(
            "exports_cleaned",
            f"{EXOME}: {count(len(names), 'person').replace('persons', 'people')}",
            f"{len(source):,} variants that passed, split by bcftools; {kept} people"
            f" kept and {record['n_excluded']:,} variants set aside",
            "variants: " + ", ".join(said),
            "; ".join(different),
        ),
        row_of_families(run, bench),
    ]


def row_of_families(run, bench):
    """Hold the PED against the parents that the sheet names."""
    ped = pd.read_csv(
        run.results / "exports/families.ped", sep="\t", header=None, dtype=str
    )
    sheet = cohorts.ceu_sheet(bench)
    columns = ["sample_id", "father_id", "mother_id"]
    wanted = set(sheet[columns].replace("", "0").itertuples(index=False, name=None))
    found = set(ped[[1, 2, 3]].itertuples(index=False, name=None))
    with_both = sum("0" not in row[1:] for row in found)
    return Row(
        "exports_families",
        f"{EXOME}, its pedigree",
        f"{sum('0' not in row[1:] for row in wanted)} children with both parents,"
        f" {len(cohorts.trios_of(sheet))} of them genotyped",
        f"{with_both} children with both parents; {ped[0].nunique()} families of"
        f" {len(ped)} people",
        f"{len(wanted - found)} people with other parents than in the sheet",
    )


@dataclass(frozen=True)
class Planted:
    """A file with mistakes, and what it should have been: site → copies."""

    fasta: Path
    calls: dict
    names: list
    n_flipped: int
    n_swapped: int


def plant_alleles(path, out, draw, *, n_planted):
    """Turn the strand of some SNVs and exchange the alleles of others.

    Writes a VCF, and beside it the sequence that has REF of the true file.
    """
    said = pysam.set_verbosity(0)
    with pysam.VariantFile(str(path)) as file:
        names = list(file.header.samples)
        rows = {
            (record.pos, *record.alleles): copies(
                call["GT"] for call in record.samples.values()
            )
            for record in file
            if len(record.alleles) == 2
            and all(len(allele) == 1 for allele in record.alleles)
            and not set(record.filter) - {"PASS"}
        }
    pysam.set_verbosity(said)
    sites = sorted(rows)
    telling = [
        i for i, (_, ref, alt) in enumerate(sites) if alt != ref.translate(COMPLEMENT)
    ]
    chosen = draw.choice(telling, size=2 * n_planted, replace=False)
    flipped, swapped = (
        {sites[i] for i in chosen[:n_planted]},
        {sites[i] for i in chosen[n_planted:]},
    )
    lines = [
        "##fileformat=VCFv4.2",
        "##contig=<ID=22,assembly=GRCh37>",
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t" + "\t".join(names),
    ]
    for site in sites:
        position, ref, alt = site
        calls = rows[site]
        if site in flipped:
            ref, alt = ref.translate(COMPLEMENT), alt.translate(COMPLEMENT)
        if site in swapped:
            ref, alt = alt, ref
            calls = [None if call is None else 2 - call for call in calls]
        words = ["./." if c is None else ("0/0", "0/1", "1/1")[c] for c in calls]
        head = f"22\t{position}\t.\t{ref}\t{alt}\t.\tPASS\t.\tGT\t"
        lines.append(head + "\t".join(words))
    out.write_text("\n".join(lines) + "\n")
    sequence = np.full(CHR22_LENGTH, b"N", dtype="S1")
    for position, ref, _ in sites:
        sequence[position - 1] = ref.encode()
    fasta = out.with_suffix(".fa")
    fasta.write_text(">22\n" + sequence.tobytes().decode() + "\n")
    pysam.faidx(str(fasta))
    true = {("22", *site): rows[site] for site in sites}
    return Planted(fasta, true, names, len(flipped), len(swapped))


def as_plink(path):
    """Make a PLINK 1 fileset of a VCF, REF the major allele, and return its prefix."""
    prefix = path.with_suffix("")
    command = ["plink2", "--vcf", str(path), "--maj-ref", "force", "--make-bed"]
    command += ["--set-all-var-ids", "@:#", "--out", str(prefix)]
    subprocess.run(command, capture_output=True, check=True)
    return prefix


def check_imputation(bench):
    """Plant exchanged and turned alleles, and read what goes to imputation."""
    rows = []
    for name, n_planted, as_fileset in (("vcf", 18, False), ("bed", 150, True)):
        out = bench.scratch(f"exports_{name}.vcf")
        draw = random_generator(SEED, f"exports {name}")
        planted = plant_alleles(bench.data / FILE, out, draw, n_planted=n_planted)
        genotypes = {"plink": str(as_plink(out))} if as_fileset else {"vcf": str(out)}
        run = bench.run(
            f"exports_{name}",
            target="exports",
            sheet=cohorts.ceu_sheet(bench),
            genotypes=genotypes | {"build": "GRCh37", "fasta": str(planted.fasta)},
            variant_qc={"on_foreign_alleles": "flag"},
        )
        rows.append(row_of_imputation(f"exports_imputation_{name}", run, planted))
    return rows


def row_of_imputation(name, run, planted):
    """Say what was written, what was turned, and what is not as it was."""
    record = run.record("exports/imputation.json")
    calls, people = read_calls(run.results / "exports/imputation/22.vcf.gz")
    true = planted.calls
    n_shared, n_different = count_differences(calls, true, people, planted.names)
    reasons = ", ".join(f"{n:,} {r}" for r, n in record["n_by_reason"].items() if n)
    form = "VCF" if name.endswith("vcf") else "PLINK 1 fileset, REF the major allele"
    return Row(
        name,
        f"{EXOME}: {len(true):,} SNVs as a {form}, and a FASTA with the true REF",
        f"{planted.n_flipped} on the other strand, {planted.n_swapped} with REF and ALT"
        " exchanged (none of A/T or C/G)",
        f"{len(calls):,} written, {record['n_flipped']} turned, {record['n_swapped']}"
        f" exchanged back; left out: {reasons}",
        f"{len(calls) - n_shared} written with other alleles than the true;"
        f" {n_different} of {n_shared * len(people):,} genotypes differ",
    )


def check_identities(bench):
    """Look for the people of an array among genomes."""
    labels = cohorts.kg_labels(bench, ARRAY)
    people = cohorts.kg_labels(bench, PANEL)["sample_id"]
    panel = panel_of(bench, "exports_identities", people)
    panel.pop("build")
    run = bench.run(
        "exports_identities",
        target="exports",
        sheet=labels,
        genotypes=cohorts.vcf(bench, f"{ARRAY}/{ARRAY}.GRCh37.vcf.gz"),
        reference_panel=panel,
    )
    table = run.table("exports/identities.tsv")
    kept = set(run.lines("qc/keep.txt"))
    same = table[table["status"] == "same_person"]
    right = (same["sample_id"] == same["other_id"]).sum()
    return [
        Row(
            "exports_identities",
            f"{ARRAY} (an array) and {PANEL} (genomes);"
            f" {int(table['n_sites'].median())} common SNVs",
            f"{len(labels)} people are in both",
            f"{tally(table['status'])} of {len(labels) * len(people):,} pairs;"
            f" concordance {same['concordance'].min():.3f} to"
            f" {same['concordance'].max():.3f}",
            f"{right} found as themselves, {len(same) - right} as another;"
            f" {len(kept)} of the array's people are kept",
        )
    ]


CHECKS = [
    Check("exports_exome", (EXOME,), check_cleaned, ("bcftools", "plink2")),
    Check("exports_imputation", (EXOME,), check_imputation, ("plink2",)),
    Check("exports_identities", (ARRAY, PANEL), check_identities),
]
