"""Rules that need no request, no database and no clock; time and settings come in as arguments."""
