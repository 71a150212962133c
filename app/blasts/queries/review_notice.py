"""One thing on the review page that deserves a second look, and what one can do about it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ReviewButton:
    """A button of a notice: its label, and the form field that pressing it sends."""

    label: str
    field: str
    value: str


@dataclass(frozen=True)
class NameFix:
    """A name to correct in place: whose number, the name as it is, how they are greeted."""

    phone: str
    name: str
    greeting: str


@dataclass(frozen=True)
class ReviewNotice:
    """A sentence beside the draft, `kind` warn or info, and what puts it right.

    `button` changes the draft; `shown_log_id`: the earlier blast it is about; `name_fixes` can be
    edited there.
    """

    kind: str
    text: str
    button: ReviewButton | None = None
    shown_log_id: int | None = None
    name_fixes: tuple[NameFix, ...] = ()


EDIT_TEXT = ReviewButton("Edit the text", "edit", "1")
EDIT_TIME = ReviewButton("Choose another time", "edit", "1")
