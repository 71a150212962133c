"""Rules about what repeats: its dates, its sentence, dates in its text that have passed."""
