"""The components of a reference panel, frozen so that anybody can be placed among them.

What is kept is of the panel's people, as frequencies and loadings; of the cohort in
which it was made it holds only which of the panel's sites it has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from genostrat.arrays import Floats, Integers
from genostrat.genotypes.store import Contig, Store
from genostrat.qc.components.krylov import Components
from genostrat.qc.components.projection import (
    Loadings,
    correct_shrinkage,
    project_samples,
)
from genostrat.qc.panel.sites import SharedSites, match_variants
from genostrat.tables import FLOAT_FORMAT

if TYPE_CHECKING:
    import pandas as pd


#: Share of the sites without which a sample's place is less sure than the panel's.
MIN_CALLED = 0.8
#: How a component of a panel is called, so that none is taken for a cohort's own.
PREFIX = "panel_PC"


@dataclass(frozen=True)
class PanelSpace:
    """Components of a reference panel.

    Parameters
    ----------
    contig, position, ref, alt
        The panel's sites, in genome order: (n_sites).
    frequencies
        Of ALT among the people that span the components: (n_sites).
    weights
        Loadings: (n_sites, n_pcs).
    strengths
        Eigenvalues of the components: (n_pcs).
    n_used
        Sites that vary among those people.
    strand_known
        Whether the alleles are those of the genome's forward strand.
    """

    contig: npt.NDArray[np.str_]
    position: Integers
    ref: npt.NDArray[np.str_]
    alt: npt.NDArray[np.str_]
    frequencies: Floats
    weights: Floats
    strengths: Floats
    n_used: int
    strand_known: bool = True

    @property
    def names(self) -> list[str]:
        """Names of the components, as columns of a table."""
        return [f"{PREFIX}{i + 1}" for i in range(len(self.strengths))]

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return arrays that together hold everything."""
        return {
            "contig": self.contig,
            "position": self.position,
            "ref": self.ref,
            "alt": self.alt,
            "frequencies": self.frequencies,
            "weights": self.weights,
            "strengths": self.strengths,
            "n_used": np.array([self.n_used], np.int64),
            "strand_known": np.array([self.strand_known], np.int64),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> PanelSpace | None:
        """Rebuild from :meth:`to_arrays`; None where no site was kept."""
        if not len(arrays["position"]):
            return None
        whole = {"n_used", "strand_known"}
        rest = {name: array for name, array in arrays.items() if name not in whole}
        return cls(
            **rest,
            n_used=int(arrays["n_used"][0]),
            strand_known=bool(arrays["strand_known"][0]),
        )


def freeze_space(
    panel: Store,
    sites: SharedSites,
    loadings: Loadings,
    components: Components,
    *,
    strand_known: bool,
) -> PanelSpace:
    """Put the components of a panel together with the sites they are told by.

    Parameters
    ----------
    panel
        The panel's genotypes.
    sites
        Its sites that were used.
    loadings, components
        Of the panel's people over these sites.
    strand_known
        Whether strands were known when the sites were chosen.
    """
    tables = []
    for contig in panel.autosomes:
        table = contig.variants[["position", "ref", "alt"]]
        table = table.iloc[sites.panel[contig.name]]
        tables.append((contig.name, table))
    n_pcs = len(components.strengths)
    return PanelSpace(
        contig=np.array([name for name, t in tables for _ in range(len(t))], np.str_),
        position=_joined([t["position"] for _, t in tables]).astype(np.int64),
        ref=_joined([t["ref"] for _, t in tables]).astype(np.str_),
        alt=_joined([t["alt"] for _, t in tables]).astype(np.str_),
        frequencies=_joined([loadings.frequencies[n] for n, _ in tables]),
        weights=_joined([loadings.weights[n] for n, _ in tables]).reshape(-1, n_pcs),
        strengths=np.asarray(components.strengths, float),
        n_used=loadings.n_used,
        strand_known=strand_known,
    )


def no_space() -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of a panel that says nothing."""
    text, empty = np.empty(0, np.str_), np.empty(0)
    return PanelSpace(
        text, empty.astype(np.int64), text, text, empty, np.empty((0, 0)), empty, 0
    ).to_arrays()


def _joined(parts: list[Any]) -> npt.NDArray[Any]:
    return np.concatenate([np.empty(0), *parts]) if not parts else np.concatenate(parts)


def place_samples(
    store: Store, space: PanelSpace, *, strand_known: bool, threads: int = 1
) -> pd.DataFrame:
    """Place the samples of a store among a panel's components, each on its own.

    Parameters
    ----------
    store
        Their genotypes, on the panel's build.
    space
        The panel's components.
    strand_known
        Whether the store's alleles are those of the genome's forward strand. If not,
        A/T and C/G SNVs count as missing, and complementary alleles match.
    threads
        Blocks of variants worked on at once.

    Returns
    -------
    DataFrame
        sample_id, the components (seven digits; NaN for a sample with less than 80 %
        of the sites), n_sites.

    Notes
    -----
    As :func:`genostrat.qc.panel.labelling.label_with_panel` places them, but that
    relatives of the panel's people keep what they share with those: telling them takes
    the panel's genotypes, which a frozen model does not hold. A site that the store
    lacks is missing like one without a genotype, so that neither other samples nor the
    variants of their file move a sample.
    """
    import pandas as pd

    strand_known = strand_known and space.strand_known
    rows, flipped, frequencies, weights = {}, {}, {}, {}
    for contig in store.autosomes:
        pairs = _match_sites(space, contig, strand_known=strand_known)
        found = pairs["panel"].to_numpy(np.intp)
        rows[contig.name] = pairs["cohort"].to_numpy(np.intp)
        flipped[contig.name] = pairs["flipped"].to_numpy(bool)
        frequencies[contig.name] = space.frequencies[found]
        weights[contig.name] = space.weights[found]
    samples = store.samples if store.contigs else []
    table = pd.DataFrame({"sample_id": list(samples)})
    if not any(len(found) for found in rows.values()):
        table[space.names], table["n_sites"] = np.nan, 0
        return table
    placed = project_samples(
        store,
        Loadings(frequencies, weights, space.n_used),
        rows=rows,
        flipped=flipped,
        threads=threads,
    )
    coordinates = correct_shrinkage(
        placed.coordinates, strengths=space.strengths, norms=placed.norms
    )
    coordinates[placed.called < MIN_CALLED * space.n_used] = np.nan
    # What a table would keep, so that a patient is the same before and after writing.
    digits = [[float(FLOAT_FORMAT % value) for value in row] for row in coordinates]
    table[space.names] = np.reshape(digits, coordinates.shape)
    table["n_sites"] = placed.called
    return table


def _match_sites(
    space: PanelSpace, contig: Contig, *, strand_known: bool
) -> pd.DataFrame:
    """Find a panel's sites in a contig; `panel` counts over all of them."""
    import pandas as pd

    here = np.flatnonzero(space.contig == contig.name)
    names = ("position", "ref", "alt")
    own = pd.DataFrame({name: getattr(space, name)[here] for name in names})
    pairs = match_variants(own, contig.variants, strand_known=strand_known)
    pairs["panel"] = here[pairs["panel"].to_numpy(np.intp)]
    return pairs if strand_known else pairs[~pairs["palindromic"]]


def no_places() -> pd.DataFrame:
    """Return the table of a panel that says nothing."""
    import pandas as pd

    return pd.DataFrame(columns=["sample_id", f"{PREFIX}1", "n_sites"])
