"""Whom a text is for, as rules: segments of people, and the audience of a blast."""
