"""Names of fields: how they are compared, and which ones a field cannot have."""

import re

from app.domain.texts.message_templates import ALL_PLACEHOLDERS
from app.domain.texts.template_fields import fold_field_name

MAX_FIELD_NAME_LENGTH = 60
# They surround a name, and separate it from its fallback, in texts.
TEMPLATE_SIGN_PATTERN = re.compile(r"[{}|]")
LETTER_PATTERN = re.compile(r"[^\W_]")


BUILT_IN_NAMES = frozenset(map(fold_field_name, ALL_PLACEHOLDERS))
# What a person has beside fields, under the headings that exports give them.
PERSON_NAMES = frozenset(
    {"phone", "number", "groups", "group", "language", "birthday", "status", "subscribed", "added"}
)


def find_field_name_problem(name: str) -> str:
    """Return why no field can have this name, "" when one can; the length and clashes count."""
    if not name:
        return "Give the field a name."
    if len(name) > MAX_FIELD_NAME_LENGTH:
        return f"Use at most {MAX_FIELD_NAME_LENGTH} characters."
    if TEMPLATE_SIGN_PATTERN.search(name):
        return "A name can't contain { } or |: they surround placeholders in texts."
    if not LETTER_PATTERN.search(name):
        return "Use at least one letter or digit."
    folded = fold_field_name(name)
    if folded in BUILT_IN_NAMES:
        return f"{{{folded.replace(' ', '_')}}} is a placeholder already. Choose another name."
    if folded in PERSON_NAMES:
        return f"Every person already has “{name}”. Choose another name."
    return ""
