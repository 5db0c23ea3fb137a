"""One step of the genotype work as a process of its own, to be timed from outside.

    python benchmarks/steps.py import COHORT.vcf.gz FOLDER
    python benchmarks/steps.py counts FOLDER
    python benchmarks/steps.py king FOLDER
    python benchmarks/steps.py pca FOLDER
    python benchmarks/steps.py summary FOLDER
    python benchmarks/steps.py all COHORT.vcf.gz FOLDER

Each calls what the workflow's rules call, on all samples and all autosomal variants,
so that it does the work of its peer; results go to FOLDER.
"""

import argparse
import json
from pathlib import Path


def import_genotypes(vcf, folder, threads, keep_phase):
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
    from genostrat.genotypes.records import ReadOptions
    from genostrat.genotypes.vcf.inspection import inspect_vcfs
    from genostrat.tables import write_arrays

    files = inspect_vcfs([vcf])
    samples = list(files[0].samples)
    read_piece(
        plan_pieces(files, n_pieces=1)[0],
        files=[vcf],
        samples=samples,
        file_samples=[samples],
        options=ReadOptions(
            filters=frozenset({"PASS", "."}),
            half_calls="missing",
            absent_is_reference=False,
            build=GRCH38,
            markers={},
            keep_phase=keep_phase,
        ),
        folder=folder / "piece",
        n_threads=threads,
    )
    gathered = gather_pieces(
        [folder / "piece"],
        samples=samples,
        sexes=[""] * len(samples),
        store=folder / "store",
    )
    write_arrays(
        folder / "read_metrics.npz",
        entry="genotypes/pieces/<piece>/metrics.npz",
        **gathered.sums.sums,
    )
    write_arrays(
        folder / "tallies.npz",
        entry="genotypes/tallies.npz",
        **gathered.tallies.to_arrays(),
    )
    write_arrays(
        folder / "irregular.npz", entry="genotypes/irregular.npz", **gathered.irregular
    )


def count(folder, threads):
    import numpy as np

    from genostrat.genotypes.store import Store
    from genostrat.qc.sites import count_genotypes

    for contig in Store(folder / "store").autosomes:
        sites, samples = count_genotypes(contig, threads=threads)
        np.savez(folder / f"counts_{contig.name}.npz", **vars(sites))
        np.savez(folder / f"samples_{contig.name}.npz", **vars(samples))


def find_relatives(folder, threads):
    import numpy as np

    from genostrat.genotypes.store import Store
    from genostrat.qc.relatedness.king import find_pairs

    found = find_pairs(Store(folder / "store"), min_kinship=0.05, threads=threads)
    np.savez(folder / "king.npz", **vars(found))


def compute_pcs(folder, threads):
    import numpy as np

    from genostrat.genotypes.store import Store
    from genostrat.qc.components.krylov import compute_components

    found = compute_components(Store(folder / "store"), n_pcs=10, threads=threads)
    np.savez(folder / "pca.npz", **vars(found))


def summarise(folder, threads):
    from genostrat.genotypes.store import Store
    from genostrat.genotypes.tallies import Tallies
    from genostrat.tables import read_arrays
    from genostrat.variants import tables
    from genostrat.variants.counting import count_store

    store = Store(folder / "store")
    counts = count_store(
        store,
        groups={},
        irregular=read_arrays(folder / "irregular.npz"),
        threads=threads,
    )
    total = counts.tallies
    total.add(Tallies.from_arrays(read_arrays(folder / "tallies.npz")))
    (folder / "summary.json").write_text(json.dumps(tables.count_records(total)))
    for name, table in {
        "per_sample": tables.tabulate_samples(total, samples=store.samples),
        "substitutions": tables.tabulate_substitutions(total),
        "indel_lengths": tables.tabulate_indel_lengths(total),
        "frequencies": tables.tabulate_frequencies(total),
        "heterozygosity": tables.tabulate_heterozygosity(total),
        "qualities": tables.tabulate_qualities(total),
        "depths": tables.tabulate_depths(total),
    }.items():
        table.to_csv(folder / f"{name}.tsv", sep="\t", index=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("step", choices=[*STEPS, "import", "all"])
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--keep-phase", action="store_true")
    words = parser.parse_args()
    *vcf, folder = words.paths
    folder.mkdir(parents=True, exist_ok=True)
    if words.step in ("import", "all"):
        import_genotypes(str(vcf[0]), folder, words.threads, words.keep_phase)
    if words.step == "all":
        for step in ("counts", "king", "pca"):
            STEPS[step](folder, words.threads)
    elif words.step in STEPS:
        STEPS[words.step](folder, words.threads)


STEPS = {
    "counts": count,
    "king": find_relatives,
    "pca": compute_pcs,
    "summary": summarise,
}

if __name__ == "__main__":
    main()
