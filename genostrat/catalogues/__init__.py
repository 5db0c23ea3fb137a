"""Lists of what genostrat knows, one object an entry, from which all else derives."""
