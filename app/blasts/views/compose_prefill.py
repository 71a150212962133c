"""The compose form as an address fills it in: from a survey, an event or an earlier blast."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from flask import abort, flash, request

from app.blasts.actions.blast_confirmation import create_client_token
from app.blasts.forms.audience_fields import RESULTS_FIELDS, RESULTS_KIND
from app.blasts.forms.compose import ComposeForm
from app.core.clock import now
from app.core.permission_checks import is_reached
from app.delivery.queries.blast_records import find_scheduled_blast
from app.delivery.queries.stored_audiences import list_audience_people, load_audience
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.audiences.audience_rules import PartKind
from app.domain.audiences.chosen_audience import format_part
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.surveys.question_definitions import build_opening_text, parse_questions
from app.domain.texts.whole_numbers import parse_id
from app.domain.time import local_times
from app.message_templates.forms.translated_texts import build_translation_data
from app.message_templates.queries.template_choices import find_other_texts, find_template_body
from app.organisation import queries as organisation
from app.profiles.queries.language_counts import count_people_by_language
from app.surveys.queries.surveys import find_survey

PASTE_AGAIN = (
    "The earlier blast kept its whole list as it was at Review. Paste the single numbers again."
)
PRACTICE_TEXT = (
    "Hi {first_name|friend}, this is our first text from SMS Admin. We are just trying it "
    "out, so there is nothing to do."
)


def create_prefilled_form() -> ComposeForm:
    """Return the form that the address asks for.

    ?again=<id> fills it with an earlier blast (&later=1: for a new time), ?first=1 with a text.
    ?date=2026-12-06 is for a later time on that day.
    ?audience=results&log_id=<id>&outcome=no_reply is for people of an earlier blast.
    ?target=event&event_id=<id> chooses an event, ?group_id=<id> a group, ?include=segment:<id> a
    list of any kind, ?survey=<id> asks that survey. ?template=<id> (&language=es) begins with the
    text of a template.
    """
    values: dict[str, object] = {"client_token": create_client_token()}
    if "first" in request.args:
        values["message_body"] = PRACTICE_TEXT
    if "later" in request.args:
        values["send_mode"] = "later"
    values |= _prefill_day(request.args.get("date", ""))
    if request.args.get("target") == BlastTarget.EVENT.value:
        values["target"] = BlastTarget.EVENT.value
        values["event_id"] = request.args.get("event_id", "")
    included = request.args.getlist("include")
    included += [f"group:{group_id}" for group_id in request.args.getlist("group_id")]
    if included:
        values |= _prefill_lists(included, request.args.getlist("exclude"))
    if request.args.get("audience") == RESULTS_KIND:
        values |= {name: request.args.get(name, "") for name in RESULTS_FIELDS}
    return ComposeForm(formdata=None, data=values | _prefill_from_sources())


def _prefill_day(text: str) -> dict[str, object]:
    """Return the fields of a day on which the blast is to be sent; none for what is no day."""
    if not local_times.DATE_PATTERN.fullmatch(text):
        return {}
    return {"send_mode": "later", "schedule_date": text}


def _prefill_from_sources() -> dict[str, object]:
    """Return what a survey, a template or an earlier blast fills in; the last one wins."""
    values: dict[str, object] = {}
    if "survey" in request.args:
        values |= _prefill_from_survey(request.args["survey"])
    if "template" in request.args:
        values |= _prefill_from_template(request.args["template"])
    if "again" in request.args:
        values |= _prefill_from_earlier_blast(request.args["again"])
    return values


def _prefill_from_template(template_id: str) -> dict[str, object]:
    """Return the text of a template in the language of the address.

    Without one, its texts in the organisation's language and in those that people here read.
    """
    language = request.args.get("language", "")
    own_language = organisation.get_organisation_language()
    body = find_template_body(template_id, language or own_language)
    if body is None:
        abort(404)
    if language:
        return {"message_body": body}
    translations = find_other_texts(template_id, own_language, count_people_by_language())
    return {"message_body": body, **build_translation_data(translations)}


def _prefill_from_survey(id_text: str) -> dict[str, object]:
    """Return the first text of a survey; whoever answers it begins that survey."""
    survey_id = parse_id(id_text)
    survey = find_survey(survey_id) if survey_id is not None else None
    if survey is None or not is_reached("survey_id", survey.id):
        abort(404)
    body = survey.intro_message or ""
    questions = parse_questions(survey.questions_json)
    if questions:
        body = build_opening_text(body, questions[0].message_text)
    return {
        "message_body": body,
        "survey_id": str(survey.id) if survey.is_active else "",
    }


def _prefill_from_earlier_blast(id_text: str) -> dict[str, object]:
    """Return the fields of an earlier blast."""
    scheduled_id = parse_id(id_text)
    blast = find_scheduled_blast(scheduled_id) if scheduled_id is not None else None
    if blast is None or not is_reached("scheduled_id", blast.id):
        abort(404)
    return build_blast_values(blast)


def build_blast_values(blast: ScheduledMessage) -> dict[str, object]:
    """Return the values of the form that would confirm a blast again."""
    # Time zone tables change: a zone of an old blast may not exist any more.
    zone = blast.timezone
    if not zone or not local_times.is_time_zone(zone):
        zone = organisation.get_organisation_timezone()
    return {
        "message_body": blast.message_body,
        # A test has one text, in whichever language it is.
        **build_translation_data({} if blast.test_mode else blast.translations),
        "target": blast.target.value,
        "event_id": str(blast.event_id or ""),
        **_prefill_audience(blast),
        **_prefill_start_time(blast, zone),
        "include_unsubscribe": blast.footer is not None,
        "name": blast.name or "",
        "plain_names": blast.plain_names,
        "survey_id": str(blast.survey_id or ""),
        "timezone": zone,
        **_prefill_end_time(blast.not_after, zone),
    }


def _prefill_audience(blast: ScheduledMessage) -> dict[str, object]:
    """Return the fields of an audience that is neither the community nor an event.

    A list that is gone has to be chosen anew.
    """
    if blast.audience_id is not None:
        return _prefill_stored_lists(blast.audience_id)
    if blast.audience_log_id is None:
        return {}
    return {
        "target": BlastTarget.COMMUNITY.value,
        "audience": RESULTS_KIND,
        "log_id": str(blast.audience_log_id),
        "outcome": blast.audience_outcome,
    }


def _prefill_lists(included: Sequence[str], excluded: Sequence[str] = ()) -> dict[str, object]:
    lists = {"include": list(included), "exclude": list(excluded)}
    return {"target": BlastTarget.AUDIENCE.value, **lists}


def _prefill_stored_lists(audience_id: int) -> dict[str, object]:
    """Return the fields that choose the lists of a stored audience again."""
    audience = load_audience(audience_id)
    if audience is None:
        return _prefill_lists([])
    rule = audience.rule
    fields = _prefill_lists(
        [format_part(part) for part in rule.included if part.kind is not PartKind.PEOPLE],
        list(map(format_part, rule.excluded)),
    )
    fields["not_texted_today"] = rule.is_texted_today_excluded
    fields["freeze"] = audience.is_frozen
    # A frozen audience names everyone of its lists: pasted, they would be reached without these.
    is_named = any(part.kind is PartKind.PEOPLE for part in rule.included)
    if is_named and (not audience.is_frozen or len(rule.included) == 1):
        fields["people"] = write_people(list_audience_people(audience_id))
    elif is_named:
        flash(PASTE_AGAIN, "info")
    return fields


def write_people(people: Iterable[tuple[str, str | None]]) -> str:
    """Return people as somebody would have pasted them, one a line."""
    lines = []
    for phone, name in people:
        lines.append(f"{name}, {phone}" if name else phone)
    return "\n".join(lines)


def _prefill_start_time(blast: ScheduledMessage, zone: str) -> dict[str, object]:
    """Return the fields of the time a blast was scheduled for, while that is still to come."""
    if blast.immediate or blast.scheduled_at <= now():
        return {}
    local = local_times.build_local_time_input(blast.scheduled_at, zone)
    return {"schedule_date": local.date, "schedule_time": local.time, "fold": local.fold}


def _prefill_end_time(end: datetime | None, zone: str) -> dict[str, object]:
    """Return the fields of an earlier blast's end, unless that has passed."""
    # An end that has passed would keep the new blast from leaving at all.
    if end is None or end <= now():
        return {}
    local = local_times.build_local_time_input(end, zone)
    return {"end_date": local.date, "end_time": local.time, "end_fold": local.fold}
