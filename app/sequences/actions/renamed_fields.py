"""Give a field its new name in the texts of sequences. Inside write()."""

from app.domain.texts.field_mentions import rename_field, rename_field_in_all
from app.sequences.queries.field_sequences import list_steps_with_field


def rename_field_in_sequences(old_name: str, new_name: str) -> None:
    """Write the new name into the texts of steps, in every language, that name the field."""
    for step in list_steps_with_field(old_name):
        step.body = rename_field(step.body, old_name, new_name)
        step.translations = rename_field_in_all(step.translations, old_name, new_name)
