"""genostrat: stratified medicine from genotypes, a clinical sheet and omics.

The package is the library under the Snakemake workflow that stands beside it.
Importing it has no side effects and loads nothing heavy.
"""

__version__ = "0.1.0"
