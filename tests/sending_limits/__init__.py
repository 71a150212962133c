"""Tests of the limits of texts and money."""
