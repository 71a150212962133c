"""What we know of one person beside name and number: language, birthday and the fields."""

from datetime import date
from typing import Any

from flask import flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.audit.actions import audited_write, build_name_details
from app.core.access import current_username, permission_required
from app.core.clock import now
from app.core.local_formats import get_display_style
from app.domain.accounts.permissions import Permission
from app.domain.profiles.field_values import ValueContext
from app.domain.texts.text_languages import name_language
from app.organisation import queries as organisation
from app.people.queries.person_records import load_person_record
from app.people.views.blueprint import bp, get_person_or_404
from app.profiles.actions.detail_editing import update_person_details
from app.profiles.actions.value_storing import set_person_values
from app.profiles.forms.details_form import PersonDetailsForm
from app.profiles.forms.value_inputs import (
    add_value_inputs,
    list_value_inputs,
    read_value_inputs,
)
from app.profiles.models import LanguageSource
from app.profiles.person_addresses import build_person_url
from app.profiles.queries.person_lookup import PersonProfile
from app.profiles.queries.person_values import FilledField, list_filled_fields
from app.profiles.queries.value_words import format_field_value

LANGUAGE_ORIGINS: dict[LanguageSource | None, str] = {
    LanguageSource.IMPORT: "from an import",
    LanguageSource.KEYWORD: "from the keyword {name}",
    LanguageSource.SURVEY: "from the survey “{name}”",
}


def build_value_context() -> ValueContext:
    """Return how values are read here today."""
    return ValueContext(organisation.get_organisation_region(), now().date())


@bp.route("/people/<public_id>/fields", methods=["GET", "POST"])
@permission_required(Permission.UPDATE_PEOPLE)
def edit_person_fields(public_id: str) -> ResponseReturnValue:
    """Edit the language, the birthday and the fields of a person."""
    person = get_person_or_404(public_id)
    fields = list_filled_fields(person.id, current_user.role)
    form = _build_form(person, fields)
    if form.validate_on_submit():
        _save_person(person, fields, form)
        flash("Saved.", "success")
        return redirect(f"{build_person_url(person.phone or '')}#fields", 303)
    page = render_template(
        "people/fields.html",
        person=person,
        record=load_person_record(person.phone or ""),
        form=form,
        inputs=list_value_inputs(form),
    )
    return page, 422 if form.errors else 200


def _build_form(person: PersonProfile, fields: list[FilledField]) -> Any:
    context = build_value_context()
    form_class: Any = add_value_inputs(PersonDetailsForm, fields, context)
    return form_class(
        context,
        person.language,
        data={"language": person.language or "", "birthday": format_birthday(person.birthday)},
    )


def format_birthday(birthday: date | None) -> str:
    """Return a birthday with its year as people write it here, "" for none."""
    return get_display_style().format_date(birthday, today=date.min) if birthday else ""


def describe_language(person: PersonProfile) -> str:
    """Return a person's language and how it was learnt: "Spanish, from the keyword ESPANOL"."""
    if not person.language:
        return ""
    name = name_language(person.language)
    # What a user entered is said like everything else that one did.
    origin = LANGUAGE_ORIGINS.get(person.language_source)
    return f"{name}, {origin.format(name=person.language_source_name)}" if origin else name


def list_known_facts(person: PersonProfile) -> list[tuple[str, str]]:
    """Return what we know of a person and the user may see, as (what it is, its value)."""
    facts = [
        ("Language", describe_language(person)),
        ("Birthday", format_birthday(person.birthday)),
    ]
    fields = list_filled_fields(person.id, current_user.role)
    facts += [
        (filled.field.name, format_field_value(filled.field.field_type, filled.value))
        for filled in fields
    ]
    return [(label, value) for label, value in facts if value]


def _save_person(person: PersonProfile, fields: list[FilledField], form: Any) -> None:
    """Store what changed. The audit keeps which fields changed, and never a value."""
    name = load_person_record(person.phone or "").name
    with audited_write("person.fields_changed", current_username()) as trace:
        changed = update_person_details(person.id, form.language.data or None, form.parsed_birthday)
        changed_fields = set_person_values(
            person.id,
            [filled.field for filled in fields],
            read_value_inputs(form),
            build_value_context(),
        )
        changed += [field.name for field in changed_fields]
        trace.details = {
            "changed": changed,
            **build_name_details([(name, person.phone or "")]),
        }
