"""The only thing that makes tables.

One file a step, `m0001_*.py` …; what is released is never edited.
"""
