"""Treatment response by stratum.

The interaction of treatment and stratum is tested first; effects within strata are
then described on a relative and an absolute scale. Strata were formed without the
outcomes, so tests of outcomes between strata are valid.
"""
