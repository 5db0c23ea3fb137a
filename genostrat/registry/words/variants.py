"""Words of variant calls."""

VARIANT_TYPES = ("snv", "indel", "mnv", "complex", "reference")
SPECTRUM_CLASSES = ("snv", "indel")
#: Groups of people that are compared: everybody, ancestry labels, centres.
POPULATION_KINDS = ("all", "ancestry", "centre")
BASES = ("A", "C", "G", "T")
