"""The forms of surveys, and the sentences beside what cannot be asked."""
