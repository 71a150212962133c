"""Sent blasts: the list, and one of them live."""

from flask import (
    Response,
    abort,
    jsonify,
    render_template,
    request,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.blasts.queries.people_permission import (
    find_people_problem,
    get_stored_people,
    may_see_people,
)
from app.blasts.queries.results_audience import describe_blast_audience, describe_blast_audiences
from app.blasts.queries.series_source import get_series_source
from app.blasts.queries.tab_counts import count_tabs
from app.blasts.views.blast_figures import BlastReport, build_blast_report, build_filter_chips
from app.blasts.views.blast_progress import BlastProgress, fetch_blast_progress
from app.blasts.views.blueprint import bp
from app.blasts.views.held_people import describe_held_groups
from app.blasts.views.unresolved_message_options import find_bulk_options, find_resend_blocks
from app.core.access import current_username, permission_required
from app.core.clock import now
from app.core.pagination import ListPage, list_params
from app.delivery.models import MessageLog
from app.delivery.queries.blast_languages import count_readers_by_language
from app.delivery.queries.blast_list import (
    LOG_FILTERS,
    BlastLogFilter,
    fetch_blast_logs_page,
    list_blast_senders,
)
from app.delivery.queries.blast_recipients import (
    RECIPIENT_FILTERS,
    RECIPIENT_STATUS_ORDER,
    fetch_blast_recipients_page,
)
from app.delivery.queries.blast_records import (
    find_blast_log,
    find_blast_log_and_schedule,
)
from app.delivery.queries.blast_reply_people import (
    REPLY_FILTERS,
    fetch_reply_people_page,
    find_reply_bodies,
    select_reply_message_ids,
)
from app.delivery.queries.blast_results import fetch_listed_results
from app.delivery.queries.recipient_scope import count_people_outside, select_blast_message_ids
from app.delivery.queries.superseded_rows import find_first_texts
from app.domain.accounts.permissions import Permission
from app.message_templates.queries.template_records import find_template_origin
from app.surveys.queries import surveys

# Everyone, with the list open.
ALL_FILTER = "all"
MAX_NAME_LENGTH = 80


@bp.get("/logs")
@permission_required(Permission.SEE_TEXTS)
def list_sent_blasts() -> ResponseReturnValue:
    """Show the blasts that were sent, or with ?state=sending those on their way."""
    state = request.args.get("state", "")
    filter_ = BlastLogFilter(
        state if state in LOG_FILTERS else "", request.args.get("sent_by", "")[:MAX_NAME_LENGTH]
    )
    page = fetch_blast_logs_page(list_params((), ""), filter_)
    return render_template(
        "blasts/logs.html",
        page=page,
        filter=filter_,
        results=fetch_listed_results(page.rows),
        audiences=describe_blast_audiences(
            page.rows, {log.id: log.event_title for log in page.rows}, current_user.role
        ),
        senders=list_blast_senders(),
        tab_counts=count_tabs(current_user.id, current_user.role),
    )


@bp.get("/logs/<int:log_id>")
@permission_required(Permission.SEE_TEXTS)
def show_sent_blast(log_id: int) -> ResponseReturnValue:
    """Show one blast: how far it is, and what became of each text."""
    log, schedule = find_blast_log_and_schedule(log_id) or abort(404)
    progress = fetch_blast_progress(log, now())
    filter_name = request.args.get("state", "")
    if filter_name not in (*RECIPIENT_FILTERS, *REPLY_FILTERS, ALL_FILTER):
        filter_name = ""
    sees_people = may_see_people(log, current_user.role)
    report = build_blast_report(progress)
    page = ListPage([], 0, list_params((), ""))
    if sees_people:
        page = _fetch_people_page(progress, filter_name)
    return render_template(
        "blasts/log.html",
        log=log,
        readers=count_readers_by_language(log),
        progress=progress,
        report=report,
        held_lines=describe_held_groups(progress.held),
        page=page,
        outside_count=_count_outside(log, filter_name) if sees_people else 0,
        filter_name=filter_name,
        has_texts="texts" in request.args,
        chips=build_filter_chips(log_id, progress.tally.total, report.counts, filter_name),
        bulk=find_bulk_options(log, filter_name),
        resend_blocks=find_resend_blocks(page.rows, log),
        reply_bodies=_find_reply_bodies(report, page),
        first_texts=find_first_texts(page.rows),
        schedule=schedule,
        series_link=get_series_source().find_links([schedule]).get(schedule.id)
        if schedule
        else None,
        origin=find_template_origin(log.template_version_id),
        survey=surveys.find_survey(log.survey_id),
        audience=describe_blast_audience(
            log, log.event_title, current_username(), role=current_user.role
        ),
        sees_people=sees_people,
        may_group=not find_people_problem(get_stored_people(log), current_user.role),
    )


def _find_reply_bodies(report: BlastReport, page: ListPage) -> dict[int, str]:
    """Return what the people of a page wrote back, by the id of their text."""
    return find_reply_bodies(page.rows) if report.results.replies.people else {}


def _fetch_people_page(progress: BlastProgress, filter_name: str) -> ListPage:
    params = list_params((), "")
    if filter_name in REPLY_FILTERS:
        return fetch_reply_people_page(progress.log, filter_name, params)
    return fetch_blast_recipients_page(progress.log, filter_name, params, progress.counts)


def _count_outside(log: MessageLog, filter_name: str) -> int:
    """Count the people of a filter whom the user does not reach; 0 for a search.

    A search says nothing of them: else it would tell whether a name is among them.
    """
    if list_params((), "").search:
        return 0
    if filter_name in REPLY_FILTERS:
        return count_people_outside(log, select_reply_message_ids(log.id, filter_name))
    statuses = RECIPIENT_FILTERS.get(filter_name, RECIPIENT_STATUS_ORDER)
    return count_people_outside(log, select_blast_message_ids(log.id, statuses))


@bp.get("/logs/<int:log_id>/live")
@permission_required(Permission.SEE_TEXTS, json=True)
def refresh_sent_blast(log_id: int) -> ResponseReturnValue:
    """Return the live part of the page.

    When the status is another than the page shows (`was`), the page is loaded anew.
    """
    log = get_blast_log_or_404(log_id)
    progress = fetch_blast_progress(log, now())
    response = Response(
        render_template(
            "blasts/_live.html",
            log=log,
            progress=progress,
            report=build_blast_report(progress),
            held_lines=describe_held_groups(progress.held),
        )
    )
    if request.args.get("was", log.status.value) != log.status.value:
        response.headers["HX-Refresh"] = "true"
    return response


@bp.get("/logs/<int:log_id>/status")
@permission_required(Permission.SEE_TEXTS, json=True)
def show_blast_status(log_id: int) -> ResponseReturnValue:
    """Return the blast in numbers, for programs."""
    log = get_blast_log_or_404(log_id)
    progress = fetch_blast_progress(log, now())
    tally = progress.tally
    return jsonify(
        id=log.id,
        status=log.status.value,
        total_recipients=tally.total,
        queued=tally.queued,
        held=progress.held_count,
        in_flight=tally.in_flight,
        unknown=tally.unknown,
        accepted=tally.accepted,
        delivered=tally.delivered,
        failed=tally.failed,
        skipped=tally.skipped,
        success_count=tally.success_count,
        failure_count=tally.failure_count,
    )


def get_blast_log_or_404(log_id: int) -> MessageLog:
    """Return the sent blast of the address, or abort."""
    return find_blast_log(log_id) or abort(404)
