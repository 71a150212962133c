"""Queue texts to one person that belong to no blast: answers, replies, survey questions."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.settings import current_settings
from app.delivery.sql.queued_messages import INSERT_DIRECT_MESSAGE
from app.domain.delivery.message_statuses import MessageKind, MessageStatus
from app.domain.texts.segments import measure_segments

# Answers go before blasts, and a person's reply before what a machine says.
PRIORITY_BY_KIND = {
    MessageKind.SYSTEM: 30,
    MessageKind.TEST: 30,
    MessageKind.REPLY: 20,
    MessageKind.KEYWORD: 10,
    MessageKind.SURVEY: 10,
}
# A confirmation that comes later than this must be justified (47 CFR 64.1200(a)(12)), so it
# does not leave.
CONFIRMATION_LIFETIME = timedelta(minutes=5)
# A verification code works for minutes too.
SHORT_LIVED_KINDS = (MessageKind.SYSTEM, MessageKind.TEST)


@dataclass(frozen=True)
class DirectMessage:
    """One text to one person.

    `kind`: system, test (a verification code), reply, keyword or survey; `in_reply_to`: the text
    from them, if any. `template_version_id`: the template version that it was made from.
    `lifetime`: how long it may be sent; None for what is usual for its kind.
    """

    phone: str
    body: str
    kind: MessageKind
    name: str | None = None
    in_reply_to: int | None = None
    written_by: str | None = None
    template_version_id: int | None = None
    lifetime: timedelta | None = None


def queue_direct_message(text: DirectMessage, moment: datetime) -> int:
    """Queue a text for the engine, ahead of blasts, and return its id. Inside write().

    Whether it may leave is decided when it is claimed, as for every text. Only kind system (the one
    confirmation of an opt-out, HELP) goes to whoever said STOP, within five minutes or never.
    """
    settings = current_settings()
    size = measure_segments(text.body)
    lifetime = text.lifetime
    if lifetime is None and text.kind in SHORT_LIVED_KINDS:
        lifetime = CONFIRMATION_LIFETIME
    not_after = moment + lifetime if lifetime else None
    return INSERT_DIRECT_MESSAGE.insert_row(
        kind=text.kind,
        phone=text.phone,
        name=text.name,
        sender=settings.sender,
        carrier=settings.carrier,
        body=text.body,
        segments=size.segments,
        encoding=size.encoding.value,
        status=MessageStatus.QUEUED,
        priority=PRIORITY_BY_KIND[text.kind],
        created_at=moment,
        not_after=not_after,
        in_reply_to=text.in_reply_to,
        written_by=text.written_by,
        template_version_id=text.template_version_id,
    )
