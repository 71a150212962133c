"""Reading surveys, who answers them, and what was answered."""
