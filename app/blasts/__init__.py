"""Blasts: compose, rehearse, confirm, release, watch."""
