"""From the lines of a VCF to packed genotypes, with what is counted on the way."""
