"""Small VCF files for tests, written as text so that every byte is in view."""

from pathlib import Path

import pysam

from genostrat.genotypes.builds import GRCH38

FORMATS = {
    "GT": '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
    "AD": '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Reads by allele">',
    "DP": '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Depth">',
    "GQ": '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Quality">',
    "PL": '##FORMAT=<ID=PL,Number=G,Type=Integer,Description="Likelihoods">',
    "RGQ": '##FORMAT=<ID=RGQ,Number=1,Type=Integer,Description="Quality of REF">',
    "MIN_DP": '##FORMAT=<ID=MIN_DP,Number=1,Type=Integer,Description="Least depth">',
    "FT": '##FORMAT=<ID=FT,Number=1,Type=String,Description="Filter of the call">',
    "DS": '##FORMAT=<ID=DS,Number=A,Type=Float,Description="Dosage">',
    "LRR": '##FORMAT=<ID=LRR,Number=1,Type=Float,Description="Log R ratio">',
}


def vcf_text(samples, records, *, contigs=("1",), prefix="chr", lengths=True):
    """Compose a VCF; a record is a whole line, without the prefix of its contig."""
    lines = ["##fileformat=VCFv4.2", '##FILTER=<ID=LowQual,Description="x">']
    for contig in contigs:
        length = f",length={GRCH38.lengths.get(contig, 3_000_000)}" if lengths else ""
        lines.append(f"##contig=<ID={prefix}{contig}{length}>")
    lines += FORMATS.values()
    fixed = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
    lines.append("\t".join([fixed, *samples]))
    lines += [prefix + "\t".join(record.split()) for record in records]
    return "\n".join(lines) + "\n"


def write_vcf(path, samples, records, *, index=True, **options):
    """Write and index a bgzipped VCF; return its path."""
    path = Path(path)
    plain = path.with_suffix(".txt")
    plain.write_text(vcf_text(samples, records, **options))
    pysam.tabix_compress(str(plain), str(path), force=True)
    if index:
        pysam.tabix_index(str(path), preset="vcf", force=True)
    return path


def simple_records(n_variants, n_samples, rng, *, contig="1", step=1000):
    """Make GT-only SNV records with random unphased genotypes."""
    calls = ["0/0", "0/1", "1/1", "./."]
    records = []
    for number in range(n_variants):
        row = rng.choice(calls, size=n_samples, p=[0.4, 0.4, 0.17, 0.03])
        place = f"{contig} {(number + 1) * step} . A G . PASS . GT"
        records.append(f"{place} {' '.join(row)}")
    return records
