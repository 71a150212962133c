"""The texts of a series in a request, and what its forms offer beside them."""

from flask import request
from werkzeug.datastructures import MultiDict

from app.blasts.queries.field_fillings import list_field_chips
from app.domain.texts.template_chips import EVENT_CHIPS, NAME_CHIPS, ORGANISATION_CHIPS
from app.domain.texts.template_purposes import TemplatePurpose
from app.message_templates.forms.translated_texts import (
    USE_BUTTON,
    TranslatedTextForm,
    add_template_texts,
    apply_language_buttons,
    is_language_button_pressed,
)
from app.message_templates.queries.translation_choices import (
    TranslationChoices,
    load_translation_choices,
)

FIRST_TEXT = TranslatedTextForm.first_text_name
USE_TEMPLATE = f"{USE_BUTTON}{FIRST_TEXT}"


def read_posted_texts() -> MultiDict[str, str] | None:
    """Return the posted fields as the buttons beside the texts change them; None for no post."""
    if request.method != "POST":
        return None
    fields = apply_language_buttons(request.form, FIRST_TEXT)
    if USE_TEMPLATE in request.form:
        add_template_texts(fields, FIRST_TEXT, request.form[USE_TEMPLATE])
    return fields


def is_text_button_pressed() -> bool:
    """Whether the form comes back because of a button beside a text, and is not sent."""
    return USE_TEMPLATE in request.form or is_language_button_pressed(request.form)


def load_series_choices(form: TranslatedTextForm, *, of_event: bool) -> TranslationChoices:
    """Return what is offered beside the text of a series: templates, languages, placeholders."""
    event_chips = EVENT_CHIPS if of_event else []
    return load_translation_choices(
        list(form.translation_fields),
        (TemplatePurpose.BLAST, TemplatePurpose.REMINDER),
        first_language=form.first_language,
        tokens=[*NAME_CHIPS, *ORGANISATION_CHIPS, *list_field_chips(), *event_chips],
    )
