"""What was called: types, frequencies, missingness."""
