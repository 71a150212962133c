"""The compose form as a draft keeps it: what was typed, and the form that shows it again."""

from werkzeug.datastructures import MultiDict
from wtforms import ValidationError

from app.blasts.actions.draft_storage import TypedDraft
from app.blasts.forms.audience_fields import translate_audience_fields
from app.blasts.forms.compose import ComposeForm
from app.blasts.models import StoredDraft, TypedFields
from app.core.form_fields import add_error
from app.delivery.queries.blast_records import find_blast_log
from app.domain.delivery.blast_labels import describe_audience, name_blast
from app.domain.delivery.blast_outcomes import describe_outcome
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.texts.accented_letters import write_plain_letters
from app.domain.texts.segments import replace_costly_characters
from app.events.queries import events
from app.message_templates.forms.translated_texts import (
    add_template_texts,
    apply_language_buttons,
    name_translation,
)
from app.message_templates.queries.template_choices import VERSION_FIELD

# Nobody's text: the form's keys, and the tester's own phone with its code.
UNKEPT_FIELDS = frozenset({"csrf_token", "client_token", "test_phone", "test_code"})

PLAIN_BUTTONS = {"plain": replace_costly_characters, "plain_letters": write_plain_letters}
FIRST_TEXT = ComposeForm.first_text_name
ADMINS_ONLY_PEOPLE = "People whom only admins may text"


def apply_button_changes(posted: MultiDict[str, str]) -> MultiDict[str, str]:
    """Return the fields as the review page's buttons change them.

    `plain` writes plain characters in the text of this language (1: in the first), `plain_letters`
    plain letters as well; `other_…` chooses the other of two equal times, `template_version` adds
    the text of a template. Others add and remove languages.
    """
    fields = apply_language_buttons(translate_audience_fields(posted), FIRST_TEXT)
    if VERSION_FIELD in posted:
        add_template_texts(fields, FIRST_TEXT, posted[VERSION_FIELD])
    for button, write_plainly in PLAIN_BUTTONS.items():
        if button in posted:
            translated = name_translation(posted[button])
            name = translated if translated in fields else FIRST_TEXT
            fields[name] = write_plainly(fields.get(name, ""))
    for name in ("fold", "end_fold"):
        if f"other_{name}" in posted:
            fields[name] = posted[f"other_{name}"]
    return fields


def read_typed_draft(form: ComposeForm, posted: MultiDict[str, str]) -> TypedDraft:
    """Return what was typed into a form, with errors; a press for a test is none."""
    fields = [
        (name, value)
        for name, value in posted.items(multi=True)
        if name in form and name not in UNKEPT_FIELDS and (name, value) != ("send_mode", "test")
    ]
    return TypedDraft(fields, describe_chosen_people(form))


def build_draft_form(draft: StoredDraft) -> ComposeForm:
    """Return the form of a stored draft, as if it had just been sent."""
    return build_typed_form(draft.typed_fields, draft.client_token)


def build_typed_form(fields: TypedFields, client_token: str) -> ComposeForm:
    """Return the form of what was typed; its request was checked when it was sent."""
    posted = MultiDict([*fields, ("client_token", client_token)])
    return ComposeForm(posted, meta={"csrf": False})


def describe_chosen_people(form: ComposeForm) -> str:
    """Return whom a form is for in words; no one is counted."""
    if form.is_for_results:
        results_of = form.selected_results
        log = find_blast_log(results_of.log_id) if results_of else None
        return describe_outcome(results_of.outcome, name_blast(log)) if results_of and log else ""
    if form.is_for_lists:
        audience = form.chosen_lists
        return audience.addressee if audience.rule.included else ""
    if form.target.data == BlastTarget.EVENT and form.selected_event_id is None:
        return ""
    if form.target.data not in set(BlastTarget):
        return ""
    event = events.find_event(form.selected_event_id)
    return describe_audience(form.draft_target, event.title if event else None)


def describe_listed_people(draft: StoredDraft, *, is_admin: bool) -> str:
    """Return whom a draft is for, as a list may say it to a user.

    A colleague may have chosen a segment since whose very name only admins may see.
    """
    if is_admin or not build_draft_form(draft).people_problem:
        return draft.audience
    return ADMINS_ONLY_PEOPLE


def add_gone_errors(form: ComposeForm) -> None:
    """Say beside the fields which choices of a draft are gone, or not this user's any more."""
    checks = [
        (form.include, form.validate_include, bool(form.include.data)),
        (form.event_id, form.validate_event_id, bool(form.event_id.data)),
        (form.audience, form.validate_audience, True),
        (form.survey_id, form.validate_survey_id, bool(form.survey_id.data)),
    ]
    for field, validate, is_chosen in checks:
        if not is_chosen:
            continue
        try:
            validate(field)
        except ValidationError as error:
            add_error(field, str(error))
