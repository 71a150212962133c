"""The forms of the compose page and of the review page."""
