"""Which studies fit which patients, by three-valued criteria."""
