"""Rules about sequences: what starts them, when each step is due, what stops them."""
