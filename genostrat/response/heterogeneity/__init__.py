"""Whether the effect of a drawn treatment differs between patients: one verdict.

Effects are predicted for patients that the model has not seen, many times over, and the
verdict rests on all of these splits together: a single split gives any answer.
"""
