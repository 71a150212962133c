"""Count what people answer to the blast that they answer."""

from datetime import datetime, timedelta

from sqlalchemy import update

from app.core.db import db
from app.delivery.reply_models import ReplyAnswer, blast_replies
from app.delivery.sql.blast_replies import RECORD_BLAST_REPLY
from app.domain.surveys.answer_parsing import parse_yes_no

# Who writes later than this after a blast hardly answers it.
REPLY_WINDOW = timedelta(hours=72)


def record_blast_reply(
    phone: str, words: str, message_id: int, moment: datetime, is_opt_out: bool
) -> None:
    """Count a text, stored as `message_id`, to the newest blast of the last 72 hours to its phone.

    `words`: what the person wrote. Nothing happens without such a blast. Inside write().
    """
    answer = None
    if not is_opt_out:
        answer = ReplyAnswer(parse_yes_no(words) or ReplyAnswer.OTHER)
    RECORD_BLAST_REPLY.execute(
        phone=phone,
        reply_id=message_id,
        answer=answer,
        is_opt_out=int(is_opt_out),
        moment=moment,
        since=moment - REPLY_WINDOW,
    )


def count_late_opt_out(message_id: int | None) -> None:
    """Count a text that turned out to mean STOP as an opt-out of its blast. Inside write().

    `message_id`: the text that asked to stop; None where it was deleted meanwhile. A text that
    is counted to no blast changes nothing.
    """
    statement = update(blast_replies).where(blast_replies.c.reply_id == message_id)
    db.session.execute(statement.values(is_opt_out=True))
