"""The fields of people in the text of a blast: which it may name, and what they are filled with."""

from collections.abc import Iterable

from app.check_ins.queries.streak_texts import has_streaks, load_streak_texts
from app.domain.delivery.blast_rendering import BlastRecipient
from app.domain.texts.template_fields import (
    COMPUTED_FIELDS,
    NO_FILLING,
    STREAK_FIELD,
    FieldFilling,
    FieldTexts,
    TemplateField,
    fold_field_name,
)
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
    chips = [(f"{{{field.name}}}", field.name) for field in list_public_fields()]
    if has_streaks() and STREAK_FIELD not in {fold_field_name(label) for _, label in chips}:
        chips.append((f"{{{STREAK_FIELD}}}", "Streak"))
    return chips


def load_filling(recipients: Iterable[BlastRecipient], *texts: str) -> FieldFilling:
    """Return what these people have in the fields that any of a blast's texts names.

    One statement for the fields and one for all people; two more for {streak}. Raises
    FieldNotTextable.
    """
    names = find_text_fields(*texts)
    if not names:
        return NO_FILLING
    field_ids = _find_field_ids(names)
    phones = [person.phone for person in recipients if person.has_text]
    values: dict[str, FieldTexts] = {}
    if field_ids:
        values |= load_field_texts(phones, list(field_ids.values()))
    filling = FieldFilling(tuple(field_ids), values)
    if len(field_ids) == len(names):
        return filling
    return filling.add_field(STREAK_FIELD, load_streak_texts(phones))


def require_textable_fields(*texts: str) -> None:
    """Raise FieldNotTextable when a text names a field that it may not. Inside write()."""
    _find_field_ids(find_text_fields(*texts))


def _find_field_ids(names: tuple[str, ...]) -> dict[str, int]:
    """Return the ids of the fields that a text names, by name. Raises FieldNotTextable.

    What is computed has none.
    """
    if not names:
        return {}
    fields = {field.folded_name: field.id for field in list_public_fields()}
    missing = [name for name in names if name not in fields]
    offered = load_template_fields() if missing else {}
    for name in missing:
        if name not in COMPUTED_FIELDS or offered[name].problem:
            raise FieldNotTextable(_explain_missing_field(offered.get(name), name))
    return {name: fields[name] for name in names if name in fields}


def _explain_missing_field(field: TemplateField | None, name: str) -> str:
    if field is None:
        return f"The field {{{name}}} of its text was deleted."
    return field.problem
