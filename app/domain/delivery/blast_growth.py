"""Whether the audience of a blast grew so much since it was confirmed that a person looks again."""

# More than both: ten people more of 1,000 are the usual coming and going, and so are three of 20.
MAX_GROWTH_SHARE = 0.1
MAX_GROWTH_PEOPLE = 5


def has_grown_too_much(confirmed_count: int | None, count: int) -> bool:
    """Whether `count` people are too many for a confirmation for `confirmed_count`.

    None: nobody confirmed a number, as for the reminders of an event.
    """
    if confirmed_count is None:
        return False
    growth = count - confirmed_count
    return growth > MAX_GROWTH_PEOPLE and growth > MAX_GROWTH_SHARE * confirmed_count


def describe_growth(confirmed_count: int, count: int) -> str:
    """Return why the blast is held, in at most 300 characters."""
    return (
        f"The list grew: this blast was confirmed for {confirmed_count:,} people and would go to "
        f"{count:,} now. Confirm the new number, or cancel the blast."
    )
