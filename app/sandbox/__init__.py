"""The practice phone: play the people's phones in the browser."""
