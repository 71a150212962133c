"""Whom a form or an address means: people of a list, ticked ones or all that its filter matches.

`list` names the kind of list and `list_id` which one; the filter comes as in the list's address.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import abort, url_for
from flask_login import current_user
from sqlalchemy import Select, select
from werkzeug.datastructures import MultiDict

from app.audiences.queries.filter_permission import may_text_filtered_people
from app.blasts.queries.people_permission import find_people_problem, get_stored_people
from app.community.forms import MemberFilterForm, read_member_selection
from app.community.member_phones import select_member_phones
from app.core.access import parse_local_path
from app.core.local_formats import get_display_timezone
from app.core.permission_checks import is_reached
from app.core.scope_conditions import list_scope_conditions
from app.delivery.queries.blast_phones import select_blast_phones
from app.delivery.queries.blast_recipients import RECIPIENT_FILTERS
from app.delivery.queries.blast_records import find_blast_log
from app.delivery.queries.blast_reply_people import REPLY_FILTERS
from app.domain.delivery.blast_labels import name_blast
from app.domain.surveys.question_definitions import parse_questions
from app.domain.surveys.survey_state_machine import SurveySessionStatus
from app.domain.texts.whole_numbers import parse_id, parse_ids, parse_whole_number
from app.events.forms.answer_choice import read_answer_word
from app.events.queries.events import find_event
from app.events.queries.registration_phones import (
    select_matching_registration_phones,
    select_registration_phones,
)
from app.groups.queries.group_records import find_group, may_change_people
from app.organisation.queries import get_organisation_region
from app.people.queries.listed_people import (
    select_matching_group_phones,
    select_membership_phones,
)
from app.profiles.queries.person_lookup import select_person_phones
from app.surveys.forms.survey_date_filter import SurveyDateFilterForm
from app.surveys.queries.survey_phones import select_answer_phones, select_session_phones
from app.surveys.queries.surveys import find_survey

MAX_TICKED_ROWS = 200
# Fields of the page that asks for the group; all others name the people.
CHOICE_FIELDS = ("csrf_token", "group_id", "name")

Fields = MultiDict[str, str]


@dataclass(frozen=True)
class ListedPeople:
    """Some people of a list, whom `phones` selects, and the list itself.

    `fields` name the people again in a form that asks first.
    """

    phones: Select[str]
    list_name: str
    list_url: str
    fields: list[tuple[str, str]]


def read_listed_people(values: Fields) -> ListedPeople:
    """Return whom a form or an address means, or abort where there is no such list."""
    find = LISTS.get(values.get("list", "")) or abort(404)
    argument = LIST_ARGUMENTS.get(values.get("list", ""))
    if argument and not is_reached(argument, _read_list_id(values)):
        abort(404)
    phones, name, url = find(values)
    listed = phones.subquery().columns[0]
    if conditions := list_scope_conditions(listed):
        phones = select(listed).where(*conditions)
    fields = [item for item in values.items(multi=True) if item[0] not in CHOICE_FIELDS]
    return ListedPeople(phones, name, parse_local_path(values.get("next")) or url, fields)


FoundList = tuple[Select[str], str, str]


def _find_members(values: Fields) -> FoundList:
    selection = read_member_selection(values)
    if selection.is_everyone:
        filters = MemberFilterForm(values).read_filter().filters
        if not may_text_filtered_people(filters, current_user.role):
            abort(403)
    phones = select_member_phones(selection.ids)
    return phones, "Community", url_for("community.list_members")


def _find_registrations(values: Fields) -> FoundList:
    """Return the registered people whom a form or an address means."""
    event = find_event(_read_list_id(values)) or abort(404)
    if values.get("everyone"):
        answer = read_answer_word(values.get("answer", ""))
        phones = select_matching_registration_phones(
            event.id,
            _read_search(values),
            get_organisation_region(),
            answer,
        )
    else:
        phones = select_registration_phones(event.id, _read_ticked_ids(values))
    return phones, event.title, url_for("events.show_event", event_id=event.id)


def _find_blast_people(values: Fields) -> FoundList:
    log = find_blast_log(_read_list_id(values)) or abort(404)
    if find_people_problem(get_stored_people(log), current_user.role):
        abort(403)
    state = _read_known_word(values, "state", ("all", *RECIPIENT_FILTERS, *REPLY_FILTERS))
    phones = select_blast_phones(log.id, state, _read_search(values))
    return phones, name_blast(log), url_for("blasts.show_sent_blast", log_id=log.id)


def _find_survey_people(values: Fields) -> FoundList:
    """Return the people of a survey whom a form or an address means."""
    survey = find_survey(_read_list_id(values)) or abort(404)
    days = SurveyDateFilterForm(values)
    session_filter = days.build_session_filter(survey.id, get_display_timezone())
    # Days with a mistake narrow nothing, and nothing may mean more people than were asked for.
    if days.errors:
        abort(400)
    if values.get("question"):
        questions = parse_questions(survey.questions_json)
        number = parse_whole_number(values["question"], 3) or 0
        if not 1 <= number <= len(questions):
            abort(404)
        prompt = questions[number - 1].prompt
        phones = select_answer_phones(session_filter, prompt, values.get("value", ""))
    else:
        phones = select_session_phones(
            session_filter,
            _read_known_word(values, "status", tuple(SurveySessionStatus)),
            _read_search(values),
            get_organisation_region(),
        )
    return phones, survey.name, url_for("surveys.show_survey", survey_id=survey.id)


def _find_group_people(values: Fields) -> FoundList:
    """Return the people of a group whom a form or an address means."""
    group = find_group(_read_list_id(values)) or abort(404)
    # Put into another group, they could be texted through that one.
    if not may_change_people(group, current_user.role):
        abort(403)
    if values.get("everyone"):
        region = get_organisation_region()
        phones = select_matching_group_phones(group, _read_search(values), region)
    else:
        phones = select_membership_phones(group, _read_ticked_ids(values, "membership_ids"))
    return phones, group.name, url_for("groups.show_group", group_id=group.id)


def _find_searched_people(values: Fields) -> FoundList:
    """Return those of the ticked numbers that are somebody's, of the search over everything."""
    person_phones = select_person_phones().subquery()
    ticked = values.getlist("phones")[:MAX_TICKED_ROWS]
    is_meant = (person_phones.c.phone.in_(ticked), person_phones.c.until.is_(None))
    phones = select(person_phones.c.phone).where(*is_meant)
    return phones, "Search", url_for("navigation.show_search")


LISTS: dict[str, Callable[[Fields], FoundList]] = {
    "community": _find_members,
    "event": _find_registrations,
    "blast": _find_blast_people,
    "survey": _find_survey_people,
    "group": _find_group_people,
    "search": _find_searched_people,
}


# Of lists that belong to something: the argument by which addresses name it.
LIST_ARGUMENTS = {
    "event": "event_id",
    "blast": "log_id",
    "survey": "survey_id",
    "group": "group_id",
}


def _read_known_word(values: Fields, name: str, known_words: Sequence[str]) -> str:
    """Return a word of the filter, "" for none; abort where it is unknown: it never means all."""
    word = values.get(name, "")
    if word and word not in known_words:
        abort(400)
    return word


def _read_list_id(values: Fields) -> int:
    return parse_id(values.get("list_id", "")) or abort(404)


def _read_search(values: Fields) -> str:
    return values.get("search", "").replace("\x00", "").strip()


def _read_ticked_ids(values: Fields, name: str = "ids") -> list[int]:
    return parse_ids(values.getlist(name)[:MAX_TICKED_ROWS])
