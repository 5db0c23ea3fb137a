"""Population genetics of a cohort: how its groups differ, and how varied each is."""
