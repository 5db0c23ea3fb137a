"""Pharmacogenomics: from genotypes to star alleles, phenotypes and guidance."""
