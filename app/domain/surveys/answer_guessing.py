"""What an unclear answer may mean. A person looks at the guess before it counts."""

import re
from collections.abc import Callable

from app.domain.surveys.answer_dates import DateContext
from app.domain.surveys.answer_folding import fold_answer
from app.domain.surveys.answer_numbers import NUMBER_WORDS
from app.domain.surveys.answer_parsing import parse_answer
from app.domain.surveys.answer_words import ANSWER_WORDS
from app.domain.surveys.question_definitions import (
    NO_VALUE,
    YES_VALUE,
    QuestionType,
    SurveyQuestion,
)

# "5 or 6", "2-3", "half of us": nobody should be led to add these up.
AMBIGUITY_WORDS = frozenset(
    {"OR", "OU", "O", "MAYBE", "BETWEEN", "TO", "HALF", "DOZEN", "MEDIA", "DOCENA", "DEMI"}
)
NOT_SUMMABLE_PATTERN = re.compile(r"\d\s*[-–/:.,%*]\s*\d|[$€£%]")
MIN_WORD_LENGTH = 3
# A longer word is no number of people or things.
MAX_NUMBER_LENGTH = 9


def guess_answer(question: SurveyQuestion, text: str, context: DateContext) -> str | None:
    """Return the answer a person would most likely read in the text, as it would be stored.

    None where no guess is likely. Numbers are added up ("2 adults and 3 kids" is 5); a choice
    must be the only one that is named; yes or no must be said without the other.
    """
    guess = GUESSER_BY_QUESTION_TYPE.get(question.question_type)
    if guess is None:
        return None
    guessed_text = guess(question, text)
    if not guessed_text:
        return None
    return parse_answer(question, guessed_text, context)


def _guess_number(question: SurveyQuestion, text: str) -> str | None:
    words = fold_answer(text).split()
    if AMBIGUITY_WORDS.intersection(words) or NOT_SUMMABLE_PATTERN.search(text):
        return None
    numbers = []
    for word in words:
        if len(word) > MAX_NUMBER_LENGTH:
            continue
        if word.isdecimal():
            numbers.append(int(word))
        elif word in NUMBER_WORDS:
            numbers.append(NUMBER_WORDS[word])
    if not numbers:
        return None
    return str(sum(numbers))


def _guess_choice(question: SurveyQuestion, text: str) -> str | None:
    """Return the only choice with a word of its own in the text, else the only label in it."""
    words = fold_answer(text).split()
    named_choices = []
    for choice in question.choices:
        if _list_distinctive_words(choice, question).intersection(words):
            named_choices.append(choice)
    if len(named_choices) == 1:
        return named_choices[0]
    if named_choices:
        return None
    # A letter such as "A" is also a word, so only numbers count.
    labels = [label for label in question.choice_labels if label in words and not label.isalpha()]
    if len(labels) == 1:
        return labels[0]
    return None


def _list_distinctive_words(choice: str, question: SurveyQuestion) -> set[str]:
    """Return the words of three letters and more that no other choice has."""
    words = {word for word in fold_answer(choice).split() if len(word) >= MIN_WORD_LENGTH}
    for other_choice in question.choices:
        if other_choice != choice:
            words.difference_update(fold_answer(other_choice).split())
    return words


def _guess_yes_no(question: SurveyQuestion, text: str) -> str | None:
    words = set(fold_answer(text).split())
    says_yes = not words.isdisjoint(ANSWER_WORDS["begin yes"])
    says_no = not words.isdisjoint(ANSWER_WORDS["begin no"] | ANSWER_WORDS["against"])
    if says_yes == says_no:
        return None
    return YES_VALUE if says_yes else NO_VALUE


GUESSER_BY_QUESTION_TYPE: dict[QuestionType, Callable[[SurveyQuestion, str], str | None]] = {
    QuestionType.NUMBER: _guess_number,
    QuestionType.CHOICE: _guess_choice,
    QuestionType.YES_NO: _guess_yes_no,
}
