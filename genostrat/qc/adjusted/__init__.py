"""Kinship that allows for ancestry, and what relatives share of the genome."""
