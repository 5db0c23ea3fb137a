"""Runs of homozygosity: stretches of the genome that both parents gave alike."""
