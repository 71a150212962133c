"""Keywords: a word that somebody texts, and what it answers and does."""
