"""One turn is one transaction: what came back is settled, what may go is armed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask import Flask

from app.core.clock import now
from app.core.db import db, write
from app.delivery.actions import control, health, settle
from app.delivery.actions import lead as leading
from app.delivery.actions.arm import Armed, Room, anything_queued, arm
from app.delivery.carriers.base import Outcome
from app.delivery.engine.brakes import Wish
from app.delivery.engine.lead import Lead
from app.domain.delivery.send_rate import SenderPace


@dataclass(frozen=True)
class Returned:
    """What the carrier answered to one armed text."""

    armed: Armed
    outcome: Outcome


@dataclass(frozen=True)
class Turned:
    """What a turn did.

    `lost`: somebody else leads. `idle`: nothing is queued. `pace`: as it is stored, when asked.
    """

    armed: list[Armed] = field(default_factory=list)
    lost: bool = False
    idle: bool = False
    pace: SenderPace | None = None


def turn(
    app: Flask,
    lead: Lead,
    returned: Sequence[Returned],
    wishes: Sequence[Wish],
    room: Room | None,
) -> Turned:
    """Settle `returned`, store `wishes`, arm into `room` (None: arm nothing).

    A result is stored whoever leads; arming asks first. Raises Busy or an OperationalError when
    the database cannot be written: nothing happened, try the same again.
    """
    with app.app_context():
        if not returned and not wishes and room and not anything_queued(lead.carrier):
            db.session.rollback()
            return Turned(idle=True)
        with write():
            return _turn(lead, returned, wishes, room)


def _turn(
    lead: Lead, returned: Sequence[Returned], wishes: Sequence[Wish], room: Room | None
) -> Turned:
    moment = now()
    if returned:
        settle.settle_outcomes(
            [(each.armed, each.outcome) for each in returned], moment
        )
    for wish in wishes:
        wish(moment)
    ours = lead.epoch is not None and leading.leads(lead.holder, lead.epoch)
    armed, pace = _arm(lead, room, moment) if ours and room else ([], None)
    control.close_finished(moment)
    return Turned(armed=armed, lost=lead.held and not ours, pace=pace)


def _arm(lead: Lead, room: Room, moment: datetime) -> tuple[list[Armed], SenderPace]:
    pace = health.pace_of(lead.sender, lead.carrier, moment)
    if pace.held and pace.until != room.silence_until:
        return [], pace
    return arm(lead.carrier, room, moment), pace


def pace_now(app: Flask, lead: Lead) -> SenderPace:
    """What is stored about our sender. A read."""
    with app.app_context():
        return health.pace_of(lead.sender, lead.carrier, now())
