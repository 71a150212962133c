"""Texts on their way: the rows that are the truth about delivery, and the one engine that sends
them.
"""
