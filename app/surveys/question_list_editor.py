"""Adding, moving and removing questions of a form.

Where an answer leads goes along with the question it leads to.
"""

from collections.abc import Sequence
from typing import Any

from app.domain.texts.whole_numbers import parse_whole_number
from app.surveys.forms.question_form import NEXT_QUESTION, build_branch_form_data

QuestionFormData = dict[str, Any]
BLANK_QUESTION: QuestionFormData = {
    "prompt": "",
    "kind": "text",
    "ways": build_branch_form_data({}, [], {}),
}
MAX_INDEX_DIGITS = 4
MOVES = {"up": -1, "down": 1}


def edit_question_list(
    questions: Sequence[QuestionFormData], button: str
) -> list[QuestionFormData]:
    """Return the questions after a button: add, up:n, down:n or remove:n, with n from 0.

    After anything else they are as they were.
    """
    order = _reorder_questions(len(questions), button)
    if order == list(range(len(questions))):
        return list(questions)
    # Where each question stands now, by where it stood.
    new_indexes = {}
    for new_index, old_index in enumerate(order):
        if old_index is not None:
            new_indexes[old_index] = new_index
    edited = []
    for new_index, old_index in enumerate(order):
        if old_index is None:
            edited.append(dict(BLANK_QUESTION))
        else:
            edited.append(_redirect_branches(questions[old_index], new_index, new_indexes))
    return edited


def _reorder_questions(count: int, button: str) -> list[int | None]:
    """Return the old index of each question in the new order, None for a new one."""
    verb, _, typed = button.partition(":")
    order: list[int | None] = list(range(count))
    index = parse_whole_number(typed, MAX_INDEX_DIGITS)
    if verb == "add":
        order.append(None)
    elif index is None or index >= count:
        return order
    elif verb == "remove":
        order.pop(index)
    elif verb in MOVES:
        other = index + MOVES[verb]
        if 0 <= other < count:
            order[index], order[other] = order[other], order[index]
    return order


def _redirect_branches(
    question: QuestionFormData, index: int, new_indexes: dict[int, int]
) -> QuestionFormData:
    """Return the question with branches to where the questions are now.

    What would lead back, or to what is gone, leads to the next question.
    """
    branches = []
    for branch in question["ways"]:
        target = branch["to"] or NEXT_QUESTION
        branches.append({**branch, "to": _move_target(target, index, new_indexes)})
    return {**question, "ways": branches}


def _move_target(target: str, index: int, new_indexes: dict[int, int]) -> str:
    if not target.isdigit() or target == "0":
        return target
    new_index = new_indexes.get(int(target) - 1)
    if new_index is None or new_index <= index:
        return NEXT_QUESTION
    return str(new_index + 1)
