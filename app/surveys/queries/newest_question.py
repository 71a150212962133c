"""Which question was texted to somebody last: it has the answer. Inside write()."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from operator import itemgetter

from app.delivery.queries.recent_texts import RecentText, find_recent_texts
from app.domain.delivery.message_statuses import MessageKind
from app.domain.texts.question_detection import asks_something
from app.surveys.queries.session_snapshots import SessionSnapshot
from app.surveys.queries.survey_invitations import SurveyInvitation

# A survey that a keyword starts asks its first question with the keyword's answer.
QUESTION_KINDS = (MessageKind.SURVEY, MessageKind.KEYWORD)
# What a person wrote, to one or to many.
WRITTEN_KINDS = (MessageKind.BLAST, MessageKind.REMINDER, MessageKind.REPLY)


class QuestionSource(Enum):
    """What asked last: the session, a blast that asks a survey, or another text of ours."""

    SESSION = auto()
    INVITATION = auto()
    OTHER_TEXT = auto()


@dataclass(frozen=True)
class NewestQuestion:
    """What asked last, and whether the session's own last question has left us."""

    source: QuestionSource
    has_left: bool


def find_newest_question(
    session: SessionSnapshot, invitation: SurveyInvitation | None
) -> NewestQuestion:
    """Return what asked last, while a session waits for an answer.

    By when the texts left us: the text of a large blast is stored long before it leaves.
    """
    texts = find_recent_texts(session.phone)
    own_text = _find_question_text(texts, session)
    left_at = own_text.left_at if own_text else None
    source = _find_source(texts, left_at or session.asked_at, invitation)
    return NewestQuestion(source, has_left=left_at is not None)


def is_asked_since(phone: str, moment: datetime, log_id: int) -> bool:
    """Whether another text than those of blast `log_id` asked this phone something since."""
    texts = [text for text in find_recent_texts(phone) if text.log_id != log_id]
    return _find_source(texts, moment, None) is QuestionSource.OTHER_TEXT


def _find_question_text(texts: Sequence[RecentText], session: SessionSnapshot) -> RecentText | None:
    """Return the newest text of the session's own, which asks its current question."""
    for text in texts:
        if text.kind in QUESTION_KINDS and text.created_at >= session.asked_at:
            return text
    return None


def _find_source(
    texts: Sequence[RecentText], since: datetime, invitation: SurveyInvitation | None
) -> QuestionSource:
    later_texts = []
    for text in texts:
        if text.kind in WRITTEN_KINDS and text.left_at is not None and text.left_at > since:
            later_texts.append((text.left_at, text))
    for _, text in sorted(later_texts, key=itemgetter(0), reverse=True):
        if invitation and text.log_id == invitation.log_id:
            return QuestionSource.INVITATION
        if text.survey_id is not None or asks_something(text.body):
            return QuestionSource.OTHER_TEXT
    return QuestionSource.SESSION
