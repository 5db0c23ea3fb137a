"""Population genetics and homozygosity: plink2, PLINK, bcftools and scikit-allel."""

import subprocess

import allel
import numpy as np
import pandas as pd

from benchmarks.validation import cohorts
from benchmarks.validation.rows import Check, Row, count
from genostrat.genotypes.kinds import find_biallelic_snvs
from genostrat.genotypes.store import Store
from genostrat.qc.homozygosity.calling import LONG, SHORT, Population, call_runs
from genostrat.qc.homozygosity.model import Model
from genostrat.qc.homozygosity.table import CONSANGUINEOUS

PANEL, ARRAY, CONTIG = "kg3_panel_2504", "kg1_array_255", "kg1_chr22_1092"
SPARSE = "kg3_uwgac_1126"
MAX_MISSING = 0.05
#: Variants of a block of plink2's jackknife: about 5 Mb, as ours.
BLOCKS = {PANEL: 45, ARRAY: 890}
#: Rates of leaving and entering runs, for bcftools roh to have the same.
RATES = ("-a", str(Model().enter_rate), "-H", str(Model().leave_rate))


def run_labelled(bench, name, *, vcf, target="variants"):
    """Run a cohort whose superpopulations stand in as its centres."""
    labels = cohorts.kg_labels(bench, name)
    sheet = labels.drop(columns="population").rename(columns={"ancestry": "centre"})
    genotypes = cohorts.vcf(bench, f"{name}/{vcf}")
    run = bench.run(
        f"populations_{name}", sheet=sheet, genotypes=genotypes, target=target
    )
    return run, sheet.set_index("sample_id")["centre"]


def pairs_of(table):
    return {
        frozenset((row.group_1, row.group_2)): row
        for row in table.itertuples()
        if not np.isnan(row.fst)
    }


def fst_of_plink2(bench, run, name, *, vcf, centres):
    """Return the pairs of `plink2 --fst`, of the same people and sites."""
    out = bench.scratch(f"fst_{name}")
    people = run.lines("qc/unrelated.txt")
    pheno = pd.DataFrame({"#IID": people, "centre": centres.loc[people].to_numpy()})
    pheno.to_csv(f"{out}.pheno", sep="\t", index=False)
    sites = pd.concat(
        pd.DataFrame(
            {"contig": contig.name, "position": find_biallelic_snvs(contig)[1]}
        )
        for contig in Store(run.results / "genotypes/store").autosomes
    )
    sites = sites.assign(end=sites["position"])
    sites.to_csv(f"{out}.sites", sep="\t", index=False, header=False)
    command = ["plink2", "--vcf", str(bench.data / name / vcf), "--autosome"]
    command += ["--extract", "bed1", f"{out}.sites", "--pheno", f"{out}.pheno"]
    command += ["--keep", f"{out}.pheno", "--geno", str(MAX_MISSING)]
    command += ["--fst", "centre", "method=hudson", f"blocksize={BLOCKS[name]}"]
    command += ["--threads", "1", "--memory", "1500", "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True)
    table = pd.read_csv(f"{out}.fst.summary", sep="\t")
    table.columns = [column.lstrip("#") for column in table.columns]
    return {frozenset((row.POP1, row.POP2)): row for row in table.itertuples()}


def check_fst(bench):
    rows = []
    for name in (PANEL, ARRAY):
        vcf = f"{name}.GRCh37.vcf.gz"
        run, centres = run_labelled(bench, name, vcf=vcf)
        ours = pairs_of(run.table("variants/fst.tsv"))
        theirs = fst_of_plink2(bench, run, name, vcf=vcf, centres=centres)
        gaps = [abs(row.fst - theirs[pair].HUDSON_FST) for pair, row in ours.items()]
        errors = [row.se / theirs[pair].SE for pair, row in ours.items()]
        record = run.record("variants/populations.json")
        largest, smallest = (
            choose(ours.values(), key=lambda row: row.fst) for choose in (max, min)
        )
        rows.append(
            Row(
                f"fst_plink2_{name}",
                f"{name}, superpopulations: {record['n_unrelated']:,} unrelated people"
                f" at {record['n_sites']:,} SNVs",
                "`plink2 --fst method=hudson`, the same people and sites"
                f" (blocks of {BLOCKS[name]} variants)",
                f"{count(len(ours), 'pair')}; {say(smallest)} to {say(largest)}",
                f"largest difference {max(gaps):.1e}; standard errors"
                f" {min(errors):.2f} to {max(errors):.2f} of theirs",
            )
        )
    run, _ = run_labelled(bench, PANEL, vcf=f"{PANEL}.GRCh37.vcf.gz")
    return [*rows, _row_of_order(run)]


def say(row):
    return f"{row.group_1}–{row.group_2} {row.fst:.3f} (± {row.se:.4f})"


def _row_of_order(run):
    table = run.table("variants/fst.tsv").dropna(subset=["fst"])
    ordered = table.sort_values("fst", ascending=False)
    words = ", ".join(
        f"{r.group_1}–{r.group_2} {r.fst:.3f}" for r in ordered.itertuples()
    )
    african = ordered["group_1"].eq("AFR").to_numpy()
    return Row(
        "fst_order",
        f"{PANEL}, superpopulations",
        "Africans are farthest from everybody, farthest of all from East Asians;"
        " Americans, who are admixed, are nearest to Europeans",
        words,
        f"the {african.sum()} pairs with AFR are at places"
        f" {', '.join(str(i + 1) for i in np.flatnonzero(african))} of {len(ordered)}",
    )


def check_diversity(bench):
    run, centres = run_labelled(bench, CONTIG, vcf=f"{CONTIG}.GRCh37.vcf.gz")
    ours = run.table("variants/diversity.tsv").set_index("group")
    contig = Store(run.results / "genotypes/store").autosomes[0]
    rows, _ = find_biallelic_snvs(contig)
    genotypes = contig.read(rows)
    unrelated = set(run.lines("qc/unrelated.txt"))
    free = np.array([name in unrelated for name in contig.samples])
    labels = centres.reindex(contig.samples).to_numpy()
    known = (genotypes[:, free] >= 0).mean(axis=1) >= 1 - MAX_MISSING
    gaps, words = {"pi": [], "theta_w": [], "tajima_d": []}, []
    for name in sorted(set(labels)):
        own = genotypes[known][:, free & (labels == name)]
        alt = np.where(own > 0, own, 0).sum(axis=1, dtype=int)
        counts = np.stack([2 * (own >= 0).sum(axis=1) - alt, alt], axis=1)
        n = counts.sum(axis=1).max()
        varying = allel.AlleleCountsArray(counts).count_segregating()
        theirs = {
            "pi": allel.mean_pairwise_difference(counts).sum(),
            "theta_w": varying / (1 / np.arange(1, n)).sum(),
            "tajima_d": allel.tajima_d(counts),
        }
        for key, value in theirs.items():
            gaps[key].append(abs(ours[key][name] / value - 1))
        words.append(
            f"{name} π {ours['pi'][name]:.0f}, D {ours['tajima_d'][name]:.2f}"
            f" ({ours['tajima_d_rarefied'][name]:.2f} in"
            f" {ours['n_chromosomes_rarefied'][name]} chromosomes)"
        )
    sites = run.record("variants/populations.json")["sites"]
    decay = run.table("variants/ld_decay.tsv")
    decay = decay[(decay["distance_high"] == 20_000) & (decay["kind"] == "centre")]
    decay = decay.sort_values("r2_adjusted")
    return [
        Row(
            "diversity_allel",
            f"{CONTIG}, superpopulations: {len(rows):,} SNVs of chromosome 22",
            "scikit-allel on the same genotypes; Africans are most diverse, and"
            " populations that left Africa have fewer rare variants",
            "; ".join(words),
            "largest relative difference: "
            + ", ".join(f"{key} {max(values):.1e}" for key, values in gaps.items()),
        ),
        _row_of_spectra(bench, sites),
        Row(
            "ld_order",
            f"{CONTIG}, superpopulations, pairs 10 to 20 kb apart",
            "linkage disequilibrium decays fastest in Africans, slowest in East Asians",
            ", ".join(f"{r.group} {r.r2_adjusted:.3f}" for r in decay.itertuples()),
            f"lowest {decay['group'].iloc[0]}, highest {decay['group'].iloc[-1]}",
        ),
    ]


def _row_of_spectra(bench, sites):
    """Return the row on which cohorts' variants were chosen."""
    parts = {CONTIG: (sites["rare_part"], sites["verdict"])}
    for name, vcf in (
        (PANEL, f"{PANEL}.GRCh37.vcf.gz"),
        (ARRAY, f"{ARRAY}.GRCh37.vcf.gz"),
    ):
        run, _ = run_labelled(bench, name, vcf=vcf)
        own = run.record("variants/populations.json")["sites"]
        parts[name] = (own["rare_part"], own["verdict"])
    own = run_sparse(bench).record("variants/populations.json")["sites"]
    parts[SPARSE] = (own["rare_part"], own["verdict"])
    right = {CONTIG: "unselected", SPARSE: "unselected", PANEL: "ascertained"}
    right[ARRAY] = "ascertained"
    wrong = [name for name, (_, verdict) in parts.items() if verdict != right[name]]
    return Row(
        "ascertainment",
        ", ".join(parts),
        f"{CONTIG} and {SPARSE} are sequenced; {ARRAY} is of an array, {PANEL} of sites"
        " chosen for being common",
        "; ".join(
            f"{name}: {part:.3f}, {verdict}" for name, (part, verdict) in parts.items()
        ),
        f"wrong: {', '.join(wrong) or 'none'}",
    )


def run_sparse(bench, *, target="variants"):
    return bench.run(
        "populations_sparse",
        sheet=cohorts.uwgac_sheet(bench).rename(columns={"population": "centre"}),
        genotypes=cohorts.vcf(bench, f"{SPARSE}/{SPARSE}.GRCh37.vcf.gz"),
        target=target,
    )


def shares_by_person(calls, *, shortest):
    """Return the bases in runs of some length and more, by person."""
    lengths = calls.runs[:, 2] - calls.runs[:, 1] + 1
    long = lengths >= shortest
    people = calls.runs[long, 0].astype(int)
    return np.bincount(people, lengths[long], minlength=len(calls.people))


def cut_at_gaps(theirs, gaps):
    """Cut runs where no variant is for longer than a run of ours may go across."""
    rows = []
    for person, contig, start, end in theirs:
        for last, following in gaps[contig]:
            if start <= last and end >= following:
                rows.append((person, contig, start, last))
                start = following
        rows.append((person, contig, start, end))
    return rows


def sum_runs(rows, n_people, *, shortest):
    sums = np.zeros(n_people)
    for person, _, start, end in rows:
        if end - start + 1 >= shortest:
            sums[person] += end - start + 1
    return sums


def check_runs(bench):
    """Compare runs on an array with those of bcftools and PLINK."""
    vcf = f"{ARRAY}.GRCh37.vcf.gz"
    run, centres = run_labelled(bench, ARRAY, vcf=vcf)
    store = Store(run.results / "genotypes/store")
    labels = centres.reindex(store.samples).to_numpy()
    own = labels == "EUR"
    free = own & np.isin(store.samples, run.lines("qc/unrelated.txt"))
    calls = call_runs(
        store, [Population("EUR", own, free)], max_missing_rate=MAX_MISSING
    )["EUR"]
    names = [store.samples[place] for place in calls.people]
    place = {name: number for number, name in enumerate(names)}
    gaps = {}
    for contig in store.autosomes:
        _, where = find_biallelic_snvs(contig)
        wide = np.flatnonzero(np.diff(where) > Model().max_gap)
        gaps[contig.name] = [(where[i], where[i + 1]) for i in wide]
    prefix = bench.scratch("roh_people")
    prefix.write_text("\n".join(names) + "\n")
    few = bench.scratch("roh_founders")
    few.write_text("\n".join(np.array(store.samples)[free]) + "\n")
    subset = bench.scratch("roh.vcf.gz")
    view = ["bcftools", "view", "-S", str(prefix), "-m2", "-M2", "-v", "snps"]
    command = [*view, "-Oz", "-o", str(subset), str(bench.data / ARRAY / vcf)]
    subprocess.run(command, check=True, capture_output=True)
    theirs = {
        "`bcftools roh`, the same rates": _bcftools(bench, subset, few, RATES, place),
        "`bcftools roh`, its own rates": _bcftools(bench, subset, few, (), place),
        "PLINK 1.9 `--homozyg-kb 1500`": _plink(bench, subset, place),
    }
    rows = []
    for number, (tool, found) in enumerate(theirs.items()):
        words = []
        for shortest in (SHORT, LONG):
            ours = shares_by_person(calls, shortest=shortest)
            other = sum_runs(cut_at_gaps(found, gaps), len(names), shortest=shortest)
            r = np.corrcoef(ours, other)[0, 1]
            apart = np.abs(ours - other).max() / 1e6
            words.append(
                f"≥ {shortest / 1e6:g} Mb: sums {ours.sum() / 1e6:.0f} and"
                f" {other.sum() / 1e6:.0f} Mb, r {r:.4f}, one person at most"
                f" {apart:.1f} Mb apart"
            )
        whole = sum_runs(found, len(names), shortest=LONG).sum() / 1e6
        rows.append(
            Row(
                ("roh_bcftools", "roh_bcftools_default", "roh_plink")[number],
                f"{ARRAY}, {count(len(names), 'European')}, two chromosomes",
                f"{tool}; runs cut at gaps of more than {Model().max_gap / 1e6:g} Mb",
                f"{count(len(calls.runs), 'run')} of 1.5 Mb and more",
                "; ".join(words)
                + f" (not cut, theirs of 5 Mb and more sum to {whole:.0f} Mb)",
            )
        )
    return rows


def _bcftools(bench, vcf, founders, rates, place):
    out = bench.scratch("roh.txt")
    command = ["bcftools", "roh", "-G", "30", *rates, "-e", f"GT,{founders}"]
    command += ["-Or", "-o", str(out), str(vcf)]
    subprocess.run(command, check=True, capture_output=True)
    rows = [line.split("\t") for line in out.read_text().splitlines()]
    return [
        (place[row[1]], row[2], int(row[3]), int(row[4]))
        for row in rows
        if row[0] == "RG"
    ]


def _plink(bench, vcf, place):
    out = bench.scratch("roh_plink")
    command = ["plink1.9", "--vcf", str(vcf), "--double-id", "--homozyg"]
    command += ["--homozyg-kb", "1500", "--maf", "0.05", "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True)
    table = pd.read_csv(f"{out}.hom", sep=r"\s+")
    people = table["IID"].map(place)
    columns = (people, table["CHR"].astype(str), table["POS1"], table["POS2"])
    return list(zip(*columns, strict=True))


def check_consanguinity(bench):
    vcf = f"{PANEL}.GRCh37.vcf.gz"
    run, centres = run_labelled(bench, PANEL, vcf=vcf, target="qc")
    table = run.table("qc/roh.tsv").set_index("sample_id")
    means = table["f_roh_long"].groupby(centres).mean().sort_values(ascending=False)
    cousins = (table["f_roh_long"] >= 1 / 16).mean()
    decisions = run.table("qc/decisions.tsv")
    caught = decisions.loc[decisions["rule"] == "het_outlier", "sample_id"]
    outliers = table.loc[table.index.isin(caught)]
    high = outliers[outliers["f_sites"] > table["f_sites"].median()]
    long = (high["reading"] == "long_runs").sum()
    expected = (table["reading"] == "long_runs").mean() * len(high)
    covered = table["covered_long_mb"].iloc[0]
    few = run_sparse(bench, target="qc").table("qc/roh.tsv")
    chr22, _ = run_labelled(bench, CONTIG, vcf=f"{CONTIG}.GRCh37.vcf.gz", target="qc")
    small = chr22.table("qc/roh.tsv")
    return [
        Row(
            "roh_populations",
            f"{PANEL}: runs of 5 Mb would be found in {covered:.0f} Mb",
            "Gazal 2015 (doi 10.1038/srep17453) on whole genomes: a quarter of the"
            " people is inbred, 4 % as children of first cousins or more",
            f"mean F_ROH {', '.join(f'{name} {f:.4f}' for name, f in means.items())}",
            f"{100 * (table['f_roh_long'] > 0).mean():.0f} % have such a run,"
            f" {100 * (table['reading'] == 'long_runs').mean():.1f} % three that sum to"
            f" {CONSANGUINEOUS:.3f}, {100 * cousins:.1f} % to 1/16",
        ),
        Row(
            "roh_outliers",
            f"{PANEL}, people with too few heterozygotes for their ancestry (rule"
            " het_outlier)",
            "marriages between cousins are known in these populations: biology, and"
            " not bad data",
            f"{long} of {len(high)} have long runs",
            f"{expected:.1f} expected by chance",
        ),
        Row(
            "roh_sparse",
            f"{SPARSE}: {int(few['n_sites'].median()):,} common SNVs on all autosomes;"
            f" {CONTIG}: one chromosome",
            "too sparse, and too little of the genome: no answer may be forced",
            f"{(few['reading'] == 'not_assessable').sum():,} of {len(few):,} and"
            f" {(small['reading'] == 'not_assessable').sum():,} of {len(small):,} not"
            " assessable",
            f"{few['f_roh'].notna().sum() + small['f_roh_long'].notna().sum()} given a"
            " value",
        ),
    ]


CHECKS = [
    Check("fst_plink2", (PANEL, ARRAY), check_fst, ("plink2",)),
    Check("diversity", (CONTIG, PANEL, ARRAY, SPARSE), check_diversity),
    Check("runs_of_homozygosity", (ARRAY,), check_runs, ("bcftools", "plink1.9")),
    Check("consanguinity", (PANEL, SPARSE, CONTIG), check_consanguinity),
]
