"""Genotypes as files for other programs: PLINK filesets and VCF."""
