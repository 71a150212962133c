"""The sources that are read on from a position: alerts, new texts, sign-ins and so on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement

from app.accounts.queries import find_user_by_name
from app.accounts.told_users_queries import (
    list_guessed_users,
    list_new_device_sign_ins,
    select_many_wrong_tries,
    select_newest_session_time,
)
from app.core.local_formats import format_local_time
from app.delivery.queries.alerts import list_alerts_after, select_newest_alert_id
from app.domain.notices.notice_kinds import NoticeKind
from app.domain.notices.notice_sentences import (
    build_import_done,
    build_new_device,
    build_new_texts,
    build_stop_questions,
    build_wrong_passwords,
)
from app.imports.queries.finished_imports import list_finished_imports, select_newest_import_end
from app.inbox.queries.waiting_threads import count_unseen_texts, select_newest_text_id
from app.notices.actions.notice_storing import News
from app.notices.sources.alert_words import describe_alerts
from app.suppression.queries.stop_questions import count_stop_questions_due, select_last_deadline

# A fault can pause every blast at once.
MAX_ALERTS = 1_000
STOP_QUESTION_WARNING = timedelta(days=1)
FIRST_LOOK_BACK = timedelta(hours=1)
LARGE_IMPORT_ROWS = 2_001
# What was stored just before a position may have been committed after it was read.
OVERLAP = timedelta(minutes=2)


@dataclass(frozen=True)
class Source:
    """Something that is read on.

    `select_position(moment)` builds a column that changes when there may be news; `read(position,
    moment)` returns what came after a stored position.
    """

    name: str
    select_position: Callable[[datetime], ColumnElement[Any]]
    read: Callable[[str, datetime], Sequence[News]]
    # Whether the very first look tells of what is there: the start itself may be news.
    tells_at_first: bool = False


def _read_alerts(after: str, moment: datetime) -> list[News]:
    alerts = list_alerts_after(int(after or 0), MAX_ALERTS)
    if not after:
        # A blast that expired while an upgrade ran is told, and not those of last year.
        alerts = [alert for alert in alerts if alert.created_at > moment - FIRST_LOOK_BACK]
    return describe_alerts(alerts)


def _read_new_texts(after: str, moment: datetime) -> list[News]:
    news = []
    for texts in count_unseen_texts(int(after or 0)):
        user_id = None
        kind = NoticeKind.OPEN_TEXTS
        if texts.assigned_to is not None:
            user = find_user_by_name(texts.assigned_to)
            # Assigned to someone whose account was deleted.
            if user is None:
                continue
            user_id, kind = user.id, NoticeKind.MY_TEXTS
        words = build_new_texts(kind, texts.conversations)
        key = f"texts:{texts.newest_message_id}"
        news.append(News(kind, words, key, user_id, texts.conversations))
    return news


def _read_stop_questions(after: str, moment: datetime) -> list[News]:
    questions = count_stop_questions_due(parse_time(after), moment + STOP_QUESTION_WARNING)
    if not questions.total:
        return []
    deadline = format_local_time(questions.first_deadline)
    words = build_stop_questions(questions.total, deadline)
    key = f"stop:{questions.first_deadline}:{questions.total}"
    return [News(NoticeKind.STOP_QUESTION, words, key)]


def _read_sign_ins(after: str, moment: datetime) -> list[News]:
    return [
        News(
            NoticeKind.NEW_DEVICE,
            build_new_device(format_local_time(at)),
            f"device:{session_id}:{at.isoformat()}",
            user_id,
        )
        for session_id, user_id, at in list_new_device_sign_ins(parse_time(after) - OVERLAP)
    ]


def _read_wrong_tries(after: str, moment: datetime) -> list[News]:
    # Once a day for each user: someone who guesses goes on for hours.
    return [
        News(
            NoticeKind.WRONG_PASSWORDS,
            build_wrong_passwords(count),
            f"guessed:{moment:%Y-%m-%d}",
            user_id,
        )
        for user_id, count in list_guessed_users()
    ]


def _read_imports(after: str, moment: datetime) -> list[News]:
    news = []
    for row in list_finished_imports(parse_time(after) - OVERLAP, LARGE_IMPORT_ROWS):
        user = find_user_by_name(row.created_by)
        if user is not None:
            words = build_import_done(row.row_count, row.id, row.pool)
            news.append(News(NoticeKind.IMPORT, words, f"import:{row.id}", user.id))
    return news


def parse_time(position: str) -> datetime:
    """Return the moment of a position; long ago for ""."""
    if not position:
        return datetime(2000, 1, 1, tzinfo=UTC)
    return datetime.fromisoformat(position)


def format_position(value: Any) -> str:
    """Return the value of a position's column as it is stored; "" for null."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)


SOURCES = (
    Source("alerts", lambda moment: select_newest_alert_id(), _read_alerts, tells_at_first=True),
    Source("texts", lambda moment: select_newest_text_id(), _read_new_texts),
    Source(
        "stop_questions",
        lambda moment: select_last_deadline(moment + STOP_QUESTION_WARNING),
        _read_stop_questions,
    ),
    Source("sign_ins", lambda moment: select_newest_session_time(), _read_sign_ins),
    Source("wrong_tries", lambda moment: select_many_wrong_tries(), _read_wrong_tries),
    Source("imports", lambda moment: select_newest_import_end(), _read_imports),
)
