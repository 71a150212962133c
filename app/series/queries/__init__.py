"""What pages and actions ask about series."""
