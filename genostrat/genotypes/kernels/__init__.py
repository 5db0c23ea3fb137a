"""Compiled steps of reading; they know bytes, and nothing of files."""
