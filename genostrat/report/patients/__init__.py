"""The sheet of one patient."""
