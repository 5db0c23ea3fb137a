"""Ancestry labels from a reference panel."""
