"""The form of a keyword, and the sentences beside what cannot be kept."""
