"""Prepared statements over delivery's tables, a module for each step of a text's life."""
