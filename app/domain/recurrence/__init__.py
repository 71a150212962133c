"""Rules about what repeats: the dates of a series, its sentence, dates in its text that have passed."""
