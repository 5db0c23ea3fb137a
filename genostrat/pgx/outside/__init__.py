"""Calls of pharmacogenes that other tools made."""
