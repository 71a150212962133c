"""What a person decides about texts in doubt: check again, leave as they are, send again after
a look at whom.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from app.audit.actions import audited_write
from app.blasts import queries
from app.blasts.queries import RECIPIENT_FILTERS
from app.blasts.views.blast_labels import format_people_count, format_segment_count
from app.blasts.views.blueprint import bp
from app.blasts.views.unresolved_message_options import (
    get_current_sender,
    is_on_current_carrier,
)
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.clock import now
from app.core.pagination import ListPage, ListParams, clamp_to_last_page, list_params
from app.core.template_filters import format_local_time
from app.delivery.actions import message_resend
from app.delivery.actions.message_resend import ResendResult
from app.delivery.models import MessageLog
from app.delivery.queries.resendable_messages import (
    ResendPreview,
    list_actionable_message_ids,
    list_resendable_messages,
    preview_resend,
)
from app.domain.accounts.roles import Role
from app.domain.delivery.cost_estimate import compute_cost, format_money
from app.domain.delivery.message_statuses import BlastStatus
from app.domain.delivery.send_rate import compute_validity_seconds
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS
from app.organisation import queries as organisation

MAX_MESSAGE_IDS, MAX_ID_DIGITS, MAX_IDS_IN_URL = 500, 18, 100
CHECK_STARTED = "We ask now. What we hear appears here by itself."
NOTHING_TO_CHECK = "There was nothing to ask about any more."
NOTHING_TO_LEAVE = "There was nothing to decide any more."
NOTHING_TO_SEND = "Nothing was sent again: these texts are on their way already, or may not go."


class MessagesUnchanged(Exception):
    """What was chosen has moved on, or somebody else was faster."""


@dataclass(frozen=True)
class MessageSelection:
    """Some texts of a blast: by their ids, or all that are in one `state`."""

    ids: Sequence[int]
    state: str
    by_id: bool

    @property
    def url_params(self) -> dict[str, Any]:
        """How the address of the page says which they are."""
        return (
            {"message_ids": list(self.ids[:MAX_IDS_IN_URL])}
            if self.by_id
            else {"state": self.state or None}
        )


@bp.post("/logs/<int:log_id>/check-again")
@roles_required(*ALL_ROLES)
def recheck_blast_messages(log_id: int) -> ResponseReturnValue:
    """Ask the carrier now what became of some texts."""
    if not is_on_current_carrier(_get_log_or_404(log_id)):
        flash(NOTHING_TO_CHECK, "warning")
        return _redirect_to_blast(log_id)
    return _apply_to_selection(
        log_id,
        "blast.checked_again",
        message_resend.request_status_lookup,
        lambda _count: CHECK_STARTED,
        NOTHING_TO_CHECK,
    )


@bp.post("/logs/<int:log_id>/leave")
@roles_required(*ALL_ROLES)
def leave_blast_messages_unresolved(log_id: int) -> ResponseReturnValue:
    """Some texts stay in doubt, and nobody is asked about them any more."""
    return _apply_to_selection(
        log_id,
        "blast.left",
        message_resend.dismiss_doubtful_messages,
        _format_left_count,
        NOTHING_TO_LEAVE,
    )


def _format_left_count(count: int) -> str:
    stay = "1 text stays as it is" if count == 1 else f"{count:,} texts stay as they are"
    return f"{stay}. A receipt that still comes counts."


def _apply_to_selection(
    log_id: int,
    verb: str,
    action: Callable[[int, Sequence[int], datetime], int],
    done: Callable[[int], str],
    otherwise: str,
) -> ResponseReturnValue:
    """One act on some texts of a blast; without an effect it leaves no audit row, and says so."""
    _get_log_or_404(log_id)
    chosen = _parse_selection(log_id, request.form)
    try:
        with audited_write(verb, current_username()) as trace:
            count = action(log_id, chosen.ids, now())
            trace.about, trace.details = f"blast {log_id}", {"texts": count}
            if not count:
                raise MessagesUnchanged
    except MessagesUnchanged:
        flash(otherwise, "warning")
    else:
        flash(done(count), "success")
    return _redirect_to_blast(log_id)


def _redirect_to_blast(log_id: int) -> ResponseReturnValue:
    """To the list the button was in."""
    state = request.form.get("state", "")
    return redirect(
        url_for(
            "blasts.show_sent_blast",
            log_id=log_id,
            state=state if state in RECIPIENT_FILTERS else None,
        ),
        303,
    )


@bp.route("/logs/<int:log_id>/send-again", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def resend_blast_messages(log_id: int) -> ResponseReturnValue:
    """First whom, why and what it costs; `confirm` sends."""
    log = _get_log_or_404(log_id)
    chosen = _parse_selection(log_id, request.form if request.method == "POST" else request.args)
    if request.method == "POST":
        return _resend_selection(log, chosen)
    numbers = preview_resend(log_id, chosen.ids)
    wanted = list_params((), "")
    return render_template(
        "blasts/again.html",
        log=log,
        chosen=chosen,
        numbers=numbers,
        page=_fetch_selection_page(log_id, chosen, numbers, wanted),
        facts=_build_resend_facts(log, numbers),
        refusal=_get_resend_refusal(log),
        stay_out=[
            (*SKIP_REASON_LABELS[reason], count)
            for reason, count in numbers.skipped_by_reason.items()
        ],
    )


def _resend_selection(log: MessageLog, chosen: MessageSelection) -> ResponseReturnValue:
    if (
        "confirm" not in request.form
        or _get_resend_refusal(log)
        or _has_selection_changed(log, chosen)
    ):
        return redirect(
            url_for("blasts.resend_blast_messages", log_id=log.id, **chosen.url_params),
            303,
        )
    try:
        with audited_write("blast.sent_again", current_username()) as trace:
            result = message_resend.resend_messages(log.id, chosen.ids, get_current_sender(), now())
            trace.about = f"blast {log.id}"
            trace.details = {
                "texts": result.queued,
                "left_out": sum(result.skipped_by_reason.values()),
            }
            if not result.queued:
                raise MessagesUnchanged
    except MessagesUnchanged:
        flash(NOTHING_TO_SEND, "warning")
    else:
        flash(_format_resend_result(result, queries.reload_blast_log(log.id)), "success")
    return redirect(url_for("blasts.show_sent_blast", log_id=log.id), 303)


def _has_selection_changed(log: MessageLog, chosen: MessageSelection) -> bool:
    """Whether "all of these" are others than the page said.

    Ids name whom they mean, whatever happens meanwhile.
    """
    if chosen.by_id:
        return False
    people_now, seen = (
        preview_resend(log.id, chosen.ids).people,
        request.form.get("seen_count", ""),
    )
    if not people_now or seen == str(people_now):
        return False
    flash(f"It is {format_people_count(people_now)} now. Check again.", "warning")
    return True


def _format_resend_result(result: ResendResult, log: MessageLog) -> str:
    whom = format_people_count(result.queued)
    if log.status == BlastStatus.PAUSED:
        said = f"{whom} {'waits' if result.queued == 1 else 'wait'} until the blast is resumed."
    else:
        rest = (
            "gets the text again"
            if result.queued == 1
            else "get the text again; one goes first, to try"
        )
        said = f"{whom} {rest}."
    stay_out = sum(result.skipped_by_reason.values())
    if stay_out:
        why = ", ".join(
            f"{SKIP_REASON_LABELS[reason][0]} ({count:,})"
            for reason, count in result.skipped_by_reason.items()
        )
        said = f"{said} {format_people_count(stay_out)} {'stays' if stay_out == 1 else 'stay'} out: {why}."
    return said


def _get_resend_refusal(log: MessageLog) -> str:
    """Why nothing of this blast goes again at all; "" when it may."""
    if not is_on_current_carrier(log):
        made = "in practice mode" if log.carrier == "sandbox" else "for Twilio"
        return f"This blast was made {made}, which is not in use now. Copy it as a new blast."
    if log.not_after and not compute_validity_seconds(log.not_after, now()):
        return f"Nothing of this blast leaves after {format_local_time(log.not_after)}. Copy it as a new blast."
    return ""


def _build_resend_facts(log: MessageLog, numbers: ResendPreview) -> list[tuple[str, str]]:
    organised = organisation.get_organisation()
    cost = compute_cost(numbers.segments, organised.price_per_segment)
    facts = [("Length", format_segment_count(numbers.segments))]
    if cost is not None:
        facts.append(("Cost about", format_money(cost, organised.currency)))
    if log.not_after:
        facts.append(("Nothing leaves after", format_local_time(log.not_after)))
    return facts


def _fetch_selection_page(
    log_id: int, chosen: MessageSelection, numbers: ResendPreview, wanted: ListParams
) -> ListPage:
    """All whose ids were given; of "all of these" a page at a time."""
    per_page = MAX_MESSAGE_IDS if chosen.by_id else wanted.per_page
    wanted = clamp_to_last_page(
        numbers.people,
        ListParams("", 1 if chosen.by_id else wanted.number, per_page, "", "asc"),
    )
    return ListPage(
        list_resendable_messages(log_id, chosen.ids, wanted.offset, per_page),
        numbers.people,
        wanted,
    )


def _parse_selection(log_id: int, asked_for: MultiDict[str, str]) -> MessageSelection:
    """What a form or an address says: `message_ids`, or else all of a blast in `state`.

    Nonsense chooses nobody.
    """
    words = asked_for.getlist("message_ids")[:MAX_MESSAGE_IDS]
    state = asked_for.get("state", "")
    if words:
        ids = [
            int(word)
            for word in words
            if word.isascii() and word.isdigit() and len(word) <= MAX_ID_DIGITS
        ]
        return MessageSelection(ids, state, by_id=True)
    return MessageSelection(list_actionable_message_ids(log_id, state), state, by_id=False)


def _get_log_or_404(log_id: int) -> MessageLog:
    return queries.find_blast_log(log_id) or abort(404)
