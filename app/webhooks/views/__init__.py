"""Routes that the carrier calls."""
