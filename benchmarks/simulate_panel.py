"""Simulate genotypes to measure speed on: out of Africa, as many samples as wanted.

    python benchmarks/simulate_panel.py --samples 2504 --variants 222000 OUT.vcf.gz

With --reads every call has GT:AD:DP:GQ:PL. The demography is that of Gutenkunst 2009
(doi 10.1371/journal.pgen.1000695), as msprime's documentation states it.
"""

import argparse

import msprime
import numpy as np
import pysam

#: Bases simulated for each variant wanted, a little more than are needed.
BASES_PER_VARIANT = 118
CONTIG, LENGTH = "20", 64_444_167
#: Ready-made sample columns for each genotype: drawing from a table is fast, and no
#: compressor or parser can tell it from drawing every cell.
CELLS = 5000
FORMATS = {
    "GT": ("1", "String"),
    "AD": ("R", "Integer"),
    "DP": ("1", "Integer"),
    "GQ": ("1", "Integer"),
    "PL": ("G", "Integer"),
}


def out_of_africa():
    model = msprime.Demography()
    model.add_population(name="YRI", initial_size=12300)
    for name, size, rate in (("CEU", 1000, 0.004), ("CHB", 510, 0.0055)):
        today = size * np.exp(rate * 848)
        model.add_population(name=name, initial_size=today, growth_rate=rate)
    for name, size in (("OOA", 2100), ("AMH", 12300), ("ANC", 7300)):
        model.add_population(name=name, initial_size=size)
    for pair, rate in (("CEU CHB", 9.6e-5), ("YRI CHB", 1.9e-5), ("YRI CEU", 3e-5)):
        model.set_symmetric_migration_rate(pair.split(), rate)
    model.add_population_split(time=848, derived=["CEU", "CHB"], ancestral="OOA")
    model.add_symmetric_migration_rate_change(
        time=848, populations=["YRI", "OOA"], rate=25e-5
    )
    model.add_population_split(time=5600, derived=["YRI", "OOA"], ancestral="AMH")
    model.add_population_split(time=8800, derived=["AMH"], ancestral="ANC")
    return model


def simulate(n_samples, n_variants, seed):
    """Yield (position, REF, ALT, haplotypes) of up to n_variants variants."""
    third = n_samples // 3
    trees = msprime.sim_ancestry(
        {"YRI": n_samples - 2 * third, "CEU": third, "CHB": third},
        demography=out_of_africa(),
        sequence_length=n_variants * BASES_PER_VARIANT,
        recombination_rate=1e-8,
        random_seed=seed,
    )
    trees = msprime.sim_mutations(trees, rate=1.25e-8, random_seed=seed + 1)
    last, n_written = 0, 0
    for variant in trees.variants():
        position = int(variant.site.position) + 1
        if position > last and len(variant.alleles) == 2 and n_written < n_variants:
            last, n_written = position, n_written + 1
            yield position, *variant.alleles, variant.genotypes.astype(np.uint8)
    if n_written < n_variants:
        raise SystemExit(f"only {n_written} variants: raise BASES_PER_VARIANT")


def make_cells(rng):
    """Return for each genotype 0, 1, 2 a table of columns GT:AD:DP:GQ:PL."""
    tables = []
    for n_alt, error in ((0, 0.002), (1, 0.5), (2, 0.998)):
        depth = np.maximum(rng.poisson(30, CELLS), 1)
        alt = rng.binomial(depth, error)
        quality = np.minimum(3 * depth, 99)
        likelihoods = np.sort(rng.integers(30, 1500, (CELLS, 2)), axis=1)
        tables.append(
            [
                f"{d - a},{a}:{d}:{q}:"
                + ",".join(
                    str(0 if place == n_alt else int(pl[abs(place - n_alt) - 1]))
                    for place in range(3)
                )
                for d, a, q, pl in zip(depth, alt, quality, likelihoods, strict=True)
            ]
        )
    return tables


def write(path, n_samples, n_variants, *, reads, seed):
    rng = np.random.default_rng(seed)
    names = [f"S{number:06d}" for number in range(n_samples)]
    keys = list(FORMATS) if reads else ["GT"]
    header = ["##fileformat=VCFv4.2", '##FILTER=<ID=PASS,Description="Passed">']
    header.append(f"##contig=<ID={CONTIG},length={LENGTH}>")
    for key in keys:
        number, kind = FORMATS[key]
        header.append(
            f'##FORMAT=<ID={key},Number={number},Type={kind},Description="{key}">'
        )
    fixed = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
    header.append("\t".join([fixed, *names]))
    cells = make_cells(rng) if reads else None
    plain = np.frombuffer(b"0|0\t" * n_samples, np.uint8).copy()
    plain[-1] = ord("\n")
    with pysam.BGZFile(str(path), "wb") as out:
        out.write(("\n".join(header) + "\n").encode())
        for at, (position, ref, alt, haplotypes) in enumerate(
            simulate(n_samples, n_variants, seed)
        ):
            head = f"{CONTIG}\t{position}\trs{at}\t{ref}\t{alt}\t.\tPASS\t.\t"
            out.write(f"{head}{':'.join(keys)}\t".encode())
            if cells is None:
                line = plain.copy()
                line[0::4] += haplotypes[0::2]
                line[2::4] += haplotypes[1::2]
                out.write(line.tobytes())
            else:
                one, two = haplotypes[0::2].tolist(), haplotypes[1::2].tolist()
                picks = rng.integers(0, CELLS, n_samples).tolist()
                columns = [
                    f"{a}|{b}:{cells[a + b][pick]}"
                    for a, b, pick in zip(one, two, picks, strict=True)
                ]
                out.write(("\t".join(columns) + "\n").encode())
    pysam.tabix_index(str(path), preset="vcf", force=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("path")
    parser.add_argument("--samples", type=int, default=2504)
    parser.add_argument("--variants", type=int, default=222_000)
    parser.add_argument("--reads", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    words = parser.parse_args()
    write(words.path, words.samples, words.variants, reads=words.reads, seed=words.seed)


if __name__ == "__main__":
    main()
