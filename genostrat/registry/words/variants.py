"""Words of variant calls."""

VARIANT_TYPES = ("snv", "indel", "mnv", "complex", "reference")
SPECTRUM_CLASSES = ("snv", "indel")
BASES = ("A", "C", "G", "T")
