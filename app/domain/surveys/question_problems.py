"""What keeps the questions of a survey from being saved."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.domain.profiles.language_names import find_mentioned_language
from app.domain.surveys.question_definitions import (
    END_OF_SURVEY,
    END_WITHOUT_REGISTRATION,
    MAX_CHOICES,
    QuestionType,
    SurveyQuestion,
    build_opening_text,
)
from app.domain.surveys.survey_commands import BACK_COMMAND, LEAVE_COMMAND, SKIP_COMMAND
from app.domain.texts.message_templates import list_template_problems
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS, count_utf16_units
from app.domain.texts.text_cleaning import is_blank_text
from app.domain.texts.text_intent import TextIntent, classify_text, fold_text

MAX_QUESTIONS = 40
MIN_CHOICES = 2
MAX_CHOICE_LENGTH = 60
MAX_HINT_LENGTH = 160
MAX_QUESTION_LENGTH = 1200
SURVEY_COMMAND_MEANINGS = {
    LEAVE_COMMAND: "ends a survey",
    SKIP_COMMAND: "passes a question",
    BACK_COMMAND: "goes back",
}


@dataclass(frozen=True)
class QuestionProblem:
    """Something wrong with a question.

    `question_index` counts from 0 and is None for a problem of all questions together; `field`
    is the form field at fault.
    """

    question_index: int | None
    field: str
    sentence: str


def list_question_problems(questions: Sequence[SurveyQuestion]) -> list[QuestionProblem]:
    """Return everything that keeps these questions from being a survey; [] when nothing does."""
    problems = []
    if not 1 <= len(questions) <= MAX_QUESTIONS:
        problems.append(QuestionProblem(None, "questions", _explain_count(len(questions))))
    index_by_prompt: dict[str, int] = {}
    for index, question in enumerate(questions):
        first_index = index_by_prompt.setdefault(fold_text(question.prompt), index)
        sentences = list(_check_question(question))
        if first_index != index and question.prompt:
            sentences.append(
                (
                    "prompt",
                    f"Question {first_index + 1} asks the same. Remove one, or word it "
                    "differently.",
                )
            )
        sentences += _check_branches(question, index, len(questions))
        problems += [QuestionProblem(index, field, sentence) for field, sentence in sentences]
    return problems


def list_opening_problems(intro: str, first_question: SurveyQuestion | None) -> list[str]:
    """Return what is wrong with the introduction, which is one text with the first question."""
    problems = list_template_problems(intro, of_event=False)
    if first_question:
        size = count_utf16_units(build_opening_text(intro, first_question.message_text))
        if size > MAX_MESSAGE_CHARACTERS:
            problems.append(
                f"With the first question this has {size:,} characters."
                f" A text can have up to {MAX_MESSAGE_CHARACTERS:,}."
            )
    return problems


def _explain_count(count: int) -> str:
    if not count:
        return "Add at least one question."
    return f"A survey can have up to {MAX_QUESTIONS} questions. This one has {count:,}."


def _check_question(question: SurveyQuestion) -> Iterator[tuple[str, str]]:
    """Yield the problems of a question by itself, as (form field, sentence)."""
    for sentence in _check_prompt(question):
        yield "prompt", sentence
    if question.question_type is QuestionType.CHOICE:
        for sentence in _check_choices(question.choices):
            yield "choices", sentence
        if question.sets_language and not any(map(find_mentioned_language, question.choices)):
            yield "choices", "None of these is a language, such as Spanish or Español."
    if question.low is not None and question.high is not None and question.low > question.high:
        yield "high", "The largest number is smaller than the smallest one."
    for sentence in _check_hint(question.hint):
        yield "hint", sentence


def _check_prompt(question: SurveyQuestion) -> Iterator[str]:
    if is_blank_text(question.prompt):
        yield "Write the question first."
        return
    size = count_utf16_units(question.message_text)
    if size > MAX_QUESTION_LENGTH:
        with_choices = " with its choices" if question.choices else ""
        yield (
            f"This question has {size:,} characters{with_choices}."
            f" A question can have up to {MAX_QUESTION_LENGTH:,}."
        )
    yield from list_template_problems(question.prompt, of_event=False)


def _check_choices(choices: Sequence[str]) -> Iterator[str]:
    if not MIN_CHOICES <= len(choices) <= MAX_CHOICES:
        yield f"Enter {MIN_CHOICES} to {MAX_CHOICES} choices, one per line."
        return
    yield from filter(None, map(_find_choice_problem, choices))
    words = list(map(fold_text, choices))
    for choice, word in zip(choices, words, strict=True):
        if words.count(word) > 1:
            yield f"“{choice}” is listed twice."
            break


def _find_choice_problem(choice: str) -> str | None:
    word = fold_text(choice)
    if len(choice) > MAX_CHOICE_LENGTH:
        return (
            f"A choice can have up to {MAX_CHOICE_LENGTH} characters:"
            f" “{choice[:20]}…” has {len(choice)}."
        )
    if not word:
        return f"“{choice}” has no letters or digits to text."
    if classify_text(word) is not TextIntent.CONVERSATION:
        return f"{word} can’t be a choice: carriers handle this word."
    if word in SURVEY_COMMAND_MEANINGS:
        return f"{word} can’t be a choice: it {SURVEY_COMMAND_MEANINGS[word]}."
    return next(iter(list_template_problems(choice, of_event=False)), None)


def _check_hint(hint: str) -> Iterator[str]:
    size = count_utf16_units(hint)
    if size > MAX_HINT_LENGTH:
        yield f"A hint can have up to {MAX_HINT_LENGTH} characters. This one has {size}."
    yield from list_template_problems(hint, of_event=False)


def _check_branches(
    question: SurveyQuestion, index: int, question_count: int
) -> Iterator[tuple[str, str]]:
    """Yield the problem of the branches: they lead forwards, for a survey must end."""
    ends = (END_OF_SURVEY, END_WITHOUT_REGISTRATION)
    # Numbers of questions begin with 1, so that index + 1 is this one.
    later_questions = range(index + 2, question_count + 1)
    for target in question.branches.values():
        if target not in ends and target not in later_questions:
            yield "leads", "An answer can lead to a later question, or to the end."
            return
    for answer in question.branches:
        if answer not in question.possible_answers:
            yield "leads", f"“{answer}” is not an answer to this question."
            return
