"""One person's page: what we know of a number, what was texted, and why somebody did or did not
get something.
"""
