"""What follows from a failure beyond its own text: for the person, for the blast, for every blast of the sender."""

from typing import Any

from sqlalchemy import ColumnElement, Row, and_

from app.delivery.actions import alerts, control
from app.delivery.models import message_logs
from app.domain import receipts
from app.domain.permission import LeftOut
from app.domain.receipts import Blame, Receipt
from app.suppression import actions as suppression


def draw(row: Row[Any], receipt: Receipt, phase: str = "create") -> None:
    """Only opt-outs and numbers that fail at once touch a person; faults of ours pause what would meet them too."""
    if receipt.blame == Blame.CONSENT:
        suppression.opt_out(row.phone, source="message_failure", reason=receipt.words)
        control.leave_out(row.phone, LeftOut.SAID_STOP)
    elif receipt.blame == Blame.NUMBER and receipt.strikes == 1:
        suppression.mark_dead(row.phone, reason=receipt.words, log_id=row.message_log_id)
        control.leave_out(row.phone, LeftOut.NUMBER_DEAD)
    if receipts.pauses(receipt):
        _pause(_who_meets_it(row, receipt), receipt, phase)


def _who_meets_it(row: Row[Any], receipt: Receipt) -> ColumnElement[bool]:
    """A bad text concerns its own blast; a bad sender or account every blast of that sender."""
    if receipt.blame == Blame.WORDING:
        return and_(message_logs.c.id == row.message_log_id)
    return and_(message_logs.c.sender == row.sender, message_logs.c.carrier == row.carrier)


def pause_sender(sender: str, carrier: str, receipt: Receipt) -> None:
    """A fault that is no single text's: every running blast of this sender stops."""
    these = and_(message_logs.c.sender == sender, message_logs.c.carrier == carrier)
    _pause(these, receipt, "create")


def _pause(these: ColumnElement[bool], receipt: Receipt, phase: str) -> None:
    paused = control.pause_for_fault(these, receipt.words, receipt.code)
    alerts.raise_for(paused, receipt, phase)
