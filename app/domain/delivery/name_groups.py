"""People whose texts have the same length: one of each group is rendered instead of 100,000."""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from app.domain.texts.first_names import extract_first_name
from app.domain.texts.message_templates import build_name_values
from app.domain.texts.plain_letters import write_plain_name
from app.domain.texts.segments import GSM7_BASIC_CHARACTERS, GSM7_CHARACTERS
from app.domain.texts.template_fields import FieldTexts, build_field_values

MAX_LETTERS_KEPT = 8
_BASIC_PATTERN = re.compile(f"[{re.escape(GSM7_BASIC_CHARACTERS)}]*")
# Letters that never join with a neighbour: a text of them is as long as it has characters.
_SEPARATE_PATTERN = re.compile("[ -\u02ff\u0370-\u0482\u048a-\u052f]*")


@dataclass
class NameGroup:
    """`count` people whose filled-in texts have as many segments as that of `name`.

    `field_texts`: what they have in the fields that the text names. `letters`: some letters of
    their names and fields that are outside the plain alphabet.
    """

    name: str | None
    field_texts: FieldTexts = ()
    count: int = 0
    letters: set[str] = field(default_factory=set)


class NameGrouper:
    """Groups the readers of one text one by one, so that 100,000 need not be in memory.

    `used`: the placeholders of names in the text; `field_names`: those of fields.
    """

    def __init__(self, used: Collection[str], field_names: tuple[str, ...] = ()) -> None:
        self._used = used
        self._field_names = field_names
        self._find_filled_name = _choose_name_reader(used)
        self._groups: dict[object, NameGroup] = {}
        # 100,000 people have a few thousand first names.
        self._groups_by_filled: dict[tuple[str | None, FieldTexts], NameGroup] = {}

    @property
    def groups(self) -> list[NameGroup]:
        """The groups of everybody who was added."""
        return list(self._groups.values())

    def add(self, name: str | None, texts: FieldTexts = ()) -> None:
        """Count one more person; `texts`: what they have in the fields."""
        filled = (self._find_filled_name(name), texts)
        group = self._groups_by_filled.get(filled)
        if group is None:
            group = self._groups_by_filled[filled] = self._find_group(name, texts)
        group.count += 1

    def _find_group(self, name: str | None, texts: FieldTexts) -> NameGroup:
        parts = _list_parts(name, texts, self._used, self._field_names)
        key = _build_key(parts)
        if key not in self._groups:
            letters = _find_special_letters(parts)
            self._groups[key] = NameGroup(name, texts, letters=letters)
        return self._groups[key]


def _choose_name_reader(used: Collection[str]) -> Callable[[str | None], str | None]:
    """Return the function that tells apart names whose texts differ."""
    if not used:
        return lambda name: None
    if set(used) == {"first_name"}:
        return extract_first_name
    return lambda name: name


def _list_parts(
    name: str | None,
    field_texts: FieldTexts,
    used: Collection[str],
    field_names: tuple[str, ...],
) -> list[str | None]:
    """Return what is filled into the text of somebody, in one order for all."""
    values = build_name_values(name) if used else {}
    if field_names:
        values |= build_field_values(field_names, field_texts)
    return [values.get(part) for part in (*used, *field_names)]


def _build_key(parts: Iterable[str | None]) -> tuple[object, ...]:
    # A missing value is another key than "": the fallback takes its place.
    return ("of", *map(_describe_shape, parts))


def _describe_shape(value: str | None) -> object:
    """Return what decides about the segments of a text that this value is filled into."""
    if not value:
        return None
    if _BASIC_PATTERN.fullmatch(value):
        return len(value)
    if _SEPARATE_PATTERN.fullmatch(value) and not any(c in "^{}[]~|\\" for c in value):
        # What plain letters would save is asked too.
        return len(value), _describe_plain_shape(write_plain_name(value))
    return value


def _describe_plain_shape(value: str) -> object:
    return len(value) if GSM7_CHARACTERS.issuperset(value) else value


def _find_special_letters(parts: Iterable[str | None]) -> set[str]:
    letters = {c for part in parts for c in part or "" if c not in GSM7_CHARACTERS}
    return set(sorted(letters)[:MAX_LETTERS_KEPT])
