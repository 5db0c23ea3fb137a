"""The portfolio watched: specialties, growth, slips, what is new."""
