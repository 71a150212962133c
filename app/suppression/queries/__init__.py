"""Reading the do-not-text lists, consent events and STOP questions."""
