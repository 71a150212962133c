"""Reading templates and their versions."""
