"""Two people with the same name: joined when they are one, kept apart when they are two."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.audit.actions import audited_write, build_name_details
from app.core.access import current_username, permission_required
from app.domain.accounts.permissions import Permission
from app.domain.phones.named_phones import NamedPhone
from app.people.actions.number_change import join_two_people
from app.people.queries.person_records import load_person_record
from app.people.views.blueprint import bp, get_person_or_404
from app.profiles.actions.keeping_apart import keep_people_apart
from app.profiles.queries.person_lookup import PersonProfile
from app.profiles.queries.person_values import FilledField, list_filled_fields


@bp.route("/people/<public_id>/join/<other_public_id>", methods=["GET", "POST"])
@permission_required(Permission.MANAGE_PEOPLE)
def join_person(public_id: str, other_public_id: str) -> ResponseReturnValue:
    """Show what becomes of two people who are one (GET); join them (POST).

    `field_<id>` says "other" where the other one's value counts.
    """
    person, other = _get_pair_or_404(public_id, other_public_id)
    conflicts = _find_conflicts(person, other)
    if request.method != "POST":
        return render_template(
            "people/join.html",
            person=person,
            other=other,
            record=load_person_record(person.phone or ""),
            other_record=load_person_record(other.phone or ""),
            conflicts=conflicts,
        )
    replaced = []
    for filled, _ in conflicts:
        if request.form.get(f"field_{filled.field.id}") == "other":
            replaced.append(filled.field.id)
    with audited_write("person.joined", current_username()) as trace:
        trace.details = build_name_details([_name(person)])
        join_two_people(person, other, replaced)
    flash("Joined. They are one person now.", "success")
    return redirect(url_for("people.show_person", public_id=person.public_id), 303)


@bp.post("/people/<public_id>/apart/<other_public_id>")
@permission_required(Permission.MANAGE_PEOPLE)
def keep_person_apart(public_id: str, other_public_id: str) -> ResponseReturnValue:
    """Store that these two are not the same person, so that nobody is asked again."""
    person, other = _get_pair_or_404(public_id, other_public_id)
    with audited_write("person.kept_apart", current_username()) as trace:
        trace.details = build_name_details([_name(person), _name(other)])
        keep_people_apart(person.id, other.id)
    flash("They stay two people.", "success")
    return redirect(url_for("people.show_person", public_id=person.public_id), 303)


def _get_pair_or_404(public_id: str, other_public_id: str) -> tuple[PersonProfile, PersonProfile]:
    person, other = get_person_or_404(public_id), get_person_or_404(other_public_id)
    if person.id == other.id:
        abort(404)
    return person, other


def _find_conflicts(
    person: PersonProfile, other: PersonProfile
) -> list[tuple[FilledField, FilledField]]:
    """Return the fields in which both have something else."""
    other_fields = {
        filled.field.id: filled for filled in list_filled_fields(other.id, current_user.role)
    }
    conflicts = []
    for own_field in list_filled_fields(person.id, current_user.role):
        other_field = other_fields[own_field.field.id]
        if own_field.value and other_field.value and own_field.value != other_field.value:
            conflicts.append((own_field, other_field))
    return conflicts


def _name(person: PersonProfile) -> NamedPhone:
    phone = person.phone or ""
    return load_person_record(phone).name, phone
