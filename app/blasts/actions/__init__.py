"""Confirming a blast, and releasing it when it is due."""
