"""Blasts that repeat: a series, its dates, and the one blast of it that waits for its time."""
