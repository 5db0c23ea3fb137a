"""The decision ledger: every rule that catches a sample, and what comes of it."""
