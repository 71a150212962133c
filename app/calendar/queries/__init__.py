"""Reading everything that will be sent, and how much of it each person gets on a day."""
