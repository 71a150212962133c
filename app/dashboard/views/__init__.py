"""Home: what needs a person, the last week, the next seven days, and what is being sent."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts.actions.user_changes import hide_first_steps
from app.audit.actions import audited_write
from app.backups.queries.backup_health import BackupHealth, load_backup_health
from app.blasts.queries.approval_notices import list_blasts_to_decide
from app.blasts.queries.draft_records import find_latest_own_draft
from app.blasts.queries.event_labels import get_blast_event_titles
from app.blasts.views.held_people import describe_held_groups
from app.core.access import current_scope, current_username, permission_required, signed_in_required
from app.core.clock import now
from app.core.clock_watch import get_clock_watch
from app.core.db import write
from app.core.permission_checks import may_visit
from app.core.settings import current_settings
from app.dashboard.queries import fetch_setup_progress, is_backup_overdue
from app.dashboard.views import attention, help_page, sending_hold_page, week
from app.dashboard.views.attention import AttentionItem
from app.dashboard.views.blueprint import bp
from app.dashboard.views.coming_days import DAYS_AHEAD, ComingDay, build_coming_days
from app.dashboard.views.coming_series import (
    build_series_items,
    describe_stopped_series,
    list_watched_series,
)
from app.dashboard.views.setup_checklist import SetupChecklist, build_setup_checklist
from app.delivery.actions.catch_up_progress import request_catch_up
from app.delivery.models import MessageLog
from app.delivery.queries.blast_list import (
    find_expired_blasts,
    find_finished_blasts,
    find_running_blasts,
    find_upcoming_blasts,
)
from app.delivery.queries.blast_totals import count_queued_by_blast
from app.delivery.queries.catch_up_state import load_catch_up_news
from app.delivery.queries.heartbeat import load_heartbeat
from app.delivery.queries.held_texts import list_held_groups
from app.delivery.queries.unresolved_texts import find_unresolved_texts
from app.delivery.queries.waiting_approvals import list_declined_blasts
from app.domain.accounts.display_names import find_given_name
from app.domain.accounts.permissions import Permission
from app.domain.time.local_times import get_local_date, zone_or_utc
from app.events.queries.event_list import find_events_between
from app.imports.queries.import_records import find_unconfirmed_imports
from app.inbox.queries.waiting_threads import count_waiting_threads
from app.organisation import queries as organisation
from app.series.models import BlastSeries
from app.suppression.queries.stop_questions import count_open_stop_questions
from app.texting_hours.queries import must_choose_texting_hours

__all__ = ["bp", "help_page", "sending_hold_page"]

MAX_UPCOMING_BLASTS = 20
SHOWN_RESULTS = 5


@bp.get("/")
@signed_in_required
def show_dashboard() -> ResponseReturnValue:
    """Show what needs a person, the last week, what comes next and what runs."""
    moment = now()
    running = list(find_running_blasts())
    series = list_watched_series()
    backups = load_backup_health(moment) if current_user.is_admin else None
    sees_texts = current_user.may(Permission.SEE_TEXTS)
    sees_everybody = current_scope().is_everybody
    return render_template(
        "dashboard/home.html",
        greeting=f"{_get_greeting(moment)}, {find_given_name(current_user.shown_name)}",
        checklist=_build_checklist(),
        is_demo=current_user.is_admin and organisation.is_practice_demo(),
        attention=[
            item
            for item in _list_attention(moment, running, series, backups)
            if may_visit(item.url)
        ],
        expired=find_expired_blasts(moment) if sees_texts else [],
        news=load_catch_up_news(current_settings().carrier, moment),
        sees_texts=sees_texts,
        days=_list_coming_days(moment, series),
        bars=week.build_blast_bars(find_finished_blasts(SHOWN_RESULTS)),
        figures=week.build_week_figures(moment) if sees_everybody else [],
        backups=_describe_backups(backups),
        **_describe_running_blasts(running),
    )


def _describe_backups(health: BackupHealth | None) -> str:
    """Return when the last backup was made and tested; "" for those who cannot change it."""
    if health is None or not current_settings().makes_backups:
        return ""
    return health.summary


@bp.post("/first-steps/hide")
@signed_in_required
def hide_setup_checklist() -> ResponseReturnValue:
    """Show this user the first steps no more."""
    user_id = current_user.id
    with write():
        hide_first_steps(user_id)
    return redirect(url_for("dashboard.show_dashboard"), 303)


@bp.post("/fetch-texts")
@permission_required(Permission.ANSWER_PEOPLE)
def fetch_missed_texts() -> ResponseReturnValue:
    """Have the carrier's list read for texts that no call told of."""
    with audited_write("texts.fetched", current_username()):
        request_catch_up(current_settings().carrier, now())
    flash("Looking for missed texts. Any that are found appear in the inbox.", "success")
    return redirect(url_for("dashboard.show_dashboard"), 303)


@bp.get("/running")
@permission_required(Permission.SEE_TEXTS, json=True)
def refresh_running_blasts() -> ResponseReturnValue:
    """Return what is being sent, alone: the first page asks for it again while blasts run."""
    running = list(find_running_blasts())
    return render_template("dashboard/_running.html", **_describe_running_blasts(running))


def _build_checklist() -> SetupChecklist | None:
    if current_user.hides_first_steps or organisation.get_organisation().is_demo:
        return None
    return build_setup_checklist(fetch_setup_progress())


def _list_attention(
    moment: datetime,
    running: list[MessageLog],
    series: Sequence[BlastSeries],
    backups: BackupHealth | None,
) -> list[AttentionItem]:
    """Return what needs a person, the most urgent first."""
    return [
        *attention.describe_clock(get_clock_watch(current_app).describe_jump()),
        *_list_attention_for_everybody(moment),
        *attention.describe_paused_blasts(running),
        *attention.describe_approvals(
            list_blasts_to_decide(current_user), list_declined_blasts(current_user.id)
        ),
        *describe_stopped_series(series),
        *attention.describe_waiting_replies(count_waiting_threads()),
        *attention.describe_unfinished_imports(find_unconfirmed_imports("community")),
        *attention.describe_draft(find_latest_own_draft(current_user.id)),
        *attention.describe_texting_hours(must_choose=must_choose_texting_hours()),
        *attention.describe_backup(backups, is_overdue=is_backup_overdue(moment)),
    ]


def _list_attention_for_everybody(moment: datetime) -> list[AttentionItem]:
    """Return what is counted over all people: nothing for whoever reaches some of them."""
    if not current_scope().is_everybody:
        return []
    return [
        *attention.describe_stop_questions(count_open_stop_questions()),
        *attention.describe_unresolved_texts(find_unresolved_texts(moment)),
    ]


def _list_coming_days(moment: datetime, series: Sequence[BlastSeries]) -> list[ComingDay]:
    upcoming = find_upcoming_blasts(MAX_UPCOMING_BLASTS)
    today = get_local_date(organisation.get_organisation_timezone(), moment)
    events = find_events_between(today, today + timedelta(days=DAYS_AHEAD))
    titles = get_blast_event_titles(upcoming)
    items = build_series_items(series, moment)
    return build_coming_days(upcoming, titles, events, moment, items)


def _describe_running_blasts(running: list[MessageLog]) -> dict[str, object]:
    return {
        "running": running,
        "queued_counts": count_queued_by_blast(running),
        "held_lines": {
            log.id: describe_held_groups(list_held_groups(log.id, log.carrier)) for log in running
        },
        "outage_reason": load_heartbeat().outage_reason,
    }


def _get_greeting(moment: datetime) -> str:
    zone = zone_or_utc(organisation.get_organisation_timezone())
    hour = moment.astimezone(zone).hour
    if 4 <= hour < 12:
        return "Good morning"
    if 12 <= hour < 18:
        return "Good afternoon"
    return "Good evening"
