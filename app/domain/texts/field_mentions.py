"""The fields that a text names: which they are, and giving one its new name."""

from collections.abc import Container, Mapping

from app.domain.texts.message_templates import has_name_placeholders
from app.domain.texts.template_fields import fold_field_name
from app.domain.texts.template_pieces import (
    ALL_PLACEHOLDERS,
    LATER_PLACEHOLDERS,
    find_placeholder,
    iterate_tokens,
)


def has_personal_placeholders(template: str) -> bool:
    """Whether the text differs from person to person."""
    return has_name_placeholders(template) or bool(find_field_names(template))


def find_field_names(template: str, own_names: Container[str] = ()) -> tuple[str, ...]:
    """Return the folded names of what a text names beside the built-in placeholders, each once.

    A blast that was accepted names only fields there. `own_names`: folded names of fields that
    are called like a later placeholder.
    """
    names: dict[str, None] = {}
    for token in iterate_tokens(template):
        name = token.name.partition("|")[0]
        if token.kind == "end" or not name.strip():
            continue
        if find_placeholder(name, own_names) not in ALL_PLACEHOLDERS:
            names[fold_field_name(name)] = None
    return tuple(names)


def names_later_placeholder(template: str) -> bool:
    """Whether a text has a placeholder that a field may be called like."""
    tokens = iterate_tokens(template)
    return any(find_placeholder(token.name) in LATER_PLACEHOLDERS for token in tokens)


def rename_field_in_all(texts: Mapping[str, str], old_name: str, new_name: str) -> dict[str, str]:
    """Return texts by language with the placeholder of a field under its new name."""
    return {tag: rename_field(text, old_name, new_name) for tag, text in texts.items()}


def rename_field(template: str, old_name: str, new_name: str) -> str:
    """Return the text with the placeholder of a field under the field's new name."""
    folded = fold_field_name(old_name)
    pieces = []
    start = 0
    for token in iterate_tokens(template):
        name, bar, fallback = token.name.partition("|")
        is_it = find_placeholder(name, (folded,)) == folded
        if not is_it or token.kind == "end":
            continue
        condition = "if " if token.kind == "if" else ""
        pieces += [template[start : token.start], f"{{{condition}{new_name}{bar}{fallback}}}"]
        start = token.stop
    return "".join(pieces) + template[start:]
