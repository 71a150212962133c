"""Pause blasts that a limit stops, and resume them when it no longer does."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from app.audit import actions as audit
from app.core.db import db, write
from app.core.settings import current_settings
from app.delivery.actions import blast_control
from app.delivery.actions.fault_notices import build_notice, tell_admins
from app.delivery.actions.pause_alerts import SYSTEM_ACTOR
from app.delivery.models import Message, MessageLog
from app.domain.delivery.alert_messages import AlertEvent
from app.domain.delivery.message_statuses import BlastStatus, MessageStatus
from app.domain.limits.allowances import ReachedLimit
from app.domain.limits.limit_words import (
    describe_reached_budget,
    describe_reached_day_limit,
    find_limit_fix,
)
from app.domain.time.local_times import zone_or_utc
from app.organisation.queries import get_organisation
from app.sending_limits.queries.day_limit import find_day_limit
from app.sending_limits.queries.limit_rules import LimitRules, load_limit_rules
from app.sending_limits.queries.present_allowance import load_allowance

# A blast that a day's limit stopped goes on in these hours of the organisation's next day, so
# that nobody is woken at midnight.
FIRST_HOUR, END_HOUR = 8, 21


def pause_blasts_at_limit(
    reached: Mapping[int, ReachedLimit], rules: LimitRules, moment: datetime
) -> None:
    """Pause these blasts, each for its limit, and tell the admins. Inside write()."""
    # The code of a pause tells the job later which limit it was.
    for log_id, limit in reached.items():
        cause = describe_limit(limit, rules)
        if blast_control.pause_blasts_for_fault(MessageLog.id == log_id, cause, limit.value):
            fix = find_limit_fix(limit)
            tell_admins(build_notice(AlertEvent.BLAST_PAUSED, cause, fix, moment, log_id))


def describe_limit(limit: ReachedLimit, rules: LimitRules) -> str:
    """Return what a limit says to whom it stops."""
    if limit is ReachedLimit.BUDGET_A_MONTH and rules.budget is not None:
        return describe_reached_budget(rules.budget, rules.price, get_organisation().currency)
    return describe_reached_day_limit(find_day_limit(rules) or 0)


def find_limit_of_next_text(log_id: int, moment: datetime) -> str:
    """Return which limit the next text of a blast would break now, in words; "" when none."""
    next_text = db.session.execute(
        select(Message.kind, Message.segments)
        .where(Message.message_log_id == log_id, Message.status == MessageStatus.QUEUED)
        .order_by(Message.id)
        .limit(1)
    ).first()
    if next_text is None:
        return ""
    rules = load_limit_rules()
    allowance = load_allowance(rules, current_settings().carrier, rules.get_day(moment), 1)
    limit = allowance.find_reached_limit(next_text.kind, next_text.segments)
    return "" if limit is None else describe_limit(limit, rules)


def resume_blasts_after_day_limit(moment: datetime) -> int:
    """Resume the blasts that the limit of a day stopped, where it no longer does.

    Returns how many. Writes only when there is one.
    """
    waiting = select(MessageLog.id).where(
        MessageLog.status == BlastStatus.PAUSED,
        MessageLog.pause_code == ReachedLimit.TEXTS_A_DAY.value,
        MessageLog.carrier == current_settings().carrier,
    )
    # A read first: on nearly every tick there is nothing to resume, and no write lock to take.
    if db.session.scalar(waiting.limit(1)) is None or not _is_daytime(moment):
        return 0
    resumed = 0
    with write():
        for log_id in db.session.scalars(waiting).all():
            if not find_limit_of_next_text(log_id, moment):
                resumed += blast_control.resume_blast(log_id, moment, ends_hold=False)
                audit.record_automatic_event("blast.resumed", SYSTEM_ACTOR, f"blast {log_id}", {})
    return resumed


def _is_daytime(moment: datetime) -> bool:
    local = moment.astimezone(zone_or_utc(load_limit_rules().timezone))
    return FIRST_HOUR <= local.hour < END_HOUR
