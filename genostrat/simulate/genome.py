"""Where the toy variants lie, and how frequent their alleles are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from genostrat.simulate.pharmacogenes import VARIANTS

#: Lengths of the primary GRCh38 contigs.
CONTIG_LENGTHS = {
    "chr1": 248956422,
    "chr2": 242193529,
    "chr3": 198295559,
    "chr4": 190214555,
    "chr5": 181538259,
    "chr6": 170805979,
    "chr7": 159345973,
    "chr8": 145138636,
    "chr9": 138394717,
    "chr10": 133797422,
    "chr11": 135086622,
    "chr12": 133275309,
    "chr13": 114364328,
    "chr14": 107043718,
    "chr15": 101991189,
    "chr16": 90338345,
    "chr17": 83257441,
    "chr18": 80373285,
    "chr19": 58617616,
    "chr20": 64444167,
    "chr21": 46709983,
    "chr22": 50818468,
    "chrX": 156040895,
    "chrY": 57227415,
}
ANCESTRIES = ("ancA", "ancB", "ancC")
#: Genetic distance between the ancestries (Balding-Nichols parameter).
FST = 0.1

#: GRCh38: PAR1 of chrX, chrX between the PARs, the unique part of chrY's short arm.
_PAR1 = (10_001, 2_781_479)
_NON_PAR_X = (2_781_480, 155_701_382)
_UNIQUE_Y = (2_781_480, 26_600_000)
#: The short arms of these contigs have no sequence in GRCh38.
_ACROCENTRIC = ("chr13", "chr14", "chr15", "chr21", "chr22")
_TRANSITION = {"A": "G", "G": "A", "C": "T", "T": "C"}
_BASES = "ACGT"
_REGION_OF_SEX_CONTIG = {"chrX": "x", "chrY": "y"}


@dataclass(frozen=True)
class SimulatedCounts:
    """How many sites of each kind to draw."""

    autosomal: int = 7500
    chrx: int = 350
    par1: int = 15
    chry: int = 60
    triallelic: int = 25
    indels: int = 60
    spanning: int = 6
    low_quality: int = 70


@dataclass(frozen=True)
class Sites:
    """The variant records of a population, in the order of the VCF.

    Parameters
    ----------
    table
        One row a site: contig, position, rsid, ref, alt, filter, region (autosome,
        par, x, y) and block; sites of one block are inherited together.
    frequencies
        Shape (sites, ancestries, 2): frequency of the first and the second
        alternate allele. Zero at pharmacogene sites, which are drawn as haplotypes.
    """

    table: pd.DataFrame
    frequencies: np.ndarray

    @property
    def n_alleles(self) -> np.ndarray:
        """Number of alleles of each site, reference included."""
        return self.table["alt"].str.count(",").to_numpy(int) + 2

    def region(self, *names: str) -> np.ndarray:
        """Mark the sites of the regions named."""
        return self.table["region"].isin(names).to_numpy()


def draw_sites(rng: np.random.Generator, *, counts: SimulatedCounts) -> Sites:
    """Draw the sites of a population and their allele frequencies.

    Notes
    -----
    Ancestral frequencies are uniform on 0.15-0.5 for 90 % of the sites, 0.005-0.03
    for the rest; the alternate allele is the common one at 15 % of the common sites.
    Each ancestry's frequency is Beta(p (1 - F) / F, (1 - p) (1 - F) / F) with F = 0.1
    (Balding and Nichols 1995, doi 10.1007/BF01441146). Transitions are drawn twice
    as often as transversions. Random sites lie in equal bins of each contig, so they
    are never close enough to be linked.
    """
    table = _random_snvs(rng, counts)
    _plant_special(rng, table, counts)
    table["first"], table["second"] = _ancestral_frequencies(rng, table)
    table = pd.concat(
        [table, _spanning_partners(rng, table), _pharmacogene_sites()],
        ignore_index=True,
    )
    order = table["contig"].map(list(CONTIG_LENGTHS).index)
    table = table.assign(order=order).sort_values(["order", "position"])
    table = table.reset_index(drop=True)
    table["block"] = pd.factorize(table["block"])[0]
    frequencies = _ancestry_frequencies(rng, table)
    return Sites(table.drop(columns=["first", "second", "order"]), frequencies)


def _random_snvs(rng: np.random.Generator, counts: SimulatedCounts) -> pd.DataFrame:
    autosomes = {
        contig: (20_000_000 if contig in _ACROCENTRIC else 1_000_000, length - 500_000)
        for contig, length in CONTIG_LENGTHS.items()
        if contig not in _REGION_OF_SEX_CONTIG
    }
    widths = np.array([end - start for start, end in autosomes.values()])
    edges = np.rint(
        np.concatenate([[0], np.cumsum(widths) / widths.sum()]) * counts.autosomal
    ).astype(int)
    places = [
        (contig, "autosome", span, n)
        for (contig, span), n in zip(autosomes.items(), np.diff(edges), strict=True)
    ]
    places += [
        ("chrX", "par", _PAR1, counts.par1),
        ("chrX", "x", _NON_PAR_X, counts.chrx),
        ("chrY", "y", _UNIQUE_Y, counts.chry),
    ]
    rows: list[tuple[str, str, int]] = []
    for contig, region, (start, end), n in places:
        width = (end - start) / max(n, 1)
        # The margin keeps neighbours at least a fifth of a bin apart.
        offsets = (np.arange(n) + rng.uniform(0.1, 0.9, n)) * width
        rows += [(contig, region, start + int(offset)) for offset in offsets]
    table = pd.DataFrame(rows, columns=["contig", "region", "position"])
    bases = rng.integers(0, 4, len(table))
    table["ref"] = [_BASES[base] for base in bases]
    table["alt"] = [_substitute(rng, base) for base in table["ref"]]
    table["rsid"] = "."
    table["filter"] = "PASS"
    table["spanning"] = False
    table["block"] = [f"site-{i}" for i in range(len(table))]
    return table


def _substitute(rng: np.random.Generator, base: str) -> str:
    if rng.random() < 2 / 3:
        return _TRANSITION[base]
    others = [b for b in _BASES if b not in (base, _TRANSITION[base])]
    return others[rng.integers(2)]


def _plant_special(
    rng: np.random.Generator, table: pd.DataFrame, counts: SimulatedCounts
) -> None:
    """Turn some autosomal SNVs into the kinds of record that readers stumble on."""
    kinds = {
        "triallelic": counts.triallelic,
        "deletion": counts.indels // 2,
        "insertion": counts.indels - counts.indels // 2,
        "spanning": counts.spanning,
        "low_quality": counts.low_quality,
    }
    rows = rng.permutation(np.flatnonzero(table["region"] == "autosome"))
    starts = np.cumsum([0, *kinds.values()])
    chosen = {
        kind: rows[start : start + n]
        for (kind, n), start in zip(kinds.items(), starts, strict=False)
    }
    for row in chosen["triallelic"]:
        ref, alt = table.loc[row, ["ref", "alt"]]
        spare = [b for b in _BASES if b not in (ref, alt)]
        table.loc[row, "alt"] = f"{alt},{spare[rng.integers(2)]}"
    for kind, column in (("deletion", "ref"), ("insertion", "alt")):
        for row in chosen[kind]:
            anchor = table.loc[row, "ref"]
            table.loc[row, ["ref", "alt"]] = anchor
            table.loc[row, column] = anchor + _bases_after(rng, anchor)
    for row in chosen["spanning"]:
        anchor = table.loc[row, "ref"]
        table.loc[row, "ref"] = anchor + _bases_after(rng, anchor, at_least=3)
        table.loc[row, "alt"] = anchor
    table.loc[chosen["spanning"], "spanning"] = True
    table.loc[chosen["low_quality"], "filter"] = "LowQual"


def _bases_after(rng: np.random.Generator, anchor: str, at_least: int = 1) -> str:
    length = rng.integers(at_least, at_least + 4)
    bases = [_BASES[b] for b in rng.integers(0, 4, length)]
    # A last base equal to the anchor would let the indel shift left: not normalised.
    bases[-1] = next(b for b in np.roll(list(_BASES), length) if b != anchor)
    return "".join(bases)


def _ancestral_frequencies(
    rng: np.random.Generator, table: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray]:
    n = len(table)
    first = rng.uniform(0.15, 0.5, n)
    rare = rng.random(n) < 0.10
    first[rare] = rng.uniform(0.005, 0.03, rare.sum())
    turned = ~rare & (rng.random(n) < 0.15)
    first[turned] = 1 - first[turned]
    # Deletions under a spanning record must be carried by somebody.
    first[table["spanning"]] = 0.2
    second = np.where(table["alt"].str.contains(","), 0.3 * (1 - first), 0.0)
    return first, second


def _spanning_partners(rng: np.random.Generator, table: pd.DataFrame) -> pd.DataFrame:
    """Make an SNV inside each spanning deletion, with ``*`` for the deleted base."""
    partners = table[table["spanning"]].copy()
    inside = partners["ref"].str[1]
    partners["position"] += 1
    partners["ref"] = inside
    partners["alt"] = [f"{_substitute(rng, base)},*" for base in inside]
    partners["first"] = 0.2
    partners["spanning"] = False
    return partners


def _pharmacogene_sites() -> pd.DataFrame:
    table = pd.DataFrame([vars(variant) for variant in VARIANTS])
    # One block a contig: the genes on one contig are close enough to travel together.
    return table.assign(
        region="autosome",
        filter="PASS",
        spanning=False,
        block="pharmacogenes-" + table["contig"],
        first=0.0,
        second=0.0,
    )


def _ancestry_frequencies(rng: np.random.Generator, table: pd.DataFrame) -> np.ndarray:
    first = table["first"].to_numpy()[:, None]
    spread = (1 - FST) / FST
    drawn = first > 0
    p = np.where(drawn, first, 0.5)
    shape = (len(table), len(ANCESTRIES))
    drifted = rng.beta(p * spread, (1 - p) * spread, size=shape)
    drifted = np.where(drawn, drifted, 0.0)
    share = table["second"].to_numpy()[:, None] / np.where(drawn, 1 - first, 1.0)
    return np.stack([drifted, (1 - drifted) * share], axis=2)
