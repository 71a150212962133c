"""The buttons beside the texts of a survey that add the text of a template to one of them."""

from werkzeug.datastructures import MultiDict

from app.domain.texts.template_purposes import TemplatePurpose
from app.message_templates.queries.template_choices import (
    TemplateChoice,
    add_chosen_text,
    choose_first_texts,
    list_template_choices,
)
from app.organisation import queries as organisation

# use-intro_message, use-questions-0-prompt: the field whose text grows.
USE_BUTTON = "use-"


def list_survey_templates() -> list[TemplateChoice]:
    """Return the templates for surveys, each in the organisation's language if it has that."""
    choices = list_template_choices(TemplatePurpose.SURVEY)
    return choose_first_texts(choices, organisation.get_organisation_language())


def apply_template_buttons(posted: MultiDict[str, str]) -> MultiDict[str, str]:
    """Return the fields with the chosen template in them; then the form is shown, not saved."""
    fields = MultiDict(posted)
    for name, version_id in posted.items():
        if name.startswith(USE_BUTTON):
            into = name.removeprefix(USE_BUTTON)
            fields[into] = add_chosen_text(fields.get(into, ""), version_id)
            fields["do"] = "show"
    return fields
