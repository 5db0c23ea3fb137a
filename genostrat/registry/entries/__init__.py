"""Entries of the larger stages, in modules of their own."""
