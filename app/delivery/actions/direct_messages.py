"""Texts to one person that belong to no blast: answers, replies, questions of a survey.

Rows for the engine.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert

from app.core.prepared_statements import PreparedStatement
from app.core.settings import current_settings
from app.delivery.models import messages
from app.domain.delivery.message_statuses import MessageKind, MessageStatus
from app.domain.texts.segments import measure_segments

# Answers go before blasts, and a person's reply before what a machine says.
PRIORITY_BY_KIND = {
    MessageKind.SYSTEM: 30,
    MessageKind.REPLY: 20,
    MessageKind.KEYWORD: 10,
    MessageKind.SURVEY: 10,
}
# A confirmation that comes later than this must be justified (47 CFR 64.1200(a)(12)), so it
# does not leave.
CONFIRMATION_LIFETIME = timedelta(minutes=5)


INSERT_MESSAGE = PreparedStatement(
    insert(messages),
    *(
        "kind",
        "phone",
        "name",
        "sender",
        "carrier",
        "body",
        "segments",
        "encoding",
        "status",
        "priority",
    ),
    *("created_at", "not_after", "in_reply_to", "written_by"),
)


@dataclass(frozen=True)
class DirectMessage:
    """One text to one person.

    `kind`: system, reply, keyword or survey; `in_reply_to`: the text from them, if any.
    """

    phone: str
    body: str
    kind: MessageKind
    name: str | None = None
    in_reply_to: int | None = None
    written_by: str | None = None


def queue_direct_message(answer: DirectMessage, moment: datetime) -> int:
    """Put a text into the engine's queue, ahead of blasts; gives its id. Inside write().

    Whether it may leave is judged when it is armed, as for every text; only kind system (the
    one confirmation of an opt-out, HELP) goes to whoever said STOP, within five minutes or
    never.
    """
    settings = current_settings()
    weight = measure_segments(answer.body)
    return INSERT_MESSAGE.insert_row(
        kind=answer.kind,
        phone=answer.phone,
        name=answer.name,
        sender=settings.sender,
        carrier=settings.carrier,
        body=answer.body,
        segments=weight.segments,
        encoding=weight.encoding.value,
        status=MessageStatus.QUEUED,
        priority=PRIORITY_BY_KIND[answer.kind],
        created_at=moment,
        not_after=moment + CONFIRMATION_LIFETIME if answer.kind is MessageKind.SYSTEM else None,
        in_reply_to=answer.in_reply_to,
        written_by=answer.written_by,
    )
