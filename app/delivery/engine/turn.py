"""One turn is one transaction: what came back is settled, what may go is armed."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import Flask

from app.delivery.actions import control, settle
from app.delivery.actions import lead as leading
from app.delivery.actions.arm import Armed, Room, anything_queued, arm
from app.delivery.carriers.base import Outcome
from app.delivery.engine.lead import Lead
from app.kit.clock import now
from app.kit.db import db, write


@dataclass(frozen=True)
class Returned:
    """What the carrier answered to one armed text."""

    armed: Armed
    outcome: Outcome


@dataclass(frozen=True)
class Turned:
    """What a turn did. `lost`: somebody else leads. `idle`: nothing is queued."""

    armed: list[Armed] = field(default_factory=list)
    lost: bool = False
    idle: bool = False


def turn(app: Flask, lead: Lead, returned: Sequence[Returned], room: Room | None) -> Turned:
    """Settle `returned` and arm into `room` (None: arm nothing). A result is stored whoever leads; arming asks first.

    Raises Busy or an OperationalError when the database cannot be written: nothing happened, try the same again.
    """
    with app.app_context():
        if not returned and room and not anything_queued(lead.carrier):
            db.session.rollback()
            return Turned(idle=True)
        with write():
            return _turn(lead, returned, room)


def _turn(lead: Lead, returned: Sequence[Returned], room: Room | None) -> Turned:
    moment = now()
    for each in returned:
        armed = each.armed
        settle.settle_outcome(armed.message_id, armed.attempt_id, armed.number, each.outcome, moment)
    ours = lead.epoch is not None and leading.leads(lead.holder, lead.epoch)
    armed_now = arm(lead.carrier, room, moment) if ours and room else []
    control.close_finished(moment)
    return Turned(armed=armed_now, lost=lead.held and not ours)
