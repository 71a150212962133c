"""The fields of people in the text of a blast: which it may name, and what they are filled with."""

from collections.abc import Iterable

from app.domain.delivery.blast_rendering import BlastRecipient
from app.domain.texts.template_fields import NO_FILLING, FieldFilling
from app.profiles.queries.field_records import list_public_fields
from app.profiles.queries.person_values import load_field_texts
from app.profiles.queries.textable_fields import find_text_fields, load_template_fields

FieldChips = list[tuple[str, str]]


class FieldNotTextable(Exception):
    """A text names a field that is gone, archived or not public: nobody gets it.

    `reason`: why, in words.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def list_field_chips() -> FieldChips:
    """Return what the compose page offers: what is written into the text, and its label."""
    return [(f"{{{field.name}}}", field.name) for field in list_public_fields()]


def load_filling(recipients: Iterable[BlastRecipient], *texts: str) -> FieldFilling:
    """Return what these people have in the fields that any of a blast's texts names.

    One statement for the fields and one for all people. Raises FieldNotTextable.
    """
    names = find_text_fields(*texts)
    if not names:
        return NO_FILLING
    field_ids = _find_field_ids(names)
    phones = [person.phone for person in recipients if person.skip_reason is None]
    return FieldFilling(names, load_field_texts(phones, field_ids))


def require_textable_fields(*texts: str) -> None:
    """Raise FieldNotTextable when a text names a field that it may not. Inside write()."""
    _find_field_ids(find_text_fields(*texts))


def _find_field_ids(names: tuple[str, ...]) -> list[int]:
    """Return the ids of the fields that a text names. Raises FieldNotTextable."""
    if not names:
        return []
    fields = {field.folded_name: field for field in list_public_fields()}
    for name in names:
        if name not in fields:
            raise FieldNotTextable(_explain_missing_field(name))
    return [fields[name].id for name in names]


def _explain_missing_field(name: str) -> str:
    field = load_template_fields().get(name)
    if field is None:
        return f"The field {{{name}}} of its text was deleted."
    return field.problem
