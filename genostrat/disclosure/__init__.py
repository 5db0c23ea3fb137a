"""Disclosure control: what may leave a centre, and what an attacker would learn of it.

Counts are rounded and small ones withheld (:mod:`genostrat.disclosure.cells`), releases
that differ by few people refused (:mod:`genostrat.disclosure.releases`), estimates
rounded to what their sample supports (:mod:`genostrat.disclosure.estimates`), and
means held against the best attack on membership
(:mod:`genostrat.disclosure.membership`).
"""
