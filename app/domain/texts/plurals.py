"""Counts and amounts of time in words: "1 person", "1,480 people", "2 hours 10 minutes"."""


def pluralize(count: int, singular: str, plural: str = "") -> str:
    """Return the count with its noun; the plural is the singular with an s unless given."""
    noun = singular if count == 1 else plural or f"{singular}s"
    return f"{count:,} {noun}"


def format_two_units(
    large: int,
    large_noun: str,
    small: int,
    small_noun: str,
) -> str:
    """Return an amount in two units, "2 hours 10 minutes"; a smaller unit of 0 is left out."""
    if not small:
        return pluralize(large, large_noun)
    return f"{pluralize(large, large_noun)} {pluralize(small, small_noun)}"


def choose_by_count(count: int, singular: str, plural: str) -> str:
    """Return the words that fit the count, such as a verb, without the count itself."""
    return singular if count == 1 else plural
