"""The cohort report: one self-contained page, a summary for machines, provenance."""
