"""Reading the sandbox phones: who has one, what is on its screen, what happened behind it."""
