"""A tick in small steps: after one that failed because of what a row holds.

Each result, update, blast and message has a transaction of its own. What makes it fail is set
aside, so that nothing stops the others. A trouble of the file or a lock is raised as before.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core.clock import now
from app.core.database_errors import is_storage_error
from app.core.db import db, write
from app.delivery.actions import (
    blast_control,
    careful_claiming,
    leader_lease,
    message_status_updates,
    sender_throttle,
    set_aside,
)
from app.delivery.actions.careful_claiming import QueuedRow
from app.delivery.actions.claim_limits import load_claim_limits
from app.delivery.actions.message_claiming import ClaimedMessage, SendCapacity
from app.delivery.actions.text_holding import load_tick_hours
from app.delivery.engine.leader_election import LeaderElection
from app.delivery.engine.pacing import add_certain_moment
from app.delivery.engine.tick_values import SendResult, TickInput, TickResult

log = logging.getLogger(__name__)
UNREADABLE_RULES_TEXT = (
    "Your limits or texting hours can't be read in the database, so texts wait. "
    "Run: python -m app.dbdoctor --doctor."
)


@dataclass(frozen=True)
class _Claim:
    """Who claims, how much, and at which moment."""

    election: LeaderElection
    epoch: int
    capacity: SendCapacity
    moment: datetime

    @property
    def carrier(self) -> str:
        return self.election.carrier


def run_careful_tick(election: LeaderElection, tick: TickInput) -> TickResult:
    """Do what a tick does, step by step. Needs an app context. Raises as run_tick() does.

    The results of one that is raised are repeated as a whole: storing them twice changes nothing.
    """
    moment = now()
    for result in tick.results:
        _store_result(result, moment)
    for update in tick.updates:
        _try_step("an update of the sender", update, moment)
    _check_sender_health(election, moment)
    _close_finished_blasts(moment)
    claimed: list[ClaimedMessage] = []
    if election.epoch is not None and tick.capacity:
        capacity = add_certain_moment(election.app, tick.capacity, moment)
        claim = _Claim(election, election.epoch, capacity, moment)
        if not _can_judge_texts(claim):
            return TickResult(is_idle=True, trouble=UNREADABLE_RULES_TEXT)
        _claim_row_by_row(claim, claimed)
        if not claimed:
            # The last row of a blast may have been set aside.
            _close_finished_blasts(moment)
    return TickResult(claimed=claimed)


def _check_sender_health(election: LeaderElection, moment: datetime) -> None:
    """Forget what is stored about the sender when it cannot be read."""
    sender = (election.sender, election.carrier)
    if not _try_step("the sender's state", sender_throttle.get_sender_pace, *sender, moment):
        _try_step("the sender's state", sender_throttle.forget_sender_health, *sender)


def _try_step(what: str, step: Callable[..., Any], *values: Any) -> bool:
    """Run a step in a transaction of its own; return False, and log, when it fails by itself."""
    try:
        with write():
            step(*values)
    except Exception as error:
        if is_storage_error(error):
            raise
        log.exception("%s could not be stored", what)
        return False
    return True


def _store_result(result: SendResult, moment: datetime) -> None:
    pair = (result.message, result.outcome)
    if not _try_step("a result", message_status_updates.store_send_results, [pair], moment):
        # Whatever the carrier answered, it is in doubt here: receipts and look-ups will tell.
        _try_step(
            "a doubt",
            message_status_updates.mark_result_unknown,
            result.message.message_id,
            result.message.ref,
            moment,
        )


def _close_finished_blasts(moment: datetime) -> None:
    for log_id in blast_control.list_finished_blast_ids():
        if _try_step("the end of a blast", blast_control.close_blast, log_id, moment):
            continue
        _try_step("its states", set_aside.set_aside_unknown_statuses, log_id, moment)
        if not _try_step("the end of a blast", blast_control.close_blast, log_id, moment):
            _try_step("its end without counts", blast_control.fail_blast, log_id, moment)


def _can_judge_texts(claim: _Claim) -> bool:
    """Whether the limits and the texting hours can be read.

    If not, it is no row's fault: one by one all of them would be set aside, and no one texted.
    """
    certain = claim.capacity.find_certain_moment(claim.moment)
    try:
        load_tick_hours(claim.carrier, claim.moment, certain)
        load_claim_limits([], certain)
    except Exception as error:
        db.session.rollback()
        if is_storage_error(error):
            raise
        log.exception("the limits or the texting hours cannot be read; nothing is claimed")
        return False
    db.session.rollback()
    return True


def _claim_row_by_row(claim: _Claim, claimed: list[ClaimedMessage]) -> None:
    """Append what could be claimed to `claimed`, also when it is cut short by the database."""
    for row in _list_rows(claim):
        if len(claimed) >= claim.capacity.max_rows:
            return
        try:
            with write():
                if not leader_lease.is_lease_holder(claim.election.holder, claim.epoch):
                    return
                new = careful_claiming.claim_queued_row(
                    row, claim.carrier, claim.capacity, claim.moment
                )
        except Exception as error:
            if is_storage_error(error):
                # What was claimed is committed, so it must be sent: the next tick says the rest.
                log.warning("a claim was cut short by the database")
                return
            log.exception("text %s could not be claimed", row.message_id)
            _try_step(
                "what was set aside",
                set_aside.set_aside_message,
                row.message_id,
                row.log_id,
                claim.moment,
            )
            continue
        claimed += new


def _list_rows(claim: _Claim) -> list[QueuedRow]:
    """Return the rows that may leave; blasts whose own row cannot be read are set aside."""
    rows = _list_queue(claim, None)
    for log_id in careful_claiming.list_running_blast_ids(claim.carrier):
        try:
            careful_claiming.load_running_blast(claim.carrier, log_id)
        except Exception as error:
            db.session.rollback()
            if is_storage_error(error):
                raise
            log.exception("blast %s could not be read", log_id)
            _try_step("what was set aside", set_aside.set_aside_blast, log_id, claim.moment)
            continue
        rows += _list_queue(claim, log_id)
    db.session.rollback()
    return rows


def _list_queue(claim: _Claim, log_id: int | None) -> list[QueuedRow]:
    return careful_claiming.list_queued_rows(
        claim.carrier, log_id, claim.capacity.max_rows, claim.moment
    )
