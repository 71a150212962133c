"""Ways to anywhere: the search over everything, and what is new, on every page."""
