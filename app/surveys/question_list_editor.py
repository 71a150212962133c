"""Questions on a form change places, come and go.

Where an answer leads goes along with the question it leads to.
"""

from collections.abc import Sequence
from typing import Any

from app.surveys.forms.question_form import NEXT_QUESTION, build_branch_form_data

QuestionFormData = dict[str, Any]
BLANK_QUESTION: QuestionFormData = {
    "prompt": "",
    "kind": "text",
    "ways": build_branch_form_data({}, []),
}


def edit_question_list(questions: Sequence[QuestionFormData], what: str) -> list[QuestionFormData]:
    """The questions after a button was pressed: add, up:n, down:n, remove:n (n from 0); else as
    they were.
    """
    verb, _, typed = what.partition(":")
    order: list[int | None] = list(range(len(questions)))
    place = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else -1
    if verb == "add":
        order.append(None)
    elif not 0 <= place < len(questions):
        return list(questions)
    elif verb == "remove":
        order.pop(place)
    elif verb in ("up", "down") and 0 <= (other := place + (1 if verb == "down" else -1)) < len(
        questions
    ):
        order[place], order[other] = order[other], order[place]
    moved = {old: new for new, old in enumerate(order) if old is not None}
    return [
        _move_question(questions[old], new, moved) if old is not None else dict(BLANK_QUESTION)
        for new, old in enumerate(order)
    ]


def _move_question(
    question: QuestionFormData, place: int, moved: dict[int, int]
) -> QuestionFormData:
    """The same question at another place; what would lead back, or to what is gone, leads to
    the next one.
    """

    def to(chosen: str) -> str:
        if not chosen.isdigit() or chosen == "0":
            return chosen
        new = moved.get(int(chosen) - 1)
        return str(new + 1) if new is not None and new > place else NEXT_QUESTION

    return {
        **question,
        "ways": [{**way, "to": to(way["to"] or NEXT_QUESTION)} for way in question["ways"]],
    }
