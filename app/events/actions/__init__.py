"""Writing to events and their registrations. None of these commits: a view does, by act()."""
