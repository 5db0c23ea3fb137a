"""The frozen model, and the assignment of patients by it."""
