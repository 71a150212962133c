"""Putting back what is in the trash: the page, and what each feature asks for then."""
