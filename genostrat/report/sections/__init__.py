"""The sections of the cohort's report, one module each."""
