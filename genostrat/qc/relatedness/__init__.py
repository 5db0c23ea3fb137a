"""Who is related to whom, by genotypes and by the sheet."""
