"""Foreign DNA planted into real people of whom there are genotypes alone."""

import shutil
from collections import Counter

import numpy as np
import pandas as pd

from benchmarks.validation import cohorts
from benchmarks.validation.mixing import READ_ERROR, call_genotypes
from benchmarks.validation.rows import Check, Row
from benchmarks.validation.workbench import default_policy
from genostrat.genotypes.builds import AUTOSOMES
from genostrat.genotypes.store import Store, write_contig
from genostrat.qc.components.ancestry import AncestryOptions
from genostrat.qc.mixtures import find_mixtures, list_suspects
from genostrat.qc.relatedness.kinship import KinshipOptions, find_relatives
from genostrat.qc.relatedness.relationships import mark_doubtful
from genostrat.seeds import random_generator
from genostrat.sheets.pedigree import read_pedigree

PANEL = "kg3_panel_2504"
SEED, N_PEOPLE, DRAWS, DEPTH = 1, 162, 4, 30
#: Shares of foreign reads, and how many people have each.
SHARES = {0.1: 8, 0.2: 8}
#: Inbred people: offspring of unrelated ones, of second and of first cousins.
INBREEDING, STRETCHES = (0.0, 1 / 64, 1 / 16), 180
ADMIXED = ("CLM", "MXL", "PEL", "PUR", "ACB", "ASW")


class Panel:
    """The panel's autosomal genotypes, once in memory."""

    def __init__(self, bench):
        import pysam

        self.labels = cohorts.kg_labels(bench, PANEL)
        rows, self.sites = [], []
        with pysam.VariantFile(
            str(bench.data / f"{PANEL}/{PANEL}.GRCh37.vcf.gz")
        ) as file:
            names = list(file.header.samples)
            for record in file:
                if record.chrom in AUTOSOMES and len(record.alleles) == 2:
                    calls = [sum(c["GT"]) for c in record.samples.values()]
                    rows.append(np.array(calls, np.int8))
                    self.sites.append((record.chrom, record.pos))
        self.genotypes = np.array(rows)
        self.labels = self.labels.set_index("sample_id").loc[names].reset_index()

    def choose(self, draw, wanted):
        """Return the columns of some people, and of all others."""
        pool = np.flatnonzero(wanted)
        chosen = draw.choice(pool, size=min(N_PEOPLE, len(pool)), replace=False)
        return chosen, np.setdiff1d(np.arange(len(self.labels)), chosen)


def read_again(own, other, share, draw):
    """Return genotypes called from reads of which a share is another person's."""
    alt = (1 - share) * own / 2 + share * other / 2
    alt = alt * (1 - READ_ERROR) + (1 - alt) * READ_ERROR
    depth = draw.poisson(DEPTH, len(own))
    n_alt = draw.binomial(depth, alt)
    return call_genotypes(np.column_stack([depth - n_alt, n_alt]))[0]


def inbreed(genotypes, draw):
    """Make stretches homozygous, as children of relatives have them."""
    stretch = np.arange(len(genotypes)) * STRETCHES // len(genotypes)
    result = genotypes.copy()
    for person in range(genotypes.shape[1]):
        same = draw.random(STRETCHES) < draw.choice(INBREEDING)
        at = same[stretch] & (result[:, person] == 1)
        result[at, person] = 2 * draw.integers(0, 2, int(at.sum()))
    return result


def plant(panel, wanted, draw, *, n_mixed, inbred=False):
    """Return genotypes, shares of foreign reads and names of a cohort."""
    chosen, others = panel.choose(draw, wanted)
    genotypes = panel.genotypes[:, chosen]
    if inbred:
        genotypes = inbreed(genotypes, draw)
    truth = np.zeros(len(chosen))
    if n_mixed:
        planted = [share for share, n in SHARES.items() for _ in range(n)]
        truth[: len(planted)] = planted
    result = np.empty_like(genotypes)
    for person, share in enumerate(truth):
        guest = panel.genotypes[:, draw.choice(others)]
        result[:, person] = read_again(genotypes[:, person], guest, share, draw)
    return result, truth, panel.labels["population"].to_numpy()[chosen]


def write_store(panel, genotypes, folder):
    shutil.rmtree(folder, ignore_errors=True)
    contigs = np.array([contig for contig, _ in panel.sites])
    names = [f"s{i:04}" for i in range(genotypes.shape[1])]
    for contig in AUTOSOMES:
        rows = np.flatnonzero(contigs == contig)
        write_contig(
            folder,
            contig,
            blocks=[genotypes[rows].astype(np.int8)],
            n_variants=len(rows),
            pvar_lines=[
                f"{contig}\t{panel.sites[row][1]}\tv\tA\tG\t.\tPASS" for row in rows
            ],
            samples=names,
            sexes=[""] * len(names),
        )
    return Store(folder)


def options():
    qc = default_policy()["qc"]
    return AncestryOptions(
        n_pcs=qc["n_pcs"],
        min_sites=qc["min_sites_pca"],
        min_maf=qc["min_maf"],
        max_missing_rate=qc["max_missing_rate"],
        window=qc["prune_window_variants"],
        step=qc["prune_step_variants"],
        max_r2=qc["prune_max_r2"],
    )


def score(store):
    metrics = pd.DataFrame(
        {"sample_id": store.samples, "call_rate": 1.0, "contamination": np.nan}
    )
    table = find_mixtures(
        store, metrics, min_call_rate=0.95, max_contamination=0.05, options=options()
    )
    return table, metrics


def check_cohorts(bench):
    panel = Panel(bench)
    ancestry, population = panel.labels["ancestry"], panel.labels["population"]
    everybody = np.ones(len(panel.labels), bool)
    kinds = (
        ("foreign_european", "Europeans", ancestry == "EUR", False),
        ("foreign_any", "people of all five continents", everybody, False),
        (
            "foreign_admixed",
            f"admixed people ({', '.join(ADMIXED)})",
            population.isin(ADMIXED),
            False,
        ),
        (
            "foreign_inbred",
            "South Asians of whom two thirds are made children of cousins",
            ancestry == "SAS",
            True,
        ),
    )
    rows = [_row_of(bench, panel, *kind) for kind in kinds]
    return [*rows, _row_of_all(bench, panel), _row_of_relatives(bench, panel)]


def _row_of(bench, panel, name, words, wanted, inbred):
    found, false, n_clean = Counter(), [], Counter()
    for n_mixed in (0, sum(SHARES.values())):
        for number in range(DRAWS):
            draw = random_generator(SEED, name, n_mixed, number)
            genotypes, truth, _ = plant(
                panel, wanted.to_numpy() if hasattr(wanted, "to_numpy") else wanted,
                draw, n_mixed=n_mixed, inbred=inbred,
            )  # fmt: skip
            store = write_store(panel, genotypes, bench.scratch("foreign"))
            named = (score(store)[0]["status"] == "mixture").to_numpy()
            for share in SHARES:
                found[share] += int(named[truth == share].sum())
            false.append(int(named[truth == 0].sum()))
            n_clean[n_mixed] += int((truth == 0).sum())
    shown = " and ".join(
        f"{found[share]} of {n * DRAWS} at {100 * share:g} %"
        for share, n in SHARES.items()
    )
    return Row(
        name,
        f"{PANEL}, {DRAWS} cohorts of {N_PEOPLE} {words}; 16 of each hold 10 or 20 %"
        f" of a stranger's reads, genotypes called anew at {DEPTH} reads and nothing"
        " else kept",
        f"{16 * DRAWS} mixtures; and {DRAWS} cohorts without any",
        f"named {shown}",
        f"false: {sum(false[DRAWS:])} of {n_clean[16]} clean people beside mixtures,"
        f" {sum(false[:DRAWS])} of {n_clean[0]} in cohorts without",
    )


def _row_of_all(bench, panel):
    draw = random_generator(SEED, "foreign_panel")
    clean = np.column_stack([read_again(g, g, 0.0, draw) for g in panel.genotypes.T])
    table, _ = score(write_store(panel, clean, bench.scratch("foreign")))
    named = (table["status"] == "mixture").to_numpy()
    who = Counter(panel.labels["population"][named])
    said = ", ".join(f"{n} {name}" for name, n in who.items()) or "nobody"
    return Row(
        "foreign_panel",
        f"{PANEL}, all {len(named):,} people, called anew without foreign reads",
        "no mixture",
        f"named: {said}",
        f"{named.sum()} of {len(named):,}",
    )


def _row_of_relatives(bench, panel):
    draw = random_generator(SEED, "foreign_relatives")
    wanted = (panel.labels["ancestry"] == "EUR").to_numpy()
    genotypes, truth, _ = plant(panel, wanted, draw, n_mixed=16)
    store = write_store(panel, genotypes, bench.scratch("foreign"))
    table, metrics = score(store)
    qc = default_policy()["qc"]
    pairs, _ = find_relatives(
        store,
        options=KinshipOptions(
            qc["min_kinship_written"],
            qc["min_sites_kinship"],
            qc["min_maf"],
            qc["max_missing_rate"],
        ),
        pedigree=read_pedigree(
            pd.DataFrame({"sample_id": store.samples, "sex": ""}, dtype=str)
        ),
    )
    suspects = list_suspects(table, metrics, max_contamination=0.05)
    pairs = mark_doubtful(pairs, suspects)
    mixed = {name for name, share in zip(store.samples, truth, strict=True) if share}
    invented = pairs["sample_1"].isin(mixed) | pairs["sample_2"].isin(mixed)
    doubted = pairs["doubtful_because"] != ""
    return Row(
        "foreign_relatives",
        f"{PANEL}, one such cohort of {N_PEOPLE} Europeans",
        f"{int((~invented).sum())} pairs of relatives that hold no mixture",
        f"{len(pairs)} pairs listed, {int(doubted.sum())} of them doubtful",
        f"{int((invented & doubted).sum())} of {int(invented.sum())} pairs with a"
        f" mixture are doubtful, {int((~invented & doubted).sum())} of the others",
    )


CHECKS = [Check("foreign_dna", (PANEL,), check_cohorts)]
