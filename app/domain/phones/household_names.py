"""One name for two people who share a phone: "Asha and Ben Rao"."""


def join_household_names(first: str, second: str) -> str:
    """Return both names, with a family name that they share said once.

    The text is greeted by the first one's first name, as every couple is (first_names.py).
    """
    first_words, second_words = first.split(), second.split()
    shares_family_name = (
        len(first_words) > 1
        and len(second_words) > 1
        and first_words[-1].casefold() == second_words[-1].casefold()
    )
    if shares_family_name:
        first_words.pop()
    return " ".join([*first_words, "and", *second_words])
