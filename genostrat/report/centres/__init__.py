"""Pages of what several centres say together."""
