"""Put one person into a group, and take them out."""

from flask import abort, flash, request
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write, build_name_details
from app.core.access import current_username, permission_required
from app.core.permission_checks import is_reached
from app.domain.accounts.permissions import Permission
from app.domain.texts.whole_numbers import parse_id
from app.groups.actions.group_editing import get_group_for_update
from app.groups.actions.memberships import add_people_to_group, remove_people_from_group
from app.groups.models import MembershipSource
from app.groups.queries.group_records import find_active_group
from app.people.queries import person_records
from app.people.views.blueprint import bp, get_phone_or_404, redirect_to_person
from app.people.views.group_undo import get_fillable_group_or_abort


@bp.post("/people/<public_id>/groups")
@permission_required(Permission.UPDATE_PEOPLE)
def add_person_to_group(public_id: str) -> ResponseReturnValue:
    """Put somebody into the chosen group."""
    phone = get_phone_or_404(public_id)
    group = find_active_group(parse_id(request.form.get("group_id", "")))
    if group is None or not is_reached("group_id", group.id):
        flash("Choose a group.", "error")
        return redirect_to_person(phone)
    get_fillable_group_or_abort(group.id)
    group_id, group_name = group.id, group.name
    name = person_records.load_person_record(phone).name
    with audited_write("group.people_added", current_username()) as trace:
        add_people_to_group(group_id, [phone], MembershipSource.HAND, current_username())
        trace.about = f"group {group_id}"
        trace.details = {"title": group_name, "count": 1, **build_name_details([(name, phone)])}
    flash(f"They are in {group_name} now.", "success")
    return redirect_to_person(phone)


@bp.post("/people/<public_id>/groups/<int:group_id>/remove")
@permission_required(Permission.UPDATE_PEOPLE)
def remove_person_from_group(public_id: str, group_id: int) -> ResponseReturnValue:
    """Take somebody out of a group."""
    get_fillable_group_or_abort(group_id)
    phone = get_phone_or_404(public_id)
    name = person_records.load_person_record(phone).name
    with audited_write("group.people_removed", current_username()) as trace:
        group = get_group_for_update(group_id)
        if not remove_people_from_group(group_id, [phone]):
            abort(404)
        trace.about = f"group {group_id}"
        trace.details = {"title": group.name, "count": 1, **build_name_details([(name, phone)])}
    flash(f"They are not in {group.name} anymore.", "success")
    return redirect_to_person(phone)
