"""A text from a person meets a survey: it begins one, answers a question, or is none of its business."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Heard:
    """A text that came in, as every room of answers is told of it. `message_id`: its row; `moment`: UTC."""

    phone: str
    body: str
    message_id: int
    moment: datetime
    name: str | None = None


@dataclass(frozen=True)
class Taken:
    """A room took the text. `replies` are to be texted, in this order; `verdict` is stored with the call.

    `needs_person`: somebody should look ("unclear": not understood too often), else "".
    """

    verdict: str
    replies: list[str] = field(default_factory=list)
    needs_person: str = ""


def answer(heard: Heard, *, only_valid: bool, doubtful: bool = False) -> Taken | None:
    """The person's active survey takes the text as an answer, or leaves it (None). Inside write().

    `only_valid`: take only what is a valid answer or one of the survey's own words (SKIP, BACK, DONE); otherwise a
    text that fits nothing is taken as not understood. `doubtful`: the text may mean STOP, so no question for free
    words takes it.
    """
    return None


def begin_by_word(heard: Heard) -> Taken | None:
    """The text is the keyword of an active survey: begin it, or begin it again. Inside write()."""
    return None


def begin(survey_id: int, heard: Heard) -> Taken | None:
    """Begin this survey with this person, as a keyword's action; None when it is not active. Inside write()."""
    return None


def stop_all(phone: str, moment: datetime) -> None:
    """The person said STOP: whatever they were answering has ended. Inside write()."""
