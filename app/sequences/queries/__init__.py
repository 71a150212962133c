"""What pages and actions ask about sequences."""
