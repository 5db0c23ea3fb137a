"""The library's front: a dozen functions that need no workflow and no config.

They are imported from the package itself (``from genostrat import judge_matrix``),
which loads what a function needs when it is first asked for. ``docs/api.md`` shows them
on a simulated cohort. Examples in their documentation take its folder ``toy`` for
granted.
"""
