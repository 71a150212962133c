"""The calendar of everything that will be sent, as a month and as a list."""
