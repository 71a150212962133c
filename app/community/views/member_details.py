"""What is entered of a new member beside name and number: language, birthday and the fields."""

from typing import Any

from app.community.forms import AddedMemberForm
from app.core.clock import now
from app.domain.profiles.field_values import ValueContext
from app.domain.texts.text_cleaning import is_blank_text
from app.organisation import queries as organisation
from app.profiles.actions.detail_editing import update_person_details
from app.profiles.actions.value_storing import set_person_values
from app.profiles.forms.value_inputs import add_value_inputs, read_value_inputs
from app.profiles.queries.field_records import list_fields
from app.profiles.queries.person_lookup import find_person_of_phone
from app.profiles.queries.person_values import FilledField, load_person_values


def build_added_member_form(data: dict[str, Any]) -> Any:
    """Return the form of a new member with an input for each field, for admins, who see all."""
    context = ValueContext(organisation.get_organisation_region(), now().date())
    fields = list(map(FilledField, list_fields()))
    form_class: Any = add_value_inputs(AddedMemberForm, fields, context)
    return form_class(context, data=data)


def fill_details(form: Any, phone: str) -> list[str]:
    """Store what was entered where the people of a shared number have nothing. Inside write().

    Returns the labels of what was entered and not stored, since they have something else.
    """
    person = find_person_of_phone(phone) if form.has_details else None
    if person is None:
        return []
    birthday = form.parsed_birthday
    kept_labels = []
    for label, entered, stored in (
        ("Language", form.language.data or None, person.language),
        ("Birthday", birthday, person.birthday),
    ):
        if entered and stored and entered != stored:
            kept_labels.append(label)
    update_person_details(
        person.id, person.language or form.language.data or None, person.birthday or birthday
    )
    own_values = load_person_values(person.id)
    fields = list_fields()
    filled = {}
    for field_id, text in read_value_inputs(form).items():
        if is_blank_text(text):
            continue
        if is_blank_text(own_values.get(field_id) or ""):
            filled[field_id] = text
        elif own_values[field_id] != text:
            kept_labels += [field.name for field in fields if field.id == field_id]
    set_person_values(person.id, fields, filled, form.context)
    return kept_labels


def save_details(form: Any, phone: str) -> None:
    """Store what was entered; what is blank stays as it was. Inside write().

    Somebody who was known before, from an event, may have details already.
    """
    person = find_person_of_phone(phone) if form.has_details else None
    if person is None:
        return
    language = form.language.data or person.language
    update_person_details(person.id, language, form.parsed_birthday or person.birthday)
    entered = {}
    for field_id, text in read_value_inputs(form).items():
        if not is_blank_text(text):
            entered[field_id] = text
    set_person_values(person.id, list_fields(), entered, form.context)
