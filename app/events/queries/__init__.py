"""Read events, their registrations and their reminder plans."""
