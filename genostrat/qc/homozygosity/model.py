"""A hidden Markov model of autozygosity along a genome."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from genostrat.arrays import Floats


@dataclass(frozen=True)
class Model:
    """Two states along the genome: autozygous, and not.

    Parameters
    ----------
    leave_rate
        Rate of leaving autozygosity, per base. A run of the shared ancestor g
        generations ago ends about every 50/g cM: 2e-7 is for 5 Mb, ten generations.
    enter_rate
        Rate of entering it, per base: a hundredth of `leave_rate` says that one per
        cent of a genome is autozygous before anything is known of it.
    error
        Share of genotypes called wrong.
    max_gap
        Bases without an informative variant that no run goes across. Centromeres have
        3 Mb and more.

    Notes
    -----
    As ``bcftools roh`` (Narasimhan 2016, doi 10.1093/bioinformatics/btw044), with
    rates that mean something: its defaults (enter 6.7e-8, leave 5e-9) hold 93 % of a
    genome autozygous where there are no data, so that sparse variants find runs in
    everybody.
    """

    leave_rate: float = 2e-7
    enter_rate: float = 2e-9
    error: float = 1e-3
    max_gap: int = 2_000_000

    @property
    def prior(self) -> float:
        """Share of a genome that is autozygous before anything is known of it."""
        return self.enter_rate / (self.enter_rate + self.leave_rate)

    def transitions(self, distance: npt.ArrayLike) -> Floats:
        """Return the log-probabilities of the states over distances.

        Returns
        -------
        float array, shape (n, 4)
            From outside to outside, outside to autozygous, autozygous to outside and
            autozygous to autozygous.
        """
        away = -np.expm1(
            -(self.enter_rate + self.leave_rate) * np.asarray(distance, float)
        )
        enter, leave = self.prior * away, (1 - self.prior) * away
        with np.errstate(divide="ignore"):
            logs: Floats = np.log(
                np.stack([1 - enter, enter, leave, 1 - leave], axis=-1)
            )
        return logs

    def evidence(self, frequency: npt.ArrayLike) -> Floats:
        """Return the log-odds of autozygosity that each genotype gives.

        Parameters
        ----------
        frequency
            Of the alternate allele, strictly between 0 and 1, length n.

        Returns
        -------
        float array, shape (n, 3)
            For 0, 1 and 2 alternate alleles.

        Notes
        -----
        True genotypes have the probabilities (q, 0, p) in an autozygous stretch and
        (q², 2pq, p²) elsewhere; a genotype called wrong is either of the others.
        """
        p = np.asarray(frequency, float)[:, np.newaxis]
        q = 1 - p
        inside = np.hstack([q, np.zeros_like(p), p])
        outside = np.hstack([q**2, 2 * p * q, p**2])
        right = 1 - 1.5 * self.error
        inside, outside = (
            right * share + self.error / 2 for share in (inside, outside)
        )
        logs: Floats = np.log(inside / outside)
        return logs

    def information(self, frequency: npt.ArrayLike) -> Floats:
        """Return the mean log-odds of a genotype within an autozygous stretch.

        Parameters
        ----------
        frequency
            As for :meth:`evidence`.
        """
        p = np.asarray(frequency, float)
        logs = self.evidence(p)
        mean: Floats = (1 - p) * logs[:, 0] + p * logs[:, 2]
        return mean
