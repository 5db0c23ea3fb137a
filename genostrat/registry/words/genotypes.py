"""Words of contigs, builds, sexes."""

AUTOSOMES = tuple(str(number) for number in range(1, 23))
#: Canonical names of contigs, in genome order.
CONTIGS = (*AUTOSOMES, "X", "Y", "MT")
BUILD_NAMES = ("GRCh37", "GRCh38")
SEXES = ("male", "female")
