"""Count whom laboratories' panels miss, among people of the 1000 Genomes Project.

    python -m benchmarks.panel_misses --data <folder> > resources/pgx_panel_misses.tsv

Of each continental group: people without any variant of a panel, and those of them who
carry another allele of decreased or no function, by pypgx's tables. The folder has the
subfolder pgx_kg_share_500, phased genotypes of 485 people on GRCh37; sites without a
variant in any of them are taken for the reference.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.validation.star_alleles import read_records
from genostrat.pgx.knowledge.loading import load_knowledge
from genostrat.pgx.knowledge.panels import read_panels
from genostrat.pgx.matching.assay import assay_gene, open_assay

HEAD = """\
# People without any variant of a panel (n_negative), and those of them who carry
# another allele of decreased or no function (n_missed), by pypgx's tables. Of 485
# people of the 1000 Genomes Project, phase 3; by `python -m benchmarks.panel_misses`.
panel	group	n_negative	n_missed"""


def is_reduced(allele):
    """Say whether an allele works less than the usual one, by its source."""
    words = allele.function.casefold()
    return "no function" in words or "decreased" in words


def count_misses(panel, gene, alleles, groups):
    """Count, by group, the people whom a panel finds nothing in, and misses.

    `alleles` is int (n_people, n_positions, 2), phased; `groups` their groups.
    """
    names = [allele.name for allele in gene.alleles]
    usual = [
        int(bits & -bits).bit_length() - 1
        for bits in map(int, gene.allowed[names.index(gene.reference)])
    ]
    read = [place for places in panel.place(gene) for place in places[:1]]
    has_variant = (alleles[:, read] != np.array(usual)[read][None, :, None]).any((1, 2))
    carries = np.zeros(len(alleles), bool)
    for allele in filter(is_reduced, gene.alleles):
        if allele.core:
            places, numbers = map(list, zip(*sorted(allele.core), strict=True))
            there = alleles[:, places] == np.array(numbers)[None, :, None]
            carries |= there.all(axis=1).any(axis=1)
    for group in sorted(set(groups)):
        mine = (groups == group) & ~has_variant
        yield group, int(mine.sum()), int((mine & carries).sum())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    folder = parser.parse_args().data / "pgx_kg_share_500"
    for line in list_lines(folder):
        print(line)


def list_lines(folder):
    """Give the lines of the table."""
    labels = pd.read_csv(folder / "labels.tsv", sep="\t", dtype=str)
    groups = labels["superpopulation"].to_numpy(str)
    knowledge = load_knowledge("pypgx", build="GRCh37")
    with tempfile.TemporaryDirectory() as scratch:
        path = folder / "pgx_kg_share_500.GRCh37.vcf.gz"
        records = read_records(path, knowledge, Path(scratch))
    assay = open_assay(
        records, knowledge.genes.values(), samples=list(labels["sample"])
    )
    yield HEAD
    for panel in read_panels():
        gene = knowledge.genes[panel.gene]
        if sum(map(is_reduced, gene.alleles)) == 0:
            continue
        found = assay_gene(assay, gene, is_absent_reference=True)
        for counts in count_misses(panel, gene, found.alleles, groups):
            yield "\t".join(map(str, (panel.name, *counts)))


if __name__ == "__main__":
    main()
