"""The effect of treatment in all patients, and who is in each population."""
