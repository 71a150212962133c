"""How long data is kept, and archives by year."""
