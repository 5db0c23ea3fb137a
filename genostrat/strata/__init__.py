"""Find molecular subgroups of patients, and say honestly whether they are real.

The modules, in the order in which a cohort passes through them: ``rotation`` and
``clustering`` (k-means on many resamples at once), ``consensus``, ``nulls`` and
``sigclust`` (what the same statistics look like without groups), ``selection``,
``confounders``, ``power``, ``verdict``, ``model`` (the frozen classifier),
``assignment`` and ``characteristics``.
"""
