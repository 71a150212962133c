"""What the buttons beside the steps of a sequence do to its form."""

from werkzeug.datastructures import MultiDict

from app.domain.texts.whole_numbers import parse_whole_number
from app.message_templates.forms.translated_texts import (
    add_template_texts,
    apply_language_buttons,
    is_language_button_pressed,
)

# Its value is the place of the step in the form, from 0.
MOVE_BUTTON = "move_up"
MAX_PLACE_DIGITS = 2
Fields = MultiDict[str, str]


def apply_step_buttons(posted: Fields) -> tuple[Fields, bool]:
    """Return the fields as the buttons beside the steps change them, and whether one was pressed.

    They add and remove languages, add a template to a text, and move a step up.
    """
    fields: Fields = MultiDict(posted)
    is_pressed = False
    for name in posted:
        if not name.endswith("-step_id"):
            continue
        prefix = name.removesuffix("step_id")
        if is_language_button_pressed(fields, prefix):
            fields, is_pressed = apply_language_buttons(fields, "body", prefix), True
        version_id = posted.get(f"use-{prefix}body")
        if version_id is not None:
            add_template_texts(fields, "body", version_id, prefix)
            is_pressed = True
    place = parse_whole_number(posted.get(MOVE_BUTTON, ""), MAX_PLACE_DIGITS)
    if place:
        return _move_up(fields, place), True
    return fields, is_pressed


def _move_up(fields: Fields, place: int) -> Fields:
    """Return the fields with a step and the one before it exchanged."""
    prefix, prefix_before = f"steps-{place}-", f"steps-{place - 1}-"
    moved: Fields = MultiDict()
    for name, value in fields.items(multi=True):
        if name.startswith(prefix):
            name = prefix_before + name.removeprefix(prefix)
        elif name.startswith(prefix_before):
            name = prefix + name.removeprefix(prefix_before)
        moved.add(name, value)
    return moved
