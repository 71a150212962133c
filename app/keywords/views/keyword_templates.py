"""Templates for keywords, offered beside the reply of one."""

from flask import request

from app.domain.texts.template_purposes import TemplatePurpose
from app.keywords.forms.keyword_form import KeywordForm
from app.message_templates.queries.template_choices import (
    VERSION_FIELD,
    TemplateChoice,
    add_chosen_text,
    choose_first_texts,
    list_template_choices,
)
from app.organisation import queries as organisation


def list_reply_templates() -> list[TemplateChoice]:
    """Return the templates for keywords, each in the organisation's language if it has that."""
    choices = list_template_choices(TemplatePurpose.KEYWORD)
    return choose_first_texts(choices, organisation.get_organisation_language())


def add_chosen_template(form: KeywordForm) -> bool:
    """Add the template whose button was pressed to the reply; whether there was one."""
    version_id = request.form.get(VERSION_FIELD)
    if version_id is None:
        return False
    form.response_body.data = add_chosen_text(form.response_body.data or "", version_id)
    return True
