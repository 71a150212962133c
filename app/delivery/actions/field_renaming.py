"""Give a field its new name in the blasts that wait. Inside write()."""

from app.delivery.queries.field_blasts import list_waiting_blasts_with_field
from app.domain.texts.field_mentions import rename_field, rename_field_in_all


def rename_field_in_waiting_blasts(old_name: str, new_name: str) -> int:
    """Write the new name into the texts of blasts that name the field; return how many."""
    blasts = list_waiting_blasts_with_field(old_name)
    for blast in blasts:
        blast.message_body = rename_field(blast.message_body, old_name, new_name)
        blast.translations = rename_field_in_all(blast.translations, old_name, new_name)
    return len(blasts)
