"""Principal components of ancestry: unlinked variants, their axes, projection."""
