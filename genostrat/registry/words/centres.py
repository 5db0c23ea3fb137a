"""Words of what several centres say together."""

#: Folder of results that no cohort may be called after.
COORDINATED = "centres"
