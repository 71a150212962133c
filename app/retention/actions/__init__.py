"""Storing the rules, and removing what is older than they allow."""
