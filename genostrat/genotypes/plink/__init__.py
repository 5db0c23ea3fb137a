"""From PLINK 1 and PLINK 2 filesets to packed genotypes."""
