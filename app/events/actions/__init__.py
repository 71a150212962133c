"""Write events, their registrations and their reminder plans. Nothing here commits."""
