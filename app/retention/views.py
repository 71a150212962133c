"""The page that says how long each kind of data is kept."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import admin_required, current_username
from app.core.recent_sign_in import recent_sign_in_required
from app.core.settings import current_settings
from app.delivery.archive_file import list_archive_years
from app.retention.actions.rule_changes import store_rules
from app.retention.forms import (
    RetentionForm,
    build_retention_form,
    describe_days,
)
from app.retention.models import RetentionKind
from app.retention.queries.retention_rules import (
    Removal,
    find_rule,
    list_kind_states,
    preview_archiving,
    preview_removal,
)

bp = Blueprint("retention", __name__, url_prefix="/settings/retention")


@bp.route("", methods=["GET", "POST"])
@admin_required
@recent_sign_in_required
def edit_retention() -> ResponseReturnValue:
    """Show the rules; say what new ones would remove, and store them once that was seen."""
    before = _list_stored_days()
    form = build_retention_form(before)
    if not form.is_submitted():
        return _render_page(form)
    if not form.validate():
        return _render_page(form), 422
    chosen = form.list_days()
    removals, archived = _preview(before, chosen)
    if (removals or archived) and not form.is_confirmed():
        form.confirmed.data = form.write_fingerprint()
        return _render_page(form, removals, archived)
    with audited_write("retention.changed", current_username()) as trace:
        store_rules({kind: days for kind, days in chosen.items() if days != before[kind]})
        trace.details = {
            kind.value: [describe_days(before[kind]), describe_days(days)]
            for kind, days in chosen.items()
            if days != before[kind]
        }
    flash("Saved. What is older is removed within a day, a little at a time.", "success")
    return redirect(url_for("retention.edit_retention"), 303)


def _list_stored_days() -> dict[RetentionKind, int | None]:
    days = {state.kind.kind: state.days for state in list_kind_states()}
    rule = find_rule(RetentionKind.ARCHIVE)
    return days | {RetentionKind.ARCHIVE: rule.days if rule else None}


def _preview(
    before: dict[RetentionKind, int | None], chosen: dict[RetentionKind, int | None]
) -> tuple[list[Removal], dict[int, int]]:
    """Return what the changed rules would remove, and what would move into archives, by year."""
    removals, archived = [], {}
    for kind, days in chosen.items():
        if days == before[kind]:
            continue
        if kind is RetentionKind.ARCHIVE:
            archived = preview_archiving(days)
        else:
            removals.append(preview_removal(kind, days))
    return [removal for removal in removals if removal.count], archived


def _render_page(
    form: RetentionForm,
    removals: list[Removal] | None = None,
    archived: dict[int, int] | None = None,
) -> str:
    return render_template(
        "retention/edit.html",
        form=form,
        states=list_kind_states(),
        archive_rule=find_rule(RetentionKind.ARCHIVE),
        archive_years=list_archive_years(current_settings().database_path),
        removals=removals or [],
        archived=archived or {},
    )
