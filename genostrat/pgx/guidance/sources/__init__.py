"""Where guidance is from: the table that comes with genostrat, and a user’s files."""
