"""What stands in the place of words that were removed when their text grew old."""

REMOVED_BEGINNING = "[removed after "


def build_removed_words(duration: str) -> str:
    """Return what stands in the place of a text's words, such as "[removed after 12 months]"."""
    return f"{REMOVED_BEGINNING}{duration}]"
