"""Undo what was just done to a group's people. The group's page says it and has the button.

An act is named by its moment: the memberships that began, or ended, just then.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.audit.actions import audited_write
from app.core.access import current_username, permission_required
from app.core.column_types import datetime_from_db, datetime_to_db
from app.domain.accounts.permissions import Permission
from app.domain.texts.plurals import pluralize
from app.domain.texts.whole_numbers import parse_whole_number
from app.groups.actions import memberships
from app.groups.models import ContactGroup
from app.groups.queries.group_records import may_change_people
from app.groups.queries.memberships import count_people_added_at, count_people_removed_at
from app.groups.views.blueprint import bp, get_group_or_404
from app.people.actions.group_changes import GroupChange, build_group_details

MAX_COUNT_DIGITS = 7


@dataclass(frozen=True)
class GroupUndo:
    """An act that can be undone, in a sentence; the form has `moment` under the name `change`."""

    change: str
    moment: str
    sentence: str


@bp.post("/<int:group_id>/undo")
@permission_required(Permission.UPDATE_PEOPLE)
def undo_change(group_id: int) -> ResponseReturnValue:
    """Undo one act of putting people into the group, or of taking them out."""
    name = get_fillable_group_or_abort(group_id).name
    added_at = _read_moment(request.form, "added")
    removed_at = _read_moment(request.form, "removed")
    if removed_at is not None:
        with audited_write("group.people_put_back", current_username()) as trace:
            count = memberships.undo_removal(group_id, removed_at)
            trace.about = f"group {group_id}"
            trace.details = {"title": name, "count": count}
        flash(f"{pluralize(count, 'person is', 'people are')} in {name} again.", "success")
    elif added_at is not None:
        with audited_write("group.people_removed", current_username()) as trace:
            phones = memberships.undo_addition(group_id, added_at)
            trace.about = f"group {group_id}"
            trace.details = build_group_details(name, phones)
        people = pluralize(len(phones), "person was", "people were")
        flash(f"Undone. {people} removed from {name}.", "success")
    return redirect(url_for("groups.show_group", group_id=group_id), 303)


def get_fillable_group_or_abort(group_id: int) -> ContactGroup:
    """Return the group whose people this user may change, or abort."""
    group = get_group_or_404(group_id)
    if not may_change_people(group, current_user.role):
        abort(403)
    return group


def build_group_url(group_id: int, change: GroupChange, *, adds: bool) -> str:
    """Return the address of the group's page that says what was done, and offers to undo it."""
    name = "added" if adds else "removed"
    act: dict[str, Any] = {name: datetime_to_db(change.moment)}
    if change.unchanged_count:
        act["unchanged"] = change.unchanged_count
    return url_for("groups.show_group", group_id=group_id, **act)


def load_undo(group: ContactGroup) -> GroupUndo | None:
    """Return the act that the address names, as long as there is something to undo."""
    counts = {"added": count_people_added_at, "removed": count_people_removed_at}
    unchanged = parse_whole_number(request.args.get("unchanged", ""), MAX_COUNT_DIGITS) or 0
    for name, count_people in counts.items():
        moment = _read_moment(request.args, name)
        if moment is None or not (count := count_people(group.id, moment)):
            continue
        change = GroupChange(group.name, count, unchanged, moment)
        sentence = describe_change(change, adds=name == "added")
        return GroupUndo(name, datetime_to_db(moment), sentence)
    return None


def describe_change(change: GroupChange, *, adds: bool) -> str:
    """Return "31 people were added to Choir. 2 were in it already."."""
    people = pluralize(change.count, "person was", "people were")
    if adds:
        sentence, rest = f"{people} added to {change.group_name}.", "in it already"
    else:
        sentence, rest = f"{people} removed from {change.group_name}.", "not in it"
    if not change.unchanged_count:
        return sentence
    verb = "was" if change.unchanged_count == 1 else "were"
    return f"{sentence} {change.unchanged_count:,} {verb} {rest}."


def _read_moment(values: Mapping[str, str], name: str) -> datetime | None:
    """Return the moment of an act that an address or a form names, None for none."""
    try:
        return datetime_from_db(values.get(name))
    except ValueError:
        return None
