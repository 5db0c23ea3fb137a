"""What a file is, before any genotype is read: BGZF, BCF, indexes, headers."""
