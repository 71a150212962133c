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
from app.profiles.queries.person_values import FilledField


def build_added_member_form(data: dict[str, Any]) -> Any:
    """Return the form of a new member with an input for each field, for admins, who see all."""
    context = ValueContext(organisation.get_organisation_region(), now().date())
    fields = [FilledField(field) for field in list_fields()]
    form_class: Any = add_value_inputs(AddedMemberForm, fields, context)
    return form_class(context, data=data)


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
