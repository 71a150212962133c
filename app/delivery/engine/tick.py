"""One turn is one transaction: what came back is settled, what may go is armed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask import Flask

from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions import blast_control, message_status_updates, sender_throttle
from app.delivery.actions import leader_lease as leading
from app.delivery.actions.message_claiming import (
    ClaimedMessage,
    SendCapacity,
    claim_messages,
    has_queued_messages,
)
from app.delivery.carriers.carrier_interface import SendOutcome
from app.delivery.engine.backoff import PendingUpdate
from app.delivery.engine.leader_election import LeaderElection
from app.domain.delivery.send_rate import SenderPace


@dataclass(frozen=True)
class SendResult:
    """What the carrier answered to one armed text."""

    message: ClaimedMessage
    outcome: SendOutcome


@dataclass(frozen=True)
class TickResult:
    """What a turn did.

    `lost`: somebody else leads. `idle`: nothing is queued. `pace`: as it is stored, when asked.
    """

    claimed: list[ClaimedMessage] = field(default_factory=list)
    lost_lead: bool = False
    is_idle: bool = False
    pace: SenderPace | None = None


def run_tick(
    app: Flask,
    lead: LeaderElection,
    returned: Sequence[SendResult],
    wishes: Sequence[PendingUpdate],
    room: SendCapacity | None,
) -> TickResult:
    """Settle `returned`, store `wishes`, arm into `room` (None: arm nothing).

    A result is stored whoever leads; arming asks first. Raises Busy or an OperationalError when
    the database cannot be written: nothing happened, try the same again.
    """
    with app.app_context():
        if not returned and not wishes and room and not has_queued_messages(lead.carrier):
            db.session.rollback()
            return TickResult(is_idle=True)
        with write():
            return _write_tick(lead, returned, wishes, room)


def _write_tick(
    lead: LeaderElection,
    returned: Sequence[SendResult],
    wishes: Sequence[PendingUpdate],
    room: SendCapacity | None,
) -> TickResult:
    moment = now()
    if returned:
        message_status_updates.store_send_results(
            [(each.message, each.outcome) for each in returned], moment
        )
    for wish in wishes:
        wish(moment)
    ours = lead.epoch is not None and leading.is_lease_holder(lead.holder, lead.epoch)
    armed, pace = _claim_messages(lead, room, moment) if ours and room else ([], None)
    blast_control.close_finished_blasts(moment)
    return TickResult(claimed=armed, lost_lead=lead.is_leader and not ours, pace=pace)


def _claim_messages(
    lead: LeaderElection, room: SendCapacity, moment: datetime
) -> tuple[list[ClaimedMessage], SenderPace]:
    pace = sender_throttle.get_sender_pace(lead.sender, lead.carrier, moment)
    if pace.held_seconds and pace.held_until != room.expired_hold_until:
        return [], pace
    return claim_messages(lead.carrier, room, moment), pace


def read_stored_pace(app: Flask, lead: LeaderElection) -> SenderPace:
    """What is stored about our sender. A read."""
    with app.app_context():
        return sender_throttle.get_sender_pace(lead.sender, lead.carrier, now())
