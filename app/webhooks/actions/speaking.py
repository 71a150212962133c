"""What answers by itself: rows for the engine, unless the person is left out or a machine seems to be at it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.delivery.actions import answers
from app.delivery.actions.answers import Answer
from app.domain.blast_states import Kind
from app.domain.flood import MOST_WITH_SURVEYS, SILENCE, WINDOW, is_flood
from app.inbox.actions import threads
from app.kit.columns import stored
from app.kit.db import driver
from app.suppression import queries as suppression
from app.surveys.actions.answering import Heard, Taken

FLOOD = "flood"
# The newest automatic answers to one number: along ix_messages_phone_answered, however many texts it has sent.
ANSWERED = """
    SELECT (SELECT verdict FROM webhook_events WHERE message_id = answers.in_reply_to)
    FROM messages AS answers
    WHERE phone = :phone AND in_reply_to IS NOT NULL AND kind IN ('keyword', 'survey', 'system') AND created_at > :since
    ORDER BY id DESC LIMIT :most
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a text. `needs_person`: None when nobody has to look, else why: "", unclear, maybe_stop, flood."""

    verdict: str
    needs_person: str | None = None
    answers: Sequence[int] = field(default_factory=list)

    @property
    def why(self) -> str | None:
        """The reason as a thread keeps it: None for an ordinary text."""
        return self.needs_person or None


def say(heard: Heard, taken: Taken, kind: Kind) -> Outcome:
    """Queue the answers of the room that took a text. Inside write().

    What cannot be said a person has to see: whoever is left out gets nothing but kind system; after too many answers
    in ten minutes nothing answers for an hour.
    """
    person = taken.needs_person or None
    if not taken.replies:
        return Outcome(taken.verdict, person)
    if kind is not Kind.SYSTEM and suppression.is_left_out(heard.phone):
        return Outcome(taken.verdict, person or "")
    if _is_too_much(heard, taken):
        return Outcome(taken.verdict, FLOOD)
    return Outcome(taken.verdict, person, [_queue(heard, body, kind) for body in taken.replies])


def _queue(heard: Heard, body: str, kind: Kind) -> int:
    return answers.queue(Answer(heard.phone, body, kind, heard.name, heard.message_id), heard.moment)


def _is_too_much(heard: Heard, taken: Taken) -> bool:
    """Whether the number is silent, or falls silent now."""
    if threads.is_silent(heard.phone, heard.moment):
        return True
    if not is_flood(_answered(heard.phone, heard.moment), taken.verdict, len(taken.replies)):
        return False
    threads.silence(heard.phone, heard.moment + SILENCE)
    return True


def _answered(phone: str, moment: datetime) -> list[str | None]:
    """What was made of the texts that were answered by themselves in the last ten minutes, one for each answer."""
    asked = {"phone": phone, "since": stored(moment - WINDOW), "most": MOST_WITH_SURVEYS}
    return [row[0] for row in driver().execute(ANSWERED, asked)]
