"""A year of a made-up organisation, to look around in: written by the functions of real data."""
