"""What changes sequences, their people, and what they send."""
