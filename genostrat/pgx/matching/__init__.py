"""From records to sequences, named alleles and diplotypes."""
