"""Recording check-ins, and what becomes of them when people change."""
