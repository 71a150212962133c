"""Reading a choice from somebody's text: its words, their beginning, its label, its place."""

from app.domain.surveys.answer_courtesies import strip_courtesies
from app.domain.surveys.answer_folding import fold_answer
from app.domain.surveys.answer_numbers import NUMBER_WORDS
from app.domain.surveys.answer_words import map_numbered_words
from app.domain.surveys.question_definitions import CHOICE_LETTERS, SurveyQuestion

PLACE_WORDS = map_numbered_words("place")
# So many letters are enough to name a choice by its beginning.
MIN_PREFIX_LENGTH = 3


def parse_choice(question: SurveyQuestion, text: str) -> str | None:
    """Return the choice that the text names, as the question spells it, else None.

    As it stands first; then without courtesies and articles, for "The pasta please, thank you".
    """
    key = fold_answer(text)
    if not key:
        return None
    choice = _find_choice(key, question)
    bare_key = strip_courtesies(key)
    if choice is None and bare_key != key:
        return _find_choice(bare_key, question)
    return choice


def _find_choice(key: str, question: SurveyQuestion) -> str | None:
    choice_by_key = _map_choice_keys(question.choices)
    if key in choice_by_key:
        return choice_by_key[key]
    choice_by_label = dict(zip(question.choice_labels, question.choices, strict=True))
    labelled_choice = _find_choice_by_label(key, choice_by_label)
    if labelled_choice:
        return labelled_choice
    prefixed = set()
    for choice_key, choice in choice_by_key.items():
        if _is_choice_prefix(choice_key, key):
            prefixed.add(choice)
    if len(prefixed) == 1:
        return prefixed.pop()
    return _find_choice_by_place(key, question)


def _map_choice_keys(choices: tuple[str, ...]) -> dict[str, str]:
    """Return the choices by their folded words, and without their articles ("A cake")."""
    choice_by_key = {fold_answer(choice): choice for choice in choices}
    for key, choice in list(choice_by_key.items()):
        choice_by_key.setdefault(strip_courtesies(key, behind=()), choice)
    return choice_by_key


def _find_choice_by_label(key: str, choice_by_label: dict[str, str]) -> str | None:
    """Return the choice by its label, alone or with its words after it ("2 Pasta").

    Where the labels are numbers, a number word or a letter alone counts too.
    """
    label, _, words = key.partition(" ")
    if "1" in choice_by_label and not words:
        label = str(NUMBER_WORDS.get(label, label))
        if len(label) == 1 and label in CHOICE_LETTERS:
            label = str(CHOICE_LETTERS.index(label) + 1)
    choice = choice_by_label.get(label)
    if choice is None or not words:
        return choice
    choice_key = fold_answer(choice)
    if choice_key == words or _is_choice_prefix(choice_key, words):
        return choice
    return None


def _is_choice_prefix(choice_key: str, key: str) -> bool:
    """Whether `key` begins a choice: with whole words, or with three letters of its first word."""
    if choice_key.startswith(f"{key} "):
        return True
    is_long_enough = len(key) >= MIN_PREFIX_LENGTH and not key.isdecimal()
    return is_long_enough and choice_key.startswith(key)


def _find_choice_by_place(key: str, question: SurveyQuestion) -> str | None:
    """Return the choice whose place is named: "the second one"."""
    place = PLACE_WORDS.get(key)
    if place is None or place > len(question.choices):
        return None
    return question.choices[place - 1]
