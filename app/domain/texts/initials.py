"""The one or two letters that stand for a person beside their name."""

MAX_INITIALS = 2


def make_initials(name: str | None) -> str:
    """Return the first letters of the first and the last word of a name: "ZH"; "" without one."""
    words = [word for word in (name or "").split() if word[0].isalpha()]
    if len(words) > MAX_INITIALS:
        words = [words[0], words[-1]]
    return "".join(word[0] for word in words).upper()[:MAX_INITIALS]
