"""Which variants can be trusted: rules, a ledger, and the set that is left."""
