"""One tick is one transaction: store what came back, and claim what may leave."""

import logging
from datetime import datetime

from flask import Flask

from app.core.clock import now
from app.core.database_errors import is_storage_error
from app.core.db import db, write
from app.delivery.actions import (
    blast_control,
    leader_lease,
    message_status_updates,
    sender_throttle,
)
from app.delivery.actions.message_claiming import (
    ClaimedMessage,
    SendCapacity,
    claim_messages,
    has_queued_messages,
)
from app.delivery.engine.careful_tick import run_careful_tick
from app.delivery.engine.leader_election import LeaderElection
from app.delivery.engine.pacing import add_certain_moment
from app.delivery.engine.tick_values import TickInput, TickResult
from app.domain.delivery.send_rate import SenderPace

log = logging.getLogger(__name__)


def run_tick(app: Flask, election: LeaderElection, tick: TickInput) -> TickResult:
    """Store results and updates and claim messages, in one transaction.

    A result is stored whoever leads; claiming reads the lease first. Raises one of DATABASE_ERRORS
    when the database cannot be written: nothing happened, repeat the same tick. When a row is the
    trouble, the same is done in small steps, and that row is set aside.
    """
    with app.app_context():
        may_only_claim = tick.capacity and not tick.results and not tick.updates
        if may_only_claim and not _has_work(election.carrier):
            # end the read transaction: an old snapshot would keep the WAL from being reset
            db.session.rollback()
            return TickResult(is_idle=True)
        try:
            with write():
                return _write_tick(election, tick)
        except Exception as error:
            if is_storage_error(error):
                raise
            log.exception("a tick failed; it is done again in small steps")
            return run_careful_tick(election, tick)


def _has_work(carrier: str) -> bool:
    """Whether there is something to claim, or a blast to end. Reads, without the write lock.

    A blast may have nothing to send from its release on, and one that is held loses its last text
    to a STOP: no claim sees that.
    """
    return has_queued_messages(carrier) or bool(blast_control.list_finished_blast_ids())


def _write_tick(election: LeaderElection, tick: TickInput) -> TickResult:
    moment = now()
    if tick.results:
        message_status_updates.store_send_results(
            [(result.message, result.outcome) for result in tick.results], moment
        )
    for update in tick.updates:
        update(moment)
    # Read in the transaction that claims: a process that slept through a change of the lead claims
    # nothing, whatever it believes.
    holds_lease = election.epoch is not None and leader_lease.is_lease_holder(
        election.holder, election.epoch
    )
    claimed: list[ClaimedMessage] = []
    pace = None
    if holds_lease and tick.capacity:
        pace = sender_throttle.get_sender_pace(election.sender, election.carrier, moment)
        capacity = add_certain_moment(election.app, tick.capacity, moment)
        claimed = _claim_messages(election, capacity, pace, moment)
    blast_control.close_finished_blasts(moment)
    return TickResult(claimed=claimed, lost_lead=election.is_leader and not holds_lease, pace=pace)


def _claim_messages(
    election: LeaderElection, capacity: SendCapacity, pace: SenderPace, moment: datetime
) -> list[ClaimedMessage]:
    """Claim messages unless the sender is held back.

    A hold that the loop has waited for by its own clock is over, even where the wall clock was set
    back and says that it is not.
    """
    if pace.held_seconds and pace.held_until != capacity.expired_hold_until:
        return []
    return claim_messages(election.carrier, capacity, moment)


def read_stored_pace(app: Flask, election: LeaderElection) -> SenderPace:
    """Return what is stored about the sender in use. A read."""
    with app.app_context():
        return sender_throttle.get_sender_pace(election.sender, election.carrier, now())
