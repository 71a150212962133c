"""Pausing, resuming and stopping a blast that is being sent."""

from collections.abc import Callable

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.audiences.queries.scope_phones import count_unreached_phones
from app.audit.actions import audited_write
from app.blasts.queries.people_permission import find_people_problem, get_stored_people
from app.blasts.views.blueprint import bp
from app.blasts.views.sent_blasts import get_blast_log_or_404
from app.core.access import current_username, permission_required
from app.core.clock import now
from app.core.db import db
from app.core.scope_conditions import get_list_scope
from app.core.settings import current_settings
from app.delivery.actions import blast_control
from app.delivery.actions.limit_pauses import find_limit_of_next_text
from app.delivery.queries.blast_phones import select_blast_phones
from app.delivery.queries.blast_records import reload_blast_log
from app.delivery.queries.installation_hold import find_sending_hold
from app.domain.accounts.permissions import Permission
from app.domain.delivery.message_statuses import BlastStatus

RESUME_HELD_TEXT = "It can't continue yet: sending is off. The notice at the top says why."


class ResumeHeld(Exception):
    """Nothing may leave now, so that a resumed blast would wait without a word."""


class ResumeLimited(Exception):
    """A limit stops the next text, so that the blast would pause again. `reason`: which one."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SentBlastUnchanged(Exception):
    """The blast has a status in which that cannot be done."""


@bp.post("/logs/<int:log_id>/pause")
@permission_required(Permission.SEE_TEXTS)
def pause_sent_blast(log_id: int) -> ResponseReturnValue:
    """Pause the blast: what was not sent yet waits."""
    return _apply_to_blast(
        log_id,
        "blast.paused",
        blast_control.pause_blast,
        "It isn't being sent, so there was nothing to pause.",
    )


@bp.post("/logs/<int:log_id>/resume")
@permission_required(Permission.SEND_TEXTS)
def resume_sent_blast(log_id: int) -> ResponseReturnValue:
    """Resume a paused blast.

    What a person paused, anyone may resume who may text its people; after a fault an admin says
    that it is fixed.
    """
    return _apply_to_blast(
        log_id,
        "blast.resumed",
        _resume_if_allowed,
        "It is not paused, so there was nothing to resume.",
    )


@bp.post("/logs/<int:log_id>/cancel")
@permission_required(Permission.SEE_TEXTS)
def stop_sent_blast(log_id: int) -> ResponseReturnValue:
    """Stop what was not sent yet, for good."""
    return _apply_to_blast(
        log_id,
        "blast.stopped",
        _stop_remaining_messages,
        "It had ended already, so there was nothing to stop.",
    )


def _apply_to_blast(
    log_id: int, verb: str, action: Callable[[int], bool], nothing_done: str
) -> ResponseReturnValue:
    """Run one audited action on one blast.

    Without an effect it leaves no audit row, and the page says `nothing_done`.
    """
    get_blast_log_or_404(log_id)
    try:
        with audited_write(verb, current_username()) as trace:
            trace.about = f"blast {log_id}"
            # The exception rolls back: what changed nothing leaves no line in the audit.
            if not action(log_id):
                raise SentBlastUnchanged
    except SentBlastUnchanged:
        flash(nothing_done, "warning")
    except ResumeHeld:
        flash(RESUME_HELD_TEXT, "error")
    except ResumeLimited as error:
        flash(f"It can't continue yet. {error.reason}", "error")
    return redirect(url_for("blasts.show_sent_blast", log_id=log_id), 303)


def _resume_if_allowed(log_id: int) -> bool:
    # Inside the transaction: the engine may have paused it for a fault since the page was shown.
    log = reload_blast_log(log_id)
    is_paused = log.status == BlastStatus.PAUSED
    has_fault = is_paused and log.pause_reason != blast_control.PAUSED_BY_PERSON
    if has_fault and not current_user.may(Permission.APPROVE_TEXTS):
        abort(403)
    if is_paused and find_people_problem(get_stored_people(log), current_user.role):
        abort(403)
    if is_paused and not _reaches_people(log_id):
        abort(403)
    if is_paused and (find_sending_hold() or log.carrier != current_settings().carrier):
        raise ResumeHeld
    reached_limit = find_limit_of_next_text(log_id, now()) if is_paused else ""
    if reached_limit:
        raise ResumeLimited(reached_limit)
    return blast_control.resume_blast(log_id)


def _reaches_people(log_id: int) -> bool:
    """Whether the user may text everybody who is on the blast now: sets and groups change."""
    if get_list_scope().is_everybody:
        return True
    phones = db.session.scalars(select_blast_phones(log_id, "", "")).all()
    return not count_unreached_phones(phones)


def _stop_remaining_messages(log_id: int) -> bool:
    return blast_control.stop_blast(log_id, now()) is not None
