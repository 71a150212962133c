"""What follows from a failure beyond its own text: for the person, for the blast, for every
blast of the sender.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, text

from app.core.clock import now
from app.core.db import db
from app.delivery.actions import (
    blast_control,
    pause_alerts,
    recent_results,
    sender_throttle,
)
from app.delivery.models import message_logs
from app.domain.delivery.carrier_error_codes import Blame, CarrierErrorCode
from app.domain.delivery.circuit_breaker import (
    BreakerAction,
    BreakerRule,
    NeighbourOutcome,
    is_breaker_tripped,
)
from app.domain.delivery.dead_numbers import is_dead_number
from app.domain.delivery.message_statuses import BlastStatus
from app.domain.delivery.skip_reasons import SkipReason
from app.domain.phones.phone_countries import (
    find_main_country,
    find_phone_country,
    list_country_prefixes,
)
from app.domain.phones.phone_number import is_e164
from app.organisation.queries import get_organisation_region
from app.suppression import actions as suppression

SHARED_BLAMES = frozenset({Blame.ACCOUNT, Blame.CALLBACK, Blame.US})
COUNTRY_RULE = BreakerRule(BreakerAction.SKIP_COUNTRY)
message_logs_c = message_logs.c
# b_log, b_prefixes: as JSON. The blast's unique index of phones is walked once a prefix; ':'
# comes after '9'.
SKIP_COUNTRY = text(
    f"UPDATE messages SET status = 'skipped', reason = '{SkipReason.COUNTRY_OFF}' WHERE status = 'queued' AND id IN ("
    "SELECT them.id FROM json_each(:b_prefixes) AS prefix CROSS JOIN messages AS them "
    "WHERE them.message_log_id = :b_log AND them.phone >= prefix.value AND them.phone < prefix.value || ':')"
)


@dataclass(frozen=True)
class MessageFailure:
    """One text that came to nothing: what it means, where that came to light, and when the text
    had left us.
    """

    row: Row[Any]
    receipt: CarrierErrorCode
    rule: BreakerRule
    phase: str
    submitted_at: datetime


def react_to_failure(row: Row[Any], receipt: CarrierErrorCode, phase: str = "create") -> None:
    """Only opt-outs and numbers that do not work touch a person; a fault of ours stops what
    would meet it too.

    `row`: the text as settle() moved it. `phase`: 'create' when the carrier refused it,
    'delivery' when a receipt told of it. Nobody is ever deleted.
    """
    _suppress_phone(row, receipt)
    if receipt.breaker_rule is None:
        return
    found = recent_results.get_failure_context(row.id)
    failure = MessageFailure(row, receipt, receipt.breaker_rule, phase, found.left_at)
    if row.message_log_id is None:
        _react_for_direct_message(failure)
    else:
        _react_for_blast(failure, _compute_counting_start(found, failure.rule))


def pause_blasts_of_sender(sender: str, carrier: str, receipt: CarrierErrorCode) -> None:
    """A fault that is no single text's: every running blast of this sender stops."""
    _pause_and_alert(
        and_(message_logs_c.sender == sender, message_logs_c.carrier == carrier),
        receipt,
        "create",
    )


def _suppress_phone(row: Row[Any], receipt: CarrierErrorCode) -> None:
    if not is_e164(row.phone):
        return  # they were erased meanwhile
    if receipt.blame == Blame.CONSENT:
        suppression.record_opt_out(row.phone, source="message_failure", reason=receipt.description)
        blast_control.skip_queued_messages(row.phone, SkipReason.SAID_STOP)
    elif receipt.strikes and _is_dead_number(row, receipt):
        often = f" That was so in {receipt.strikes} blasts in a row." if receipt.strikes > 1 else ""
        suppression.mark_number_undeliverable(
            row.phone, reason=receipt.description + often, log_id=row.message_log_id
        )
        blast_control.skip_queued_messages(row.phone, SkipReason.NUMBER_DEAD)


def _is_dead_number(row: Row[Any], receipt: CarrierErrorCode) -> bool:
    if receipt.strikes == 1:
        return True
    return is_dead_number(
        recent_results.list_phone_history(row.phone, row.carrier),
        receipt.code,
        receipt.strikes,
        receipt.strike_days,
    )


def _react_for_direct_message(failure: MessageFailure) -> None:
    """An answer or a test failed: a closed account stops the blasts too.

    A bad sender they find out by themselves.
    """
    holds = failure.rule.action is BreakerAction.HOLD
    if failure.rule.is_immediate and (holds or failure.receipt.blame in SHARED_BLAMES):
        _apply_rule(failure)


def _react_for_blast(failure: MessageFailure, since: datetime | None) -> None:
    rule, row = failure.rule, failure.row
    if since and failure.submitted_at < since:
        return  # it left before somebody put things right, or before the brakes were on
    if rule.action is BreakerAction.PAUSE and not _has_blasts_to_pause(failure):
        return
    near = recent_results.list_neighbour_results(row.message_log_id, row.id, failure.phase, since)
    abroad = failure.receipt.may_mean_country_unreachable and find_phone_country(
        row.phone
    ) != find_main_country(get_organisation_region())
    if rule.action is BreakerAction.SKIP_COUNTRY or (
        abroad and _is_country_unreached(failure, near)
    ):
        _skip_country_or_pause(failure, near)
    elif _is_rule_tripped(failure, rule, near):
        _apply_rule(failure)
    elif abroad:
        _skip_country_or_pause(failure, near)


def _compute_counting_start(found: Row[Any], rule: BreakerRule) -> datetime | None:
    """From when on failures count: since a person resumed the blast, and since the same brakes
    were put on.
    """
    moments = [found.resumed_at]
    if rule.action is BreakerAction.SLOW:
        moments.append(found.slowed_at)
    if rule.action is BreakerAction.HOLD and found.hold_until:
        moments.append(found.hold_until - timedelta(seconds=rule.hold_seconds))
    return max((moment for moment in moments if moment), default=None)


def _is_country_unreached(failure: MessageFailure, near: Sequence[Row[Any]]) -> bool:
    """Whether it left with another to a country that none reached: many at once are no three in
    a row.
    """
    there = [
        recent_results.classify_neighbour(each, failure.phase, failure.receipt)
        for each in _filter_same_country(failure, near)
    ]
    return (
        NeighbourOutcome.SUCCEEDED not in there and there.count(NeighbourOutcome.SAME_FAILURE) > 1
    )


def _filter_same_country(failure: MessageFailure, near: Sequence[Row[Any]]) -> list[Row[Any]]:
    """The neighbours in the same country, and the text itself."""
    country = find_phone_country(failure.row.phone)
    return [each for each in near if find_phone_country(each.phone) == country]


def _is_rule_tripped(failure: MessageFailure, rule: BreakerRule, near: Sequence[Row[Any]]) -> bool:
    ids = [each.id for each in near]
    if failure.row.id not in ids:
        return False
    here = ids.index(failure.row.id)
    results = [
        recent_results.classify_neighbour(each, failure.phase, failure.receipt) for each in near
    ]
    results[here] = NeighbourOutcome.SAME_FAILURE
    return is_breaker_tripped(rule, results, here, patient=failure.receipt.may_be_one_number)


def _apply_rule(failure: MessageFailure) -> None:
    rule, row, receipt, moment = failure.rule, failure.row, failure.receipt, now()
    if rule.action is BreakerAction.SLOW:
        sender_throttle.slow_sender(row.sender, row.carrier, moment)
    elif rule.action is BreakerAction.HOLD:
        until = moment + timedelta(seconds=rule.hold_seconds)
        sender_throttle.hold_sender(
            row.sender, row.carrier, until, receipt.code, receipt.description
        )
    else:
        _pause_and_alert(_build_affected_blasts_filter(failure), receipt, failure.phase)


def _skip_country_or_pause(failure: MessageFailure, near: Sequence[Row[Any]]) -> None:
    """Whoever waits in that country is left out; at home that would be nearly everybody, so the
    blast pauses.

    At once, unless texts to that country went through: then one number may be the cause, and it
    takes some in a row.
    """
    country = find_phone_country(failure.row.phone)
    if not country or not _is_rule_tripped(
        failure, COUNTRY_RULE, _filter_same_country(failure, near)
    ):
        return
    if country == find_main_country(get_organisation_region()):
        _pause_and_alert(_build_affected_blasts_filter(failure), failure.receipt, failure.phase)
    else:
        prefixes = json.dumps(list_country_prefixes(country))
        db.session.execute(
            SKIP_COUNTRY,
            {"b_log": failure.row.message_log_id, "b_prefixes": prefixes},
        )


def _build_affected_blasts_filter(failure: MessageFailure) -> ColumnElement[bool]:
    """A bad text concerns its own blast; a bad sender or account every blast of that sender.

    But none that began or was resumed after this text had left: what was wrong may have been
    put right before.
    """
    row = failure.row
    own: ColumnElement[bool] = message_logs_c.id == row.message_log_id
    if not failure.receipt.is_sender_wide:
        return own
    knows = (
        func.max(
            message_logs_c.created_at,
            func.coalesce(message_logs_c.resumed_at, message_logs_c.created_at),
        )
        <= failure.submitted_at
    )
    return and_(
        message_logs_c.sender == row.sender,
        message_logs_c.carrier == row.carrier,
        or_(own, knows),
    )


def _has_blasts_to_pause(failure: MessageFailure) -> bool:
    """Thousands of receipts may still come in after the first has paused everything."""
    running = select(message_logs_c.id).where(
        message_logs_c.status == BlastStatus.PROCESSING.value,
        _build_affected_blasts_filter(failure),
    )
    return db.session.scalar(running.limit(1)) is not None


def _pause_and_alert(these: ColumnElement[bool], receipt: CarrierErrorCode, phase: str) -> None:
    paused = blast_control.pause_blasts_for_fault(these, receipt.description, receipt.code)
    pause_alerts.create_pause_alerts(paused, receipt, phase)
