"""The page that sends some texts of a blast again: first to whom, why and at what cost."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.blasts.queries.reviewed_texts import SkippedGroup
from app.blasts.views.blueprint import bp
from app.blasts.views.message_selection import (
    MAX_MESSAGE_IDS,
    MessageSelection,
    parse_selection,
)
from app.blasts.views.unresolved_message_options import is_on_current_carrier
from app.blasts.views.unresolved_messages import MessagesUnchanged
from app.core.access import current_username, permission_required
from app.core.clock import now
from app.core.local_formats import format_local_time
from app.core.pagination import ListPage, ListParams, clamp_to_last_page, list_params
from app.core.settings import current_settings
from app.delivery.actions.message_resend import ResendResult, resend_messages
from app.delivery.models import MessageLog
from app.delivery.queries.blast_records import find_blast_log, reload_blast_log
from app.delivery.queries.resendable_messages import (
    ResendPreview,
    list_resendable_messages,
    preview_resend,
)
from app.domain.accounts.permissions import Permission
from app.domain.delivery.cost_estimate import compute_cost, format_money
from app.domain.delivery.message_statuses import BlastStatus
from app.domain.delivery.send_rate import compute_validity_seconds
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS
from app.domain.texts.plurals import pluralize
from app.organisation import queries as organisation

NOTHING_TO_SEND = "Nothing was resent: these texts are already being sent, or can't be sent."


@bp.route("/logs/<int:log_id>/send-again", methods=["GET", "POST"])
@permission_required(Permission.APPROVE_TEXTS)
def resend_blast_messages(log_id: int) -> ResponseReturnValue:
    """Show to whom, why and what it costs; `confirm` sends."""
    log = find_blast_log(log_id) or abort(404)
    params = request.form if request.method == "POST" else request.args
    selection = parse_selection(log_id, params)
    if request.method == "POST":
        return _resend_selection(log, selection)
    preview = preview_resend(log_id, selection.ids)
    skipped_groups = []
    for reason, count in preview.skipped_by_reason.items():
        label, remedy = SKIP_REASON_LABELS[reason]
        skipped_groups.append(SkippedGroup(label, count, remedy))
    return render_template(
        "blasts/resend.html",
        log=log,
        selection=selection,
        preview=preview,
        page=_fetch_selection_page(log_id, selection, preview),
        facts=_build_resend_facts(log, preview),
        refusal=_get_resend_refusal(log),
        skipped_groups=skipped_groups,
        skipped_count=sum(preview.skipped_by_reason.values()),
    )


def _resend_selection(log: MessageLog, selection: MessageSelection) -> ResponseReturnValue:
    if (
        "confirm" not in request.form
        or _get_resend_refusal(log)
        or _has_selection_changed(log, selection)
    ):
        url = url_for("blasts.resend_blast_messages", log_id=log.id, **selection.url_params)
        return redirect(url, 303)
    try:
        with audited_write("blast.sent_again", current_username()) as trace:
            result = resend_messages(log.id, selection.ids, current_settings().sender, now())
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
        flash(_format_resend_result(result, reload_blast_log(log.id)), "success")
    return redirect(url_for("blasts.show_sent_blast", log_id=log.id), 303)


def _has_selection_changed(log: MessageLog, selection: MessageSelection) -> bool:
    """Whether "all of these" are others than the page said; flashes how many they are.

    Ids name whom they mean, whatever happens meanwhile.
    """
    if selection.by_id:
        return False
    count = preview_resend(log.id, selection.ids).people
    if not count or request.form.get("seen_count", "") == str(count):
        return False
    flash(f"Now {pluralize(count, 'person', 'people')}. Please review again.", "warning")
    return True


def _format_resend_result(result: ResendResult, log: MessageLog) -> str:
    sentence = _format_queued_count(result.queued, log)
    skipped_count = sum(result.skipped_by_reason.values())
    if not skipped_count:
        return sentence
    people = pluralize(skipped_count, "person", "people")
    reasons = ", ".join(
        f"{SKIP_REASON_LABELS[reason][0]} ({count:,})"
        for reason, count in result.skipped_by_reason.items()
    )
    return f"{sentence} {people} skipped: {reasons}."


def _format_queued_count(count: int, log: MessageLog) -> str:
    people = pluralize(count, "person", "people")
    if log.status == BlastStatus.PAUSED:
        return f"Queued for {people}. Nothing is sent until the blast is resumed."
    if count == 1:
        return "Resending to 1 person."
    return f"Resending to {people}. We'll send one first, then the rest."


def _get_resend_refusal(log: MessageLog) -> str:
    """Return why nothing of this blast goes again at all; "" when it may."""
    if not is_on_current_carrier(log):
        origin = "in practice mode" if log.carrier == "sandbox" else "for Twilio"
        return f"This blast was made {origin}, which is not in use. Copy it as a new blast."
    if log.not_after and not compute_validity_seconds(log.not_after, now()):
        end = format_local_time(log.not_after)
        return f"This blast stopped sending at {end}. Copy it as a new blast."
    return ""


def _build_resend_facts(log: MessageLog, preview: ResendPreview) -> list[tuple[str, str]]:
    settings_row = organisation.get_organisation()
    facts = [("Length", pluralize(preview.segments, "segment"))]
    cost = compute_cost(preview.segments, settings_row.price_per_segment)
    if cost is not None:
        facts.append(("Estimated cost", format_money(cost, settings_row.currency)))
    if log.not_after:
        facts.append(("Stop sending at", format_local_time(log.not_after)))
    return facts


def _fetch_selection_page(
    log_id: int, selection: MessageSelection, preview: ResendPreview
) -> ListPage:
    """Return all texts whose ids were given; of "all of these" a page at a time."""
    params = list_params((), "")
    number, per_page = params.number, params.per_page
    if selection.by_id:
        number, per_page = 1, MAX_MESSAGE_IDS
    params = clamp_to_last_page(preview.people, ListParams("", number, per_page, "", "asc"))
    rows = list_resendable_messages(log_id, selection.ids, params.offset, per_page)
    return ListPage(rows, preview.people, params)
