"""Genotype stores of a few contigs for tests."""

import numpy as np

from genostrat.genotypes.store import Store, write_contig


def write_store(folder, contigs, *, samples=None, alleles=("A", "G")):
    """Write a store from contig → (positions, genotypes of shape (n, n_samples)).

    `alleles` are those of every variant, or a list of pairs, one for each.
    """
    for name, (positions, genotypes) in contigs.items():
        people = samples or [f"s{i:04}" for i in range(genotypes.shape[1])]
        pairs = alleles if isinstance(alleles, list) else [alleles] * len(positions)
        write_contig(
            folder,
            name,
            blocks=[np.asarray(genotypes, np.int8)],
            n_variants=len(positions),
            pvar_lines=[
                f"{name}\t{position}\tv{i}\t{ref}\t{alt}\t.\tPASS"
                for i, (position, (ref, alt)) in enumerate(
                    zip(positions, pairs, strict=True)
                )
            ],
            samples=people,
            sexes=[""] * len(people),
        )
    return Store(folder)
