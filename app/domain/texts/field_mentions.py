"""The fields that a text names: which they are, and giving one its new name."""

import re

from app.domain.texts.message_templates import (
    PLACEHOLDER_PATTERN,
    find_placeholder,
    has_name_placeholders,
)
from app.domain.texts.template_fields import fold_field_name


def has_personal_placeholders(template: str) -> bool:
    """Whether the text differs from person to person."""
    return has_name_placeholders(template) or bool(find_field_names(template))


def find_field_names(template: str) -> tuple[str, ...]:
    """Return the folded names of what a text names beside the built-in placeholders, each once.

    A blast that was accepted names only fields there.
    """
    names: dict[str, None] = {}
    for written in PLACEHOLDER_PATTERN.findall(template):
        name = written.partition("|")[0]
        if name.strip() and find_placeholder(name) is None:
            names[fold_field_name(name)] = None
    return tuple(names)


def rename_field(template: str, old_name: str, new_name: str) -> str:
    """Return the text with the placeholder of a field under the field's new name."""
    folded = fold_field_name(old_name)

    def rename(match: re.Match[str]) -> str:
        name, bar, fallback = match[1].partition("|")
        is_it = find_placeholder(name) is None and fold_field_name(name) == folded
        return f"{{{new_name}{bar}{fallback}}}" if is_it else match[0]

    return PLACEHOLDER_PATTERN.sub(rename, template)
