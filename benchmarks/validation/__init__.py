"""Real data with known answers, held against the workflow; one module per topic."""
