"""Toy cohorts with planted truth, and the check of a run against that truth.

Only rules and tests use this package; no stage of the workflow imports it.
"""
