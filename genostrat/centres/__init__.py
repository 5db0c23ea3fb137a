"""Many centres, one answer: who left, bundles of others, strata that hold elsewhere."""
