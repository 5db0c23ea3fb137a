"""What the effects of treatment rest on, and what the data could have shown."""
