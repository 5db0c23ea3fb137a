"""Words of the pages that people read."""

#: Folder of results that no cohort may be called after: all cohorts of a run.
SIDE_BY_SIDE = "cohorts"
