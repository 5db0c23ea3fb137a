"""What the config asks of the clinical sheet, resolved and checked once."""
