"""The summary of each morning: numbers and links, never anybody's name, number or words."""

from datetime import datetime, timedelta

from app.backups.queries.backup_health import load_backup_health
from app.community.queries import count_members_since
from app.core.local_formats import get_display_timezone
from app.core.settings import current_settings
from app.delivery.queries.blast_results import fetch_results_since
from app.delivery.queries.planned_sends import list_pending_blasts
from app.delivery.queries.waiting_approvals import list_waiting_blasts
from app.domain.notices.notice_kinds import NoticeKind
from app.domain.notices.notice_sentences import NoticeWords
from app.domain.texts.plurals import pluralize
from app.domain.time.local_times import find_moment_on_day, get_local_date, zone_or_utc
from app.inbox.queries.waiting_threads import MAX_WAITING_COUNT, count_waiting_threads
from app.notices.actions.notice_storing import News
from app.suppression.queries.stop_questions import count_open_stop_questions

DIGEST_SOURCE = "digest"
DIGEST_HOUR = 8
# Later than this nobody needs the morning's summary: the machine was off.
LAST_DIGEST_HOUR = 12
ONE_DAY = timedelta(days=1)
MAX_COUNTED_BLASTS = 100


def is_digest_time(moment: datetime, zone: str) -> bool:
    """Whether it is morning where the organisation is."""
    return DIGEST_HOUR <= moment.astimezone(zone_or_utc(zone)).hour < LAST_DIGEST_HOUR


def build_digest_news(moment: datetime) -> list[News]:
    """Return the summary: the last 24 hours, what waits, today and tomorrow. Reads only."""
    today = get_local_date(get_display_timezone(), moment)
    subject = f"Summary of {today - ONE_DAY:%B} {(today - ONE_DAY).day}"
    lines = [*_describe_day(moment), "", *_describe_waiting(), "", *_describe_next(moment)]
    words = NoticeWords(subject, "\n".join(lines), "/")
    return [News(NoticeKind.DIGEST, words, f"digest:{today}")]


def _describe_day(moment: datetime) -> list[str]:
    results = fetch_results_since(moment - ONE_DAY)
    totals, replies = results.totals, results.replies
    return [
        f"Sent by blasts in the last 24 hours: {totals.attempted:,}",
        f"Delivered: {totals.delivered:,}",
        f"Failed: {totals.failed:,}",
        f"Opt-outs: {replies.opt_outs:,}",
        f"New people: {count_members_since(moment - ONE_DAY):,}",
    ]


def _describe_waiting() -> list[str]:
    base_url = current_settings().public_base_url.rstrip("/")
    waiting = count_waiting_threads()
    number = f"{waiting:,}"
    if waiting >= MAX_WAITING_COUNT:
        number = f"{MAX_WAITING_COUNT} or more"
    questions = count_open_stop_questions().total
    approvals = len(list_waiting_blasts(current_settings().carrier))
    return [
        f"Conversations that need a reply: {number}  {base_url}/inbox",
        f"Possible opt-outs to decide: {questions:,}",
        f"Blasts that wait for approval: {approvals:,}  {base_url}/blasts/scheduled",
    ]


def _describe_next(moment: datetime) -> list[str]:
    settings = current_settings()
    zone = get_display_timezone()
    today = get_local_date(zone, moment)
    start = find_moment_on_day(today, "00:00", zone)
    end = find_moment_on_day(today + 2 * ONE_DAY, "00:00", zone)
    count = 0
    if start and end:
        count = len(list_pending_blasts(settings.carrier, start, end, MAX_COUNTED_BLASTS))
    backups = load_backup_health(moment).summary
    blasts = pluralize(count, "blast")
    calendar = f"{settings.public_base_url.rstrip('/')}/calendar/list"
    return [f"Today and tomorrow: {blasts}  {calendar}", backups]
