"""Find molecular subgroups of patients, and say honestly whether they are real.

The modules, in the order in which a cohort passes through them: ``rotation`` and
``clustering`` (k-means on many resamples at once), ``consensus``; ``nulls``,
``evidence`` and ``boundary`` (the same statistics where there are no groups, and
what tells groups from a continuum); ``selection``; ``classifier``, ``assignment``,
``conformal`` and ``model`` (who belongs where, and the frozen model);
``confounders``, ``power``, ``verdict`` and ``judgement``; ``characteristics``,
``description``, ``agreement`` and ``enrichment``. ``handover`` reads and writes what
the steps give to each other.
"""
