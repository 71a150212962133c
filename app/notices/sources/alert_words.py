"""What delivery's alerts say as notices."""

from collections.abc import Sequence

from app.delivery.alert_models import Alert
from app.domain.delivery.alert_messages import (
    AlertEvent,
    PausedBlastAlert,
    build_alert_headline,
)
from app.domain.notices.notice_kinds import NOTICE_RULES, NoticeKind
from app.domain.notices.notice_sentences import NoticeWords
from app.notices.actions.notice_storing import News

ALERT_KINDS = {
    AlertEvent.BLAST_PAUSED: NoticeKind.BLAST_PAUSED,
    AlertEvent.BLAST_STUCK: NoticeKind.BLAST_PAUSED,
    AlertEvent.TEXTS_SET_ASIDE: NoticeKind.BLAST_PAUSED,
    AlertEvent.SERIES_STOPPED: NoticeKind.BLAST_PAUSED,
    AlertEvent.SEQUENCE_STOPPED: NoticeKind.BLAST_PAUSED,
    AlertEvent.SENDING_HELD: NoticeKind.BLAST_PAUSED,
    AlertEvent.BLAST_EXPIRED: NoticeKind.BLAST_LATE,
    AlertEvent.BLAST_HELD: NoticeKind.BLAST_LATE,
    AlertEvent.APPROVAL_ASKED: NoticeKind.APPROVAL,
    AlertEvent.APPROVAL_OVERDUE: NoticeKind.APPROVAL,
    AlertEvent.CALLS_REFUSED: NoticeKind.CALLS,
    AlertEvent.DATABASE_DAMAGED: NoticeKind.DATABASE,
}
# More of one event at once are told as one.
MAX_SINGLE_ALERTS = 3
PATHS = {
    NoticeKind.BLAST_LATE: "/blasts",
    NoticeKind.APPROVAL: "/blasts/scheduled",
    NoticeKind.CALLS: "/settings",
    NoticeKind.DATABASE: "/sending",
}
EVENT_PATHS = {
    AlertEvent.SERIES_STOPPED: "/blasts/scheduled",
    AlertEvent.SEQUENCE_STOPPED: "/sequences",
    AlertEvent.SENDING_HELD: "/sending",
}
# The causes of these are the program's own sentences. Others name a sender, an event, or quote a
# date from a text: of them a notice says that it happened, and where.
EVENTS_WITH_CAUSE = (
    AlertEvent.BLAST_PAUSED,
    AlertEvent.BLAST_STUCK,
    AlertEvent.BLAST_EXPIRED,
    AlertEvent.TEXTS_SET_ASIDE,
    AlertEvent.SENDING_HELD,
    AlertEvent.CALLS_REFUSED,
    AlertEvent.DATABASE_DAMAGED,
)


def describe_alerts(alerts: Sequence[Alert]) -> list[News]:
    """Return alerts as news; many of one event at once, as after an outage, as one."""
    by_event: dict[AlertEvent, list[Alert]] = {}
    for alert in alerts:
        by_event.setdefault(AlertEvent(alert.event), []).append(alert)
    news = []
    for event, same in by_event.items():
        if len(same) <= MAX_SINGLE_ALERTS:
            news += [describe_alert(alert) for alert in same]
        else:
            news.append(_describe_many(event, same))
    return news


def _describe_many(event: AlertEvent, alerts: Sequence[Alert]) -> News:
    kind = ALERT_KINDS[event]
    subject = f"{len(alerts):,} times: {NOTICE_RULES[kind].label.lower()}."
    words = NoticeWords(subject, "", PATHS.get(kind, "/blasts/logs"))
    return News(kind, words, f"alerts:{alerts[-1].id}", count=len(alerts))


def describe_alert(alert: Alert) -> News:
    """Return an alert as news, without anybody's name, number or words."""
    event = AlertEvent(alert.event)
    kind = ALERT_KINDS[event]
    cause, _, fix = alert.words.partition("\n")
    described = PausedBlastAlert(
        alert.message_log_id, cause, fix, alert.code, alert.created_at, event
    )
    body = f"{cause} {fix}".strip() if event in EVENTS_WITH_CAUSE else ""
    words = NoticeWords(build_alert_headline(described), body, _find_path(alert, event, kind))
    return News(kind, words, f"alert:{alert.id}")


def _find_path(alert: Alert, event: AlertEvent, kind: NoticeKind) -> str:
    if alert.message_log_id:
        return f"/blasts/logs/{alert.message_log_id}"
    return EVENT_PATHS.get(event) or PATHS.get(kind, "/blasts/logs")
