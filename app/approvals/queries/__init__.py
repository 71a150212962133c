"""What was asked and decided, and what a sender confirmed today."""
