"""Counts in words: "1 person", "1,480 people"."""


def pluralize(count: int, singular: str, plural: str = "") -> str:
    """Return the count with its noun; the plural is the singular with an s unless given."""
    noun = singular if count == 1 else plural or f"{singular}s"
    return f"{count:,} {noun}"
