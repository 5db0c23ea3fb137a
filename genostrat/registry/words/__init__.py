"""Closed vocabularies: every word that a column with few answers may hold.

The registry checks what is written against them, and the code that writes takes its
words from here. There is a module a stage, so that a new word re-runs the rules of
its stage alone; descriptions stand elsewhere and re-run nothing.
"""
