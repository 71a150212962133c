"""People whose texts have the same length: one of each group is rendered instead of 100,000."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from app.domain.texts.message_templates import build_name_values
from app.domain.texts.plain_letters import write_plain_name
from app.domain.texts.segments import GSM7_BASIC_CHARACTERS, GSM7_CHARACTERS

MAX_LETTERS_KEPT = 8
_BASIC_PATTERN = re.compile(f"[{re.escape(GSM7_BASIC_CHARACTERS)}]*")
# Letters that never join with a neighbour: a text of them is as long as it has characters.
_SEPARATE_PATTERN = re.compile("[ -\u02ff\u0370-\u0482\u048a-\u052f]*")


@dataclass
class NameGroup:
    """`count` people whose filled-in texts have as many segments as that of `name`.

    `letters`: some letters of their names that are outside the plain alphabet.
    """

    name: str | None
    count: int = 0
    letters: set[str] = field(default_factory=set)


def group_names(names: Iterable[str | None], used: Collection[str]) -> list[NameGroup]:
    """Return the groups of these people for a text with the `used` placeholders."""
    groups: dict[object, NameGroup] = {}
    keys: dict[str | None, object] = {}
    for name in names:
        key = keys.get(name)
        if key is None:
            key = keys[name] = _build_key(name, used)
        group = groups.get(key)
        if group is None:
            group = groups[key] = NameGroup(name)
            group.letters = _find_special_letters(name, used)
        group.count += 1
    return list(groups.values())


def _build_key(name: str | None, used: Collection[str]) -> tuple[object, ...]:
    values = build_name_values(name)
    # A missing value is another key than "": the fallback takes its place.
    return ("of", *[_describe_shape(values.get(part)) for part in used])


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


def _find_special_letters(name: str | None, used: Collection[str]) -> set[str]:
    values = build_name_values(name)
    letters = {c for part in used for c in values.get(part, "") if c not in GSM7_CHARACTERS}
    return set(sorted(letters)[:MAX_LETTERS_KEPT])
