"""How many texts people get, and what the organisation spends: the limits and what is counted."""
