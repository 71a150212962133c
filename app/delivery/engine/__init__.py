"""The engine: the one thread of all processes that hands texts to the carrier."""
