"""Entries of every stage, one module a stage."""
