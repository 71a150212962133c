"""Skipping what must not leave when it is claimed. Inside write()."""

from app.delivery.actions import blast_control
from app.delivery.actions.number_fallback import restore_first_text
from app.delivery.sql.queued_messages import SKIP_QUEUED_MESSAGE
from app.domain.delivery.skip_reasons import SkipReason

# They concern one text, and none of the others to its number.
OWN_REASONS = (SkipReason.NO_CONSENT, SkipReason.LEFT_TOPIC, SkipReason.OTHER_NUMBER)


def skip_unsendable_message(message_id: int, phone: str, reason: SkipReason) -> None:
    """Skip a message, and with it whatever else waits for its number and the same reason.

    A missing consent and a topic that they left concern this message only: another may answer what
    they have asked, or be about an event that they agreed to. So does a text that they have got at
    another number.
    """
    if reason in OWN_REASONS:
        SKIP_QUEUED_MESSAGE.execute(b_id=message_id, skip_reason=reason.value)
        if reason is SkipReason.OTHER_NUMBER:
            restore_first_text(message_id)
    else:
        blast_control.skip_queued_messages(phone, reason)
