"""The pages about one person and about one group, and the import of the do-not-text list."""

from app.people.views import (
    do_not_text_import,
    erasure,
    field_settings,
    group_choice,
    group_page,
    group_undo,
    person_consent,
    person_fields,
    person_groups,
    person_page,
)
from app.people.views.blueprint import bp

__all__ = [
    "bp",
    "do_not_text_import",
    "erasure",
    "field_settings",
    "group_choice",
    "group_page",
    "group_undo",
    "person_page",
    "person_consent",
    "person_fields",
    "person_groups",
]
