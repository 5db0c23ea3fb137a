"""Checking everything a cohort names, before anything is computed."""
