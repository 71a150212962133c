"""Fields of people as placeholders of a text: {Voice part|singer}, by the field's name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from app.domain.profiles.field_types import FieldClass
from app.domain.texts.name_folding import fold_name
from app.domain.texts.plain_letters import write_plain_name
from app.domain.texts.text_cleaning import clean_name

# What one person has in the fields of a text, in the order of their names; None: nothing.
FieldTexts = tuple[str | None, ...]


def fold_field_name(name: str) -> str:
    """Return a field's name as it is compared: "Voice part", "voice_part" and "VOICE-PART"."""
    return fold_name(name.replace("_", " ")) or name.strip().lower()


@dataclass(frozen=True)
class TemplateField:
    """A field that a text names, whether or not it may."""

    name: str
    field_class: FieldClass = FieldClass.PUBLIC
    is_archived: bool = False

    @property
    def problem(self) -> str:
        """Why the field cannot be put in texts, "" when it can."""
        if self.field_class is FieldClass.SENSITIVE:
            return (
                f"Only admins see {self.name}, so it can't be put in texts. Change that in "
                "Settings > Fields."
            )
        if self.field_class is not FieldClass.PUBLIC:
            return f"{self.name} may not be put in texts. Change that in Settings > Fields."
        if self.is_archived:
            return (
                f"{self.name} is archived, so it can't be put in texts. Restore it in "
                "Settings > Fields."
            )
        return ""


# What is computed of a person and named in texts like a field: the days of their streak. A field
# of the organisation that has this name comes first.
STREAK_FIELD = "streak"
# By their folded names.
TemplateFields = Mapping[str, TemplateField]
NO_FIELDS: TemplateFields = {}
COMPUTED_FIELDS: TemplateFields = {STREAK_FIELD: TemplateField(STREAK_FIELD)}


@dataclass(frozen=True)
class FieldFilling:
    """What the fields of one text are filled in with, for each number that has anything in them.

    `names` are the folded names of the fields.
    """

    names: tuple[str, ...] = ()
    texts_by_phone: Mapping[str, FieldTexts] = field(default_factory=dict)

    def get_texts(self, phone: str) -> FieldTexts:
        """Return what the person of a number has in the fields."""
        return self.texts_by_phone.get(phone, ())

    def add_field(self, name: str, texts: Mapping[str, str]) -> "FieldFilling":
        """Return the same with one more field, of which `texts` has what each number reads."""
        nothing = (None,) * len(self.names)
        phones = self.texts_by_phone.keys() | texts.keys()
        joined = {
            phone: (*self.texts_by_phone.get(phone, nothing), texts.get(phone)) for phone in phones
        }
        return FieldFilling((*self.names, name), joined)

    def copy_for_phone(self, phone: str, other_phone: str) -> "FieldFilling":
        """Return the same for a test to `phone`, as the person of `other_phone` reads it."""
        return FieldFilling(self.names, {phone: self.get_texts(other_phone)})


NO_FILLING = FieldFilling()


def build_field_values(
    names: tuple[str, ...], texts: FieldTexts, *, plain: bool = False
) -> dict[str, str]:
    """Return what the placeholders of fields are filled in with, cleaned as names are."""
    values = {}
    for name, text in zip(names, texts, strict=False):
        value = _clean_value(text, plain=plain) if text else None
        if value:
            values[name] = value
    return values


# A field of a few values is put into 100,000 texts.
@lru_cache(maxsize=4096)
def _clean_value(text: str, *, plain: bool) -> str | None:
    value = clean_name(text)
    return write_plain_name(value) if value and plain else value
