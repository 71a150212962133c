"""The trash: rows of deleted things, kept for 30 days so that they can be put back."""
