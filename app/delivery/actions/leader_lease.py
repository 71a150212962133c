"""Acquire, renew and release the lease of the one engine that sends."""

from datetime import datetime

from sqlalchemy import insert, select, update

from app.core.db import db, execute_and_count_rows
from app.delivery.actions import blast_control
from app.delivery.engine_models import Attempt, Lease
from app.delivery.models import Message
from app.delivery.sql.engine_state import SELECT_LEASE_HOLDER
from app.domain.delivery.message_lookups import compute_first_lookup
from app.domain.delivery.message_statuses import MessageStatus, UnknownReason

ENGINE_LEASE = "engine"


def acquire_lease(
    holder: str, sender: str, carrier: str, seen_epoch: int, moment: datetime
) -> int | None:
    """Take the lead and return the new epoch; None when another did since `seen_epoch` was read.

    What a former leader had in flight becomes unknown: nobody knows whether it left, so nobody
    sends it. Inside write().
    """
    # The first process that ever leads makes the row; two that try at once make one.
    db.session.execute(
        insert(Lease).prefix_with("OR IGNORE").values(name=ENGINE_LEASE, holder="", epoch=0, beat=0)
    )
    # The condition on the epoch decides between processes that read the same lease.
    updated_count = execute_and_count_rows(
        update(Lease)
        .where(Lease.name == ENGINE_LEASE, Lease.epoch == seen_epoch)
        .values(
            holder=holder,
            epoch=Lease.epoch + 1,
            beat=Lease.beat + 1,
            beat_at=moment,
            carrier=carrier,
        )
    )
    if updated_count == 0:
        return None
    _mark_in_flight_unknown(moment)
    blast_control.end_blasts_of_other_carriers(carrier, moment)
    blast_control.update_sender_of_unsent(sender, carrier)
    blast_control.close_finished_blasts(moment)
    return seen_epoch + 1


def _mark_in_flight_unknown(moment: datetime) -> None:
    in_flight_ids = select(Message.id).where(Message.status == MessageStatus.SUBMITTING)
    db.session.execute(
        update(Attempt)
        .where(Attempt.message_id.in_(in_flight_ids), Attempt.outcome.is_(None))
        .values(outcome="lost", ended_at=moment, why="the sending process stopped")
    )
    db.session.execute(
        update(Message)
        .where(Message.status == MessageStatus.SUBMITTING)
        .values(
            status=MessageStatus.UNKNOWN,
            reason=UnknownReason.PROCESS_STOPPED.value,
            look_up_at=compute_first_lookup(MessageStatus.UNKNOWN, moment),
            lookups=0,
        )
    )


def renew_lease(holder: str, epoch: int, moment: datetime) -> bool:
    """Store that the holder is alive; return False when another leads by now. Inside write().

    Other processes watch `beat`, a counter; `beat_at` is for pages, since clocks may be set.
    """
    updated_count = execute_and_count_rows(
        update(Lease)
        .where(Lease.name == ENGINE_LEASE, Lease.holder == holder, Lease.epoch == epoch)
        .values(beat=Lease.beat + 1, beat_at=moment)
    )
    return updated_count == 1


def is_lease_holder(holder: str, epoch: int) -> bool:
    """Whether this holder still leads; read inside every transaction that claims messages."""
    rows = SELECT_LEASE_HOLDER.fetch_json(lease_name=ENGINE_LEASE)
    return bool(rows == [[holder, epoch]])


def release_lease(holder: str, epoch: int) -> None:
    """Give the lead back at a clean stop. Does nothing when another leads. Inside write()."""
    db.session.execute(
        update(Lease)
        .where(Lease.name == ENGINE_LEASE, Lease.holder == holder, Lease.epoch == epoch)
        .values(holder="", beat_at=None)
    )
