"""Check-ins: days on which people did what they keep at, and their streaks."""
