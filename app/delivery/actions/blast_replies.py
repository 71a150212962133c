"""Count what people answer to the blast that they answer."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import update

from app.core.db import db, is_transaction_open
from app.delivery.reply_models import ReplyAnswer, StopKind, blast_replies
from app.delivery.sql.blast_replies import RECORD_BLAST_REPLY, RECORD_REPLY_OF_PERSON
from app.domain.surveys.answer_parsing import parse_yes_no
from app.profiles.queries.other_phones import list_other_phones

log = logging.getLogger(__name__)
# Who writes later than this after a blast hardly answers it.
REPLY_WINDOW = timedelta(hours=72)


def record_blast_reply(
    phone: str, words: str, message_id: int, moment: datetime, stops: StopKind | None = None
) -> None:
    """Count a text, stored as `message_id`, to the newest blast of the last 72 hours to its person.

    The blast may have gone to another number of theirs. `words`: what the person wrote. `stops`:
    what they stopped by it, which is no answer. Nothing happens without such a blast. Inside
    write(). A failure is logged and costs the count only.
    """
    with _keep_transaction(message_id):
        answer = None
        if stops is None:
            answer = ReplyAnswer(parse_yes_no(words) or ReplyAnswer.OTHER)
        values = {
            "reply_id": message_id,
            "answer": answer,
            "moment": moment,
            "since": moment - REPLY_WINDOW,
            **{kind.value: int(kind is stops) for kind in StopKind},
        }
        other_phones = list_other_phones(phone)
        if other_phones:
            RECORD_REPLY_OF_PERSON.execute(phones=json.dumps([phone, *other_phones]), **values)
        else:
            RECORD_BLAST_REPLY.execute(phone=phone, **values)


def count_late_opt_out(message_id: int | None) -> None:
    """Count a text that turned out to mean STOP as an opt-out of its blast. Inside write().

    `message_id`: the text that asked to stop; None where it was deleted meanwhile. A text that
    is counted to no blast changes nothing. A failure is logged and costs the count only.
    """
    # What is pending is stored first: a failure of that is none of the count.
    db.session.flush()
    with _keep_transaction(message_id):
        statement = update(blast_replies).where(blast_replies.c.reply_id == message_id)
        db.session.execute(statement.values(is_opt_out=True))


@contextmanager
def _keep_transaction(message_id: int | None) -> Iterator[None]:
    """Log a failure to count a text; raise it only when the transaction is lost with it.

    The transaction holds the text itself, which may be a STOP.
    """
    try:
        yield
    except Exception as error:
        if not is_transaction_open():
            raise
        # No more of the error: it may quote the text.
        kind = type(error).__name__
        log.error("message %s was not counted to its blast: %s", message_id, kind)
