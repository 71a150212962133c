"""The fields of people as a text may name them."""

from app.domain.texts.template_fields import TemplateField, TemplateFields
from app.profiles.queries.field_records import list_all_fields


def load_template_fields() -> TemplateFields:
    """Return every field by its folded name, also those that texts may not name."""
    return {
        field.folded_name: TemplateField(
            field.name, field.field_class, is_archived=field.archived_at is not None
        )
        for field in list_all_fields()
    }
