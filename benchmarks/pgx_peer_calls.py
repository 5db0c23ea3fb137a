"""Call star alleles with pypgx itself; run by `pgx_peer.py` in pypgx's environment.

    python benchmarks/pgx_peer_calls.py IN.vcf.gz BUILD OUT.tsv GENE [GENE ...]

Its steps for phased input, in its own words: import-variants, predict-alleles,
call-genotypes, call-phenotypes. So that it ends in minutes it gets only records at
positions that its tables name, and of people with the same genotypes at all of them
one; and its tables, which it reads anew for every sample, are kept in memory.
"""

import functools
import sys
import warnings

import pandas as pd
import pypgx.api.core as core
import pypgx.api.genotype as genotype
import pypgx.api.utils as utils
from fuc import pyvcf


def keep_tables():
    """Let pypgx read each of its tables once."""
    for name in [name for name in vars(core) if name.startswith("load_")]:
        load = functools.cache(getattr(core, name))
        setattr(core, name, functools.partial(lambda load: load().copy(), load))


def call_gene(whole, gene, build):
    """Return sample_id, gene, diplotype and phenotype as pypgx gives them."""
    named = core.list_variants(gene, assembly=build)
    named += list(core.get_variant_synonyms(gene, assembly=build))
    places = {(name.split("-")[0], int(name.split("-")[1])) for name in named}
    rows = zip(whole.df["CHROM"], whole.df["POS"], strict=True)
    wanted = [(str(c).removeprefix("chr"), int(p)) in places for c, p in rows]
    records = whole.df[wanted].reset_index(drop=True)
    people = records.columns[9:]
    columns = [tuple(records[name]) for name in people]
    first = dict(zip(reversed(columns), reversed(list(people)), strict=True))
    distinct = records[[*records.columns[:9], *sorted(first.values())]]
    frame = pyvcf.VcfFrame(whole.meta, distinct)
    variants = utils.import_variants(gene, frame, assembly=build)
    if variants.type != "VcfFrame[Consolidated]":
        raise ValueError(f"{gene}: pypgx does not take this for phased")
    alleles = utils.predict_alleles(variants)
    genotypes = genotype.call_genotypes(alleles=alleles)
    phenotypes = utils.call_phenotypes(genotypes)
    stand_ins = [first[column] for column in columns]
    return pd.DataFrame(
        {
            "sample_id": people,
            "gene": gene,
            "diplotype": genotypes.data["Genotype"].loc[stand_ins].to_numpy(),
            "phenotype": phenotypes.data["Phenotype"].loc[stand_ins].to_numpy(),
        }
    )


def main():
    path, build, out, *genes = sys.argv[1:]
    warnings.simplefilter("ignore")
    keep_tables()
    whole = pyvcf.VcfFrame.from_file(path)
    tables = []
    for gene in genes:
        try:
            tables.append(call_gene(whole, gene, build))
            print(f"{gene}: done", file=sys.stderr, flush=True)
        except Exception as error:  # one gene must not take the others with it
            print(f"{gene}: {type(error).__name__}: {error}", file=sys.stderr)
    pd.concat(tables).to_csv(out, sep="\t", index=False)


if __name__ == "__main__":
    main()
