"""Questions on a form change places, come and go.

Where an answer leads goes along with the question it leads to.
"""

from collections.abc import Sequence
from typing import Any

from app.surveys.forms.questions import GO_ON, ways

Typed = dict[str, Any]
BLANK: Typed = {"prompt": "", "kind": "text", "ways": ways({}, [])}


def rearranged(questions: Sequence[Typed], what: str) -> list[Typed]:
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
    elif verb in ("up", "down") and 0 <= (
        other := place + (1 if verb == "down" else -1)
    ) < len(questions):
        order[place], order[other] = order[other], order[place]
    moved = {old: new for new, old in enumerate(order) if old is not None}
    return [
        _moved(questions[old], new, moved) if old is not None else dict(BLANK)
        for new, old in enumerate(order)
    ]


def _moved(question: Typed, place: int, moved: dict[int, int]) -> Typed:
    """The same question at another place; what would lead back, or to what is gone, leads to
    the next one.
    """

    def to(chosen: str) -> str:
        if not chosen.isdigit() or chosen == "0":
            return chosen
        new = moved.get(int(chosen) - 1)
        return str(new + 1) if new is not None and new > place else GO_ON

    return {
        **question,
        "ways": [{**way, "to": to(way["to"] or GO_ON)} for way in question["ways"]],
    }
