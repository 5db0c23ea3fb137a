"""Simulated cohorts whose truth is known, judged as the workflow judges a cohort."""
