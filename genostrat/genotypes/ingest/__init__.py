"""Reading a cohort in pieces, and joining the pieces into its store."""
