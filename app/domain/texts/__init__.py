"""Rules about the wording of a text: placeholders, segments, keywords, and what it means."""
