"""The page of one group: its people, and putting in those who were typed or pasted.

It stands here because the groups feature lies below those that know names.
"""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts.queries import find_user
from app.audit.actions import audited_write, build_name_details
from app.core.access import current_username, permission_required
from app.core.pagination import list_params
from app.delivery.queries.group_blasts import list_group_blasts
from app.domain.accounts.permissions import Permission
from app.domain.texts.plurals import pluralize
from app.groups.models import ContactGroup
from app.groups.queries.group_records import may_change_people, may_text_group
from app.groups.queries.memberships import load_skipped_count
from app.groups.views.blueprint import bp
from app.organisation import queries as organisation
from app.people.actions.group_filling import FilledGroup, fill_group
from app.people.forms import GroupPeopleForm
from app.people.queries.group_people import (
    GROUP_PEOPLE_SORTS,
    paginate_group_people,
)
from app.people.views.group_undo import get_fillable_group_or_abort, load_undo


@bp.get("/<int:group_id>")
@permission_required(Permission.SEE_PEOPLE)
def show_group(group_id: int) -> ResponseReturnValue:
    """Show a group's people, how many get its blasts, and the last blasts to it."""
    return _render_group_page(group_id, GroupPeopleForm(formdata=None))


def _may_change(group: ContactGroup) -> bool:
    may_update = current_user.may(Permission.UPDATE_PEOPLE)
    return may_update and may_change_people(group, current_user.role)


def _render_group_page(group_id: int, form: GroupPeopleForm) -> str:
    """Show the page of a group with its people and the form that adds some."""
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
        may_change=_may_change(group),
        undo=load_undo(group),
    )


def _load_group(group_id: int) -> tuple[ContactGroup, int]:
    """Return the group and how many of its people get no texts, or abort."""
    is_consent_required = bool(organisation.get_organisation().consent_required)
    return load_skipped_count(group_id, is_exact=is_consent_required) or abort(404)


@bp.post("/<int:group_id>/people")
@permission_required(Permission.UPDATE_PEOPLE, with_numbers=True)
def add_people(group_id: int) -> ResponseReturnValue:
    """Put the people into the group whose names and numbers were typed or pasted."""
    get_fillable_group_or_abort(group_id)
    form = GroupPeopleForm()
    if not form.validate_on_submit():
        return _render_group_page(group_id, form), 422
    adds_members = current_user.may(Permission.MANAGE_PEOPLE)
    with audited_write("group.people_added", current_username()) as trace:
        filled = fill_group(
            group_id, form.people.names, current_username(), adds_members=adds_members
        )
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
    people = pluralize(len(filled.new_phones), "person was", "people were")
    sentences = [f"{people} added to {filled.name}."]
    if filled.known_count:
        verb = "was" if filled.known_count == 1 else "were"
        sentences.append(f"{filled.known_count:,} {verb} in it already.")
    if filled.new_member_count:
        new_people = pluralize(filled.new_member_count, "person is", "people are")
        sentences.append(f"{new_people} new to the community.")
    return " ".join(sentences)
