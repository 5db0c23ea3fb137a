"""What goes out to other programs: cleaned genotypes, lists, identities, families."""
