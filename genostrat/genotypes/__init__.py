"""Genotypes: the only place that knows VCF, BCF and PGEN encodings."""
