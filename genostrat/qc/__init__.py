"""Which samples can be trusted, and why."""
