"""One table of features for the patients of a cohort, ready for clustering.

``matrices`` reads and checks omics matrices, ``transforms`` and ``covariates`` say
what one patient's values become, ``adjustment`` holds the frozen coefficients that
do the same for a new patient, and ``features`` puts the layers together.
"""
