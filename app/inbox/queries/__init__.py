"""Reading threads: lists of them, searches, one conversation, and whom it is with."""
