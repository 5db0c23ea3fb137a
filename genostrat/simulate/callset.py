"""What a joint caller would write of a toy cohort."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from genostrat.simulate.forced_calls import (
    MISSING_RATE,
    in_genome_order,
    join_calls,
    without_reads,
)
from genostrat.simulate.genome import Sites
from genostrat.simulate.inheritance import Person
from genostrat.simulate.people import Roles
from genostrat.simulate.pharmacogenes import UNREAD_RSIDS
from genostrat.simulate.reads import Contamination, SimulatedCalls, sequence_samples
from genostrat.simulate.vcf import write_vcf

CONTAMINATION_FRACTION = 0.15
_MISSING_RATE = 0.006
_LOW_CALL_MISSING_RATE = 0.25
#: Share of samples in which a failing record looks heterozygous.
_ARTEFACT_RATE = 0.7


def write_callset(
    rng: np.random.Generator,
    path: str | Path,
    people: pd.DataFrame,
    *,
    sites: Sites,
    forced: pd.DataFrame,
    genomes: Sequence[Person],
    contaminant: Person,
    roles: Roles,
) -> None:
    """Sequence a cohort, call its genotypes and write them.

    Parameters
    ----------
    rng
        Random stream.
    path
        VCF to write, bgzipped; its index goes beside it.
    people
        The patients, a row each.
    sites
        Sites of the population.
    forced
        Further records, at which everybody carries the reference and is called.
    genomes
        Everybody's genome, in the order of `people`.
    contaminant
        Whose reads are in the contaminated sample.
    roles
        Who is planted as what.
    """
    table = sites.table
    failing = (table["filter"] != "PASS").to_numpy()
    alleles = np.stack([person.alleles for person in genomes], axis=2)
    artefacts = rng.random((int(failing.sum()), alleles.shape[2])) < _ARTEFACT_RATE
    alleles[:, failing] = np.stack([np.zeros_like(artefacts), artefacts])
    calls = sequence_samples(
        rng,
        alleles,
        n_alleles=sites.n_alleles,
        missing_rate=_missing_rates(len(people), roles, rate=_MISSING_RATE),
        contamination=Contamination(
            roles.contaminated, contaminant.alleles, CONTAMINATION_FRACTION
        ),
    )
    rows = np.flatnonzero(table["rsid"].isin(UNREAD_RSIDS)).tolist()
    without_reads(calls, rows=rows, samples=list(roles.unread))
    quality = rng.integers(200, 5000, len(failing))
    quality[failing] = rng.integers(5, 30, failing.sum())
    # A joint caller writes no record where all samples are homozygous for the
    # reference. Pharmacogene sites are forced calls and stay, so that their reference
    # genotypes count as calls.
    written = (calls.genotypes > 0).any(axis=1) | (table["rsid"] != ".").to_numpy()
    order = rng.permutation(alleles.shape[2])
    merged = pd.concat([table, forced], ignore_index=True)
    ordered = in_genome_order(merged).index.to_numpy()
    kept = ordered[np.append(written, np.ones(len(forced), bool))[ordered]]
    calls = join_calls(calls, _call_forced(rng, len(forced), len(people), roles))
    quality = np.append(quality, rng.integers(200, 5000, len(forced)))
    write_vcf(
        path,
        calls.subset(kept),
        sites=merged.iloc[kept],
        quality=quality[kept],
        samples=people["sample_id"].tolist(),
        order=order,
    )


def _call_forced(
    rng: np.random.Generator, n_sites: int, n_samples: int, roles: Roles
) -> SimulatedCalls:
    """Call sites at which no sample has an alternate allele."""
    alleles = np.zeros((2, n_sites, n_samples), np.int8)
    return sequence_samples(
        rng,
        alleles,
        n_alleles=np.full(n_sites, 2),
        missing_rate=_missing_rates(n_samples, roles, rate=MISSING_RATE),
        contamination=Contamination(
            roles.contaminated, alleles[:, :, 0], CONTAMINATION_FRACTION
        ),
    )


def _missing_rates(n_samples: int, roles: Roles, *, rate: float) -> np.ndarray:
    rates = np.full(n_samples, rate)
    rates[list(roles.low_call_rate)] = _LOW_CALL_MISSING_RATE
    return rates
