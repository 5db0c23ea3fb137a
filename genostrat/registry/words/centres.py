"""Words of what several centres say together."""

#: Folder of results that no cohort may be called after.
COORDINATED = "centres"
#: Whether strata are there at a centre that took no part in finding them.
REPLICATED, PARTLY = "replicated", "partly"
NOT, NOT_TESTABLE = "not replicated", "not testable"
REPLICATIONS = (REPLICATED, PARTLY, NOT, NOT_TESTABLE)
