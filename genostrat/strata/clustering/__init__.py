"""Clustering of a cohort and of its resamples."""
