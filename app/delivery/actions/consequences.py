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
from app.delivery.actions import alerts, control, health, recent
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
from app.organisation.queries import region
from app.suppression import actions as suppression

EVERYBODYS = frozenset({Blame.ACCOUNT, Blame.CALLBACK, Blame.US})
THE_COUNTRY = BreakerRule(BreakerAction.COUNTRY)
logs = message_logs.c
# b_log, b_prefixes: as JSON. The blast's unique index of phones is walked once a prefix; ':'
# comes after '9'.
LEAVE_OUT_COUNTRY = text(
    f"UPDATE messages SET status = 'skipped', reason = '{SkipReason.COUNTRY_OFF}' WHERE status = 'queued' AND id IN ("
    "SELECT them.id FROM json_each(:b_prefixes) AS prefix CROSS JOIN messages AS them "
    "WHERE them.message_log_id = :b_log AND them.phone >= prefix.value AND them.phone < prefix.value || ':')"
)


@dataclass(frozen=True)
class Failure:
    """One text that came to nothing: what it means, where that came to light, and when the text
    had left us.
    """

    row: Row[Any]
    receipt: CarrierErrorCode
    rule: BreakerRule
    phase: str
    left_at: datetime


def draw(row: Row[Any], receipt: CarrierErrorCode, phase: str = "create") -> None:
    """Only opt-outs and numbers that do not work touch a person; a fault of ours stops what
    would meet it too.

    `row`: the text as settle() moved it. `phase`: 'create' when the carrier refused it,
    'delivery' when a receipt told of it. Nobody is ever deleted.
    """
    _touch_the_person(row, receipt)
    if receipt.rule is None:
        return
    found = recent.circumstances(row.id)
    failure = Failure(row, receipt, receipt.rule, phase, found.left_at)
    if row.message_log_id is None:
        _of_a_single_text(failure)
    else:
        _of_a_blast(failure, _since(found, failure.rule))


def pause_sender(sender: str, carrier: str, receipt: CarrierErrorCode) -> None:
    """A fault that is no single text's: every running blast of this sender stops."""
    _pause(and_(logs.sender == sender, logs.carrier == carrier), receipt, "create")


def _touch_the_person(row: Row[Any], receipt: CarrierErrorCode) -> None:
    if not is_e164(row.phone):
        return  # they were erased meanwhile
    if receipt.blame == Blame.CONSENT:
        suppression.opt_out(row.phone, source="message_failure", reason=receipt.words)
        control.leave_out(row.phone, SkipReason.SAID_STOP)
    elif receipt.strikes and _is_dead(row, receipt):
        often = (
            f" That was so in {receipt.strikes} blasts in a row."
            if receipt.strikes > 1
            else ""
        )
        suppression.mark_dead(
            row.phone, reason=receipt.words + often, log_id=row.message_log_id
        )
        control.leave_out(row.phone, SkipReason.NUMBER_DEAD)


def _is_dead(row: Row[Any], receipt: CarrierErrorCode) -> bool:
    if receipt.strikes == 1:
        return True
    return is_dead_number(
        recent.history(row.phone, row.carrier),
        receipt.code,
        receipt.strikes,
        receipt.days,
    )


def _of_a_single_text(failure: Failure) -> None:
    """An answer or a test failed: a closed account stops the blasts too.

    A bad sender they find out by themselves.
    """
    holds = failure.rule.act is BreakerAction.HOLD
    if failure.rule.at_once and (holds or failure.receipt.blame in EVERYBODYS):
        _act(failure)


def _of_a_blast(failure: Failure, since: datetime | None) -> None:
    rule, row = failure.rule, failure.row
    if since and failure.left_at < since:
        return  # it left before somebody put things right, or before the brakes were on
    if rule.act is BreakerAction.PAUSE and not _anything_to_pause(failure):
        return
    near = recent.around(row.message_log_id, row.id, failure.phase, since)
    abroad = failure.receipt.abroad and find_phone_country(
        row.phone
    ) != find_main_country(region())
    if rule.act is BreakerAction.COUNTRY or (
        abroad and _was_on_the_wire(failure, near)
    ):
        _country(failure, near)
    elif _is_too_much(failure, rule, near):
        _act(failure)
    elif abroad:
        _country(failure, near)


def _since(found: Row[Any], rule: BreakerRule) -> datetime | None:
    """From when on failures count: since a person resumed the blast, and since the same brakes
    were put on.
    """
    moments = [found.resumed_at]
    if rule.act is BreakerAction.SLOW:
        moments.append(found.slowed_at)
    if rule.act is BreakerAction.HOLD and found.hold_until:
        moments.append(found.hold_until - timedelta(seconds=rule.seconds))
    return max((moment for moment in moments if moment), default=None)


def _was_on_the_wire(failure: Failure, near: Sequence[Row[Any]]) -> bool:
    """Whether it left with another to a country that none reached: many at once are no three in
    a row.
    """
    there = [
        recent.came(each, failure.phase, failure.receipt)
        for each in _there(failure, near)
    ]
    return (
        NeighbourOutcome.THROUGH not in there and there.count(NeighbourOutcome.SAME) > 1
    )


def _there(failure: Failure, near: Sequence[Row[Any]]) -> list[Row[Any]]:
    """The neighbours in the same country, and the text itself."""
    country = find_phone_country(failure.row.phone)
    return [each for each in near if find_phone_country(each.phone) == country]


def _is_too_much(failure: Failure, rule: BreakerRule, near: Sequence[Row[Any]]) -> bool:
    ids = [each.id for each in near]
    if failure.row.id not in ids:
        return False
    here = ids.index(failure.row.id)
    results = [recent.came(each, failure.phase, failure.receipt) for each in near]
    results[here] = NeighbourOutcome.SAME
    return is_breaker_tripped(
        rule, results, here, patient=failure.receipt.may_be_one_number
    )


def _act(failure: Failure) -> None:
    rule, row, receipt, moment = failure.rule, failure.row, failure.receipt, now()
    if rule.act is BreakerAction.SLOW:
        health.slow(row.sender, row.carrier, moment)
    elif rule.act is BreakerAction.HOLD:
        until = moment + timedelta(seconds=rule.seconds)
        health.hold(row.sender, row.carrier, until, receipt.code, receipt.words)
    else:
        _pause(_who_meets_it(failure), receipt, failure.phase)


def _country(failure: Failure, near: Sequence[Row[Any]]) -> None:
    """Whoever waits in that country is left out; at home that would be nearly everybody, so the
    blast pauses.

    At once, unless texts to that country went through: then one number may be the cause, and it
    takes some in a row.
    """
    country = find_phone_country(failure.row.phone)
    if not country or not _is_too_much(failure, THE_COUNTRY, _there(failure, near)):
        return
    if country == find_main_country(region()):
        _pause(_who_meets_it(failure), failure.receipt, failure.phase)
    else:
        prefixes = json.dumps(list_country_prefixes(country))
        db.session.execute(
            LEAVE_OUT_COUNTRY,
            {"b_log": failure.row.message_log_id, "b_prefixes": prefixes},
        )


def _who_meets_it(failure: Failure) -> ColumnElement[bool]:
    """A bad text concerns its own blast; a bad sender or account every blast of that sender.

    But none that began or was resumed after this text had left: what was wrong may have been
    put right before.
    """
    row = failure.row
    own: ColumnElement[bool] = logs.id == row.message_log_id
    if not failure.receipt.shared:
        return own
    knows = (
        func.max(logs.created_at, func.coalesce(logs.resumed_at, logs.created_at))
        <= failure.left_at
    )
    return and_(logs.sender == row.sender, logs.carrier == row.carrier, or_(own, knows))


def _anything_to_pause(failure: Failure) -> bool:
    """Thousands of receipts may still come in after the first has paused everything."""
    running = select(logs.id).where(
        logs.status == BlastStatus.PROCESSING.value, _who_meets_it(failure)
    )
    return db.session.scalar(running.limit(1)) is not None


def _pause(these: ColumnElement[bool], receipt: CarrierErrorCode, phase: str) -> None:
    paused = control.pause_for_fault(these, receipt.words, receipt.code)
    alerts.raise_for(paused, receipt, phase)
