"""The buttons beside the texts of a reminder plan: languages and templates of each step."""

from collections.abc import Iterator

from werkzeug.datastructures import MultiDict

from app.domain.time.reminder_timing import MAX_REMINDER_STEPS
from app.events.forms.reminder_plan import ReminderStepForm
from app.message_templates.forms.translated_texts import (
    USE_BUTTON,
    add_template_texts,
    apply_language_buttons,
    is_language_button_pressed,
)

BODY = ReminderStepForm.first_text_name


def apply_step_buttons(posted: MultiDict[str, str]) -> MultiDict[str, str]:
    """Return the fields of a plan as the pressed button changes them."""
    fields = MultiDict(posted)
    for prefix in _iterate_prefixes():
        fields = apply_language_buttons(fields, BODY, prefix)
        version = posted.get(f"{USE_BUTTON}{prefix}{BODY}")
        if version is not None:
            add_template_texts(fields, BODY, version, prefix)
    return fields


def is_step_button_pressed(posted: MultiDict[str, str]) -> bool:
    """Whether the form comes back because of a button beside a text, and is not sent."""
    return any(
        f"{USE_BUTTON}{prefix}{BODY}" in posted or is_language_button_pressed(posted, prefix)
        for prefix in _iterate_prefixes()
    )


def _iterate_prefixes() -> Iterator[str]:
    """Yield what the names of each step's fields begin with; one more than a plan may have."""
    for number in range(MAX_REMINDER_STEPS + 1):
        yield f"steps-{number}-"
