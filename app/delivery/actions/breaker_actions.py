"""The circuit breaker: what one failure means for its blast, and for every blast of the sender."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select

from app.core.clock import now
from app.core.db import db
from app.delivery.actions import blast_control, pause_alerts, sender_throttle
from app.delivery.models import message_logs
from app.delivery.queries import recent_results
from app.delivery.queries.recent_results import FailureContext, NeighbourResult
from app.delivery.sql.queued_messages import SKIP_COUNTRY
from app.delivery.sql.status_updates import UpdatedMessage
from app.domain.delivery.carrier_error_codes import Blame, CarrierErrorCode
from app.domain.delivery.circuit_breaker import (
    BreakerAction,
    BreakerRule,
    NeighbourOutcome,
    is_breaker_tripped,
)
from app.domain.delivery.message_statuses import BlastStatus
from app.domain.phones.phone_countries import (
    find_main_country,
    find_phone_country,
    list_country_prefixes,
)
from app.organisation.queries import get_organisation_region

SHARED_BLAMES = frozenset({Blame.ACCOUNT, Blame.CALLBACK, Blame.US})
COUNTRY_RULE = BreakerRule(BreakerAction.SKIP_COUNTRY)
message_logs_c = message_logs.c


@dataclass(frozen=True)
class MessageFailure:
    """One message that came to nothing: what that means, and when the message had left us.

    `phase`: "create" when the carrier refused it, "delivery" when a receipt told of it.
    """

    message: UpdatedMessage
    error_code: CarrierErrorCode
    rule: BreakerRule
    phase: str
    submitted_at: datetime


def react_for_sender(message: UpdatedMessage, error_code: CarrierErrorCode, phase: str) -> None:
    """Pause, slow or hold what would meet the same fault. Inside write().

    Does nothing for a code without a rule: that is one person's trouble.
    """
    if error_code.breaker_rule is None:
        return
    context = recent_results.get_failure_context(message.id)
    failure = MessageFailure(message, error_code, error_code.breaker_rule, phase, context.left_at)
    if message.message_log_id is None:
        _react_for_direct_message(failure)
    else:
        _react_for_blast(
            failure, message.message_log_id, _compute_counting_start(context, failure.rule)
        )


def pause_and_alert(
    condition: ColumnElement[bool], error_code: CarrierErrorCode, phase: str
) -> None:
    """Pause the running blasts that meet `condition` and queue an alert for each."""
    paused_ids = blast_control.pause_blasts_for_fault(
        condition, error_code.description, error_code.code
    )
    pause_alerts.create_pause_alerts(paused_ids, error_code, phase)


def _react_for_direct_message(failure: MessageFailure) -> None:
    """React to the failure of an answer or a test: a closed account stops the blasts too.

    A bad sender the blasts find out by themselves.
    """
    is_hold = failure.rule.action is BreakerAction.HOLD
    if failure.rule.is_immediate and (is_hold or failure.error_code.blame in SHARED_BLAMES):
        _apply_rule(failure)


def _react_for_blast(failure: MessageFailure, log_id: int, since: datetime | None) -> None:
    rule, message = failure.rule, failure.message
    # It left before somebody put things right, or before the sender was slowed down or held.
    if since and failure.submitted_at < since:
        return
    if rule.action is BreakerAction.PAUSE and not _has_blasts_to_pause(failure):
        return
    neighbours = recent_results.list_neighbour_results(log_id, message.id, failure.phase, since)
    may_be_country = failure.error_code.may_mean_country_unreachable and _is_abroad(message.phone)
    if rule.action is BreakerAction.SKIP_COUNTRY or (
        may_be_country and _is_country_unreached(failure, neighbours)
    ):
        _skip_country_or_pause(failure, neighbours)
    elif _is_rule_tripped(failure, rule, neighbours):
        _apply_rule(failure)
    elif may_be_country:
        _skip_country_or_pause(failure, neighbours)


def _is_abroad(phone: str) -> bool:
    return find_phone_country(phone) != find_main_country(get_organisation_region())


def _compute_counting_start(context: FailureContext, rule: BreakerRule) -> datetime | None:
    """Return the moment from which failures count; None when all do.

    Failures before the last resume, and before the present throttle began, are known already.
    """
    moments = [context.resumed_at]
    if rule.action is BreakerAction.SLOW:
        moments.append(context.slowed_at)
    if rule.action is BreakerAction.HOLD and context.hold_until:
        moments.append(context.hold_until - timedelta(seconds=rule.hold_seconds))
    return max(filter(None, moments), default=None)


def _is_country_unreached(failure: MessageFailure, neighbours: Sequence[NeighbourResult]) -> bool:
    """Whether two or more left to the same country and none reached it.

    With many requests out at once three in a row need not come one after the other.
    """
    outcomes = [
        recent_results.classify_neighbour(neighbour, failure.phase, failure.error_code)
        for neighbour in _filter_same_country(failure, neighbours)
    ]
    return (
        NeighbourOutcome.SUCCEEDED not in outcomes
        and outcomes.count(NeighbourOutcome.SAME_FAILURE) > 1
    )


def _filter_same_country(
    failure: MessageFailure, neighbours: Sequence[NeighbourResult]
) -> list[NeighbourResult]:
    """Return the neighbours in the same country, the message itself among them."""
    country = find_phone_country(failure.message.phone)
    return [neighbour for neighbour in neighbours if find_phone_country(neighbour.phone) == country]


def _is_rule_tripped(
    failure: MessageFailure, rule: BreakerRule, neighbours: Sequence[NeighbourResult]
) -> bool:
    position = None
    outcomes: list[NeighbourOutcome] = []
    for neighbour in neighbours:
        if neighbour.id == failure.message.id:
            position = len(outcomes)
            outcomes.append(NeighbourOutcome.SAME_FAILURE)
        else:
            outcomes.append(
                recent_results.classify_neighbour(neighbour, failure.phase, failure.error_code)
            )
    if position is None:
        return False
    return is_breaker_tripped(
        rule, outcomes, position, patient=failure.error_code.may_be_one_number
    )


def _apply_rule(failure: MessageFailure) -> None:
    rule, message = failure.rule, failure.message
    moment = now()
    if rule.action is BreakerAction.SLOW:
        sender_throttle.slow_sender(message.sender, message.carrier, moment)
    elif rule.action is BreakerAction.HOLD:
        sender_throttle.hold_sender(
            message.sender,
            message.carrier,
            moment + timedelta(seconds=rule.hold_seconds),
            failure.error_code.code,
            failure.error_code.description,
        )
    else:
        _pause_affected_blasts(failure)


def _pause_affected_blasts(failure: MessageFailure) -> None:
    pause_and_alert(_build_affected_blasts_filter(failure), failure.error_code, failure.phase)


def _skip_country_or_pause(failure: MessageFailure, neighbours: Sequence[NeighbourResult]) -> None:
    """Skip whoever waits in that country; at home, where that is nearly everybody, pause.

    At once, unless messages to that country went through: then one number may be the cause, and it
    takes some failures in a row.
    """
    country = find_phone_country(failure.message.phone)
    compatriots = _filter_same_country(failure, neighbours)
    if not country or not _is_rule_tripped(failure, COUNTRY_RULE, compatriots):
        return
    if country == find_main_country(get_organisation_region()):
        _pause_affected_blasts(failure)
    else:
        SKIP_COUNTRY.execute(
            blast_id=failure.message.message_log_id,
            prefixes=json.dumps(list_country_prefixes(country)),
        )


def _build_affected_blasts_filter(failure: MessageFailure) -> ColumnElement[bool]:
    """Return the condition for the blasts that would meet the same fault.

    A bad text concerns its own blast; a bad sender or account every blast of that sender. But none
    that began or was resumed after this message had left: what was wrong may have been put right
    before.
    """
    message = failure.message
    is_own: ColumnElement[bool] = message_logs_c.id == message.message_log_id
    if not failure.error_code.is_sender_wide:
        return is_own
    last_start = func.max(
        message_logs_c.created_at,
        func.coalesce(message_logs_c.resumed_at, message_logs_c.created_at),
    )
    return and_(
        message_logs_c.sender == message.sender,
        message_logs_c.carrier == message.carrier,
        or_(is_own, last_start <= failure.submitted_at),
    )


def _has_blasts_to_pause(failure: MessageFailure) -> bool:
    """Whether anything is left to pause.

    Thousands of receipts may come in after the first has paused everything: they end here, before
    the neighbours are read.
    """
    running = select(message_logs_c.id).where(
        message_logs_c.status == BlastStatus.PROCESSING,
        _build_affected_blasts_filter(failure),
    )
    return db.session.scalar(running.limit(1)) is not None
