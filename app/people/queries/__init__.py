"""Reading what we know of one number, and of the people of a group."""
