"""Statistics on plain arrays: effect sizes, permutation tests, exact tests."""
