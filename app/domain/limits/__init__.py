"""Rules about how many texts are sent, and for how much money."""
