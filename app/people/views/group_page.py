"""The page of one group: its people, putting some in and taking some out.

It stands here because the groups feature lies below those that know names.
"""

from collections.abc import Sequence

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts.queries import find_user
from app.audit.actions import audited_write, build_name_details
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.pagination import list_params
from app.delivery.queries.group_blasts import list_group_blasts
from app.domain.accounts.roles import Role
from app.domain.texts.plurals import pluralize
from app.domain.texts.whole_numbers import parse_id
from app.events.queries.contact_names import find_display_names
from app.groups.actions import memberships
from app.groups.actions.group_editing import get_group_for_update
from app.groups.models import ContactGroup
from app.groups.queries.group_records import find_group, may_text_group
from app.groups.queries.memberships import load_skipped_count
from app.groups.views.blueprint import bp
from app.organisation import queries as organisation
from app.people.actions.group_filling import FilledGroup, fill_group
from app.people.forms import GroupPeopleForm
from app.people.queries.group_people import (
    GROUP_PEOPLE_SORTS,
    paginate_group_people,
)

MAX_REMOVED_IDS = 200


@bp.get("/<int:group_id>")
@roles_required(*ALL_ROLES)
def show_group(group_id: int) -> ResponseReturnValue:
    """Show a group's people, how many get its blasts, and the last blasts to it."""
    return _render_group_page(group_id, GroupPeopleForm(formdata=None))


def _render_group_page(group_id: int, form: GroupPeopleForm) -> str:
    group, skipped_count = _load_group(group_id)
    page = paginate_group_people(
        group, list_params(GROUP_PEOPLE_SORTS, "name"), organisation.get_organisation_region()
    )
    return render_template(
        "groups/group.html",
        group=group,
        page=page,
        form=form,
        textable_count=group.member_count - skipped_count,
        may_text=group.archived_at is None and may_text_group(group, current_user.role),
        owner=find_user(group.owner_id) if group.owner_id else None,
        blasts=list_group_blasts(group.id),
        removed_ids=_parse_ids(request.args.getlist("removed")),
    )


def _load_group(group_id: int) -> tuple[ContactGroup, int]:
    """Return the group and how many of its people get no texts, or abort."""
    is_consent_required = bool(organisation.get_organisation().consent_required)
    return load_skipped_count(group_id, is_exact=is_consent_required) or abort(404)


@bp.post("/<int:group_id>/people")
@roles_required(*ALL_ROLES)
def add_people(group_id: int) -> ResponseReturnValue:
    """Put the people into the group whose names and numbers were typed or pasted."""
    form = GroupPeopleForm()
    if not form.validate_on_submit():
        return _render_group_page(group_id, form), 422
    is_admin = current_user.role == Role.ADMIN
    with audited_write("group.people_added", current_username()) as trace:
        filled = fill_group(group_id, form.people.names, current_username(), adds_members=is_admin)
        trace.about = f"group {group_id}"
        people = [(form.people.names[phone], phone) for phone in filled.new_phones]
        trace.details = {
            "title": filled.name,
            "count": len(people),
            **build_name_details(people),
        }
    flash(_describe_filling(filled), "success")
    return redirect(url_for("groups.show_group", group_id=group_id), 303)


def _describe_filling(filled: FilledGroup) -> str:
    people = pluralize(len(filled.new_phones), "person is", "people are")
    sentences = [f"{people} added to {filled.name}."]
    if filled.known_count:
        verb = "was" if filled.known_count == 1 else "were"
        sentences.append(f"{filled.known_count:,} {verb} in it already.")
    if filled.new_member_count:
        new_people = pluralize(filled.new_member_count, "person is", "people are")
        sentences.append(f"{new_people} new to the community.")
    return " ".join(sentences)


@bp.post("/<int:group_id>/remove")
@roles_required(Role.ADMIN)
def remove_people(group_id: int) -> ResponseReturnValue:
    """Take the selected people out of the group; the page offers to undo it."""
    ids = _parse_ids(request.form.getlist("membership_ids"))
    if not ids:
        if find_group(group_id) is None:
            abort(404)
        flash("Select at least one person first.", "error")
        return redirect(url_for("groups.show_group", group_id=group_id), 303)
    with audited_write("group.people_removed", current_username()) as trace:
        group = get_group_for_update(group_id)
        phones = memberships.end_memberships(group_id, ids)
        names = find_display_names(phones) if phones else {}
        trace.about = f"group {group_id}"
        people = [(names.get(phone), phone) for phone in phones]
        trace.details = {
            "title": group.name,
            "count": len(people),
            **build_name_details(people),
        }
    return redirect(url_for("groups.show_group", group_id=group_id, removed=ids), 303)


@bp.post("/<int:group_id>/put-back")
@roles_required(Role.ADMIN)
def put_people_back(group_id: int) -> ResponseReturnValue:
    """Put people back into the group who were just removed from it."""
    ids = _parse_ids(request.form.getlist("membership_ids"))
    with audited_write("group.people_put_back", current_username()) as trace:
        group = get_group_for_update(group_id)
        count = memberships.reopen_memberships(group_id, ids)
        trace.about = f"group {group_id}"
        trace.details = {"title": group.name, "count": count}
    people = pluralize(count, "person is", "people are")
    flash(f"{people} in {group.name} again.", "success")
    return redirect(url_for("groups.show_group", group_id=group_id), 303)


def _parse_ids(texts: Sequence[str]) -> list[int]:
    ids = [parse_id(text) for text in dict.fromkeys(texts)]
    return [id_ for id_ in ids if id_ is not None][:MAX_REMOVED_IDS]
