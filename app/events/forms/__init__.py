"""The forms of events, registrations and reminder plans."""
