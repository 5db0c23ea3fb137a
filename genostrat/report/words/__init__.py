"""The report's sentences, from the cohort's record alone."""
