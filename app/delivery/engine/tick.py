"""One tick is one transaction: store what came back, and claim what may leave."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask import Flask

from app.core.clock import now
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
from app.delivery.carriers.carrier_interface import SendOutcome
from app.delivery.engine.backoff import PendingUpdate
from app.delivery.engine.leader_election import LeaderElection
from app.domain.delivery.send_rate import SenderPace


@dataclass(frozen=True)
class SendResult:
    """What the carrier answered to one claimed message."""

    message: ClaimedMessage
    outcome: SendOutcome


@dataclass(frozen=True)
class TickInput:
    """What a tick stores, and how much it may claim (`capacity` None: nothing)."""

    results: Sequence[SendResult]
    updates: Sequence[PendingUpdate]
    capacity: SendCapacity | None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to store and nothing to claim."""
        return not self.results and not self.updates and self.capacity is None


@dataclass(frozen=True)
class TickResult:
    """What a tick did.

    `lost_lead`: another process leads. `is_idle`: nothing is queued. `pace`: the sender's as it is
    stored, when it was read.
    """

    claimed: list[ClaimedMessage] = field(default_factory=list)
    lost_lead: bool = False
    is_idle: bool = False
    pace: SenderPace | None = None


def run_tick(app: Flask, election: LeaderElection, tick: TickInput) -> TickResult:
    """Store results and updates and claim messages, in one transaction.

    A result is stored whoever leads; claiming reads the lease first. Raises WriteLockTimeout or an
    OperationalError when the database cannot be written: nothing happened, repeat the same tick.
    """
    with app.app_context():
        may_only_claim = tick.capacity and not tick.results and not tick.updates
        if may_only_claim and not has_queued_messages(election.carrier):
            # end the read transaction: an old snapshot would keep the WAL from being reset
            db.session.rollback()
            return TickResult(is_idle=True)
        with write():
            return _write_tick(election, tick)


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
        claimed = _claim_messages(election, tick.capacity, pace, moment)
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
