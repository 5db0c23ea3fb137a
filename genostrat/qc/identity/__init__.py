"""Whether a sample is the person that its label names: sex, omics, swaps."""
