"""The fields of people as a text may name them."""

from app.domain.texts.field_mentions import find_field_names, names_later_placeholder
from app.domain.texts.template_fields import COMPUTED_FIELDS, TemplateField, TemplateFields
from app.profiles.queries.field_records import list_all_fields


def load_template_fields() -> TemplateFields:
    """Return every field by its folded name, also those that texts may not name.

    What is computed of people is among them, where no field has its name.
    """
    fields = {
        field.folded_name: TemplateField(
            field.name, field.field_class, is_archived=field.archived_at is not None
        )
        for field in list_all_fields()
    }
    return {**COMPUTED_FIELDS, **fields}


def find_text_fields(*templates: str) -> tuple[str, ...]:
    """Return the folded names of the fields that these texts name, as find_field_names() does.

    A field that is called like a later placeholder is one of them.
    """
    own_names = load_template_fields() if any(map(names_later_placeholder, templates)) else {}
    names = [name for text in templates for name in find_field_names(text, own_names)]
    return tuple(dict.fromkeys(names))
