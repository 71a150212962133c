"""Count what people answer to the blast that they answer."""

from datetime import datetime, timedelta

from app.delivery.reply_models import ReplyAnswer
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
