"""The texts of a series in a request, and what its forms offer beside them."""

from flask import request
from werkzeug.datastructures import MultiDict

from app.domain.texts.template_purposes import TemplatePurpose
from app.message_templates.forms.translated_texts import (
    TranslatedTextForm,
    apply_language_buttons,
)
from app.message_templates.queries.translation_choices import (
    TranslationChoices,
    load_translation_choices,
)


def read_posted_texts() -> MultiDict[str, str] | None:
    """Return the posted fields as the buttons beside the texts change them; None for no post."""
    if request.method != "POST":
        return None
    return apply_language_buttons(request.form, TranslatedTextForm.first_text_name)


def load_series_choices(form: TranslatedTextForm) -> TranslationChoices:
    """Return the templates and languages that are offered beside the text of a series."""
    return load_translation_choices(
        list(form.translation_fields),
        (TemplatePurpose.BLAST, TemplatePurpose.REMINDER),
        first_language=form.first_language,
    )
