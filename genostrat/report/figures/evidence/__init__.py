"""Figures of what bears a partition out, or speaks against it."""
