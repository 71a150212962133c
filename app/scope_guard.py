"""Answers 404 to addresses of people and things outside the groups and events that a user reaches.

Whatever the view does with the address: it is asked only for what is inside. Lists are limited by
their own queries (select_scope_phones).
"""

from collections.abc import Callable

from flask import Flask, abort, g, request
from flask_login import current_user

from app.audiences.queries.scope_phones import is_phone_in_scope, select_scope_phones
from app.community.queries import find_member
from app.core.access import current_scope
from app.core.permission_checks import is_reached, may_see_numbers
from app.core.scope_conditions import set_scope_phones
from app.delivery.queries.blast_scope import is_scheduled_blast_reached, is_sent_blast_reached
from app.domain.accounts.scope import Scope
from app.inbox.queries.threads import find_thread
from app.profiles.person_addresses import is_public_id, parse_phone_digits
from app.profiles.queries.person_lookup import find_person_by_public_id
from app.sequences.queries.sequence_records import find_sequence
from app.series.queries.series_records import find_series
from app.surveys.queries.survey_sessions import find_survey_session
from app.surveys.queries.surveys import find_survey

# Arguments of addresses that name no person and nothing that belongs to a group or event; drafts
# have a rule of their own, and imports and the do-not-text list need permissions for everybody.
ARGUMENTS_WITHOUT_SCOPE = frozenset(
    {
        "day",
        "day_id",
        "draft_id",
        "field_id",
        "filename",
        "id",
        "import_id",
        "item_id",
        "kind",
        "line",
        "login_id",
        "note_id",
        "notice_id",
        "ref",
        "reply_id",
        "rid",
        "rule_id",
        "set_id",
        "template_id",
        "user_id",
        "webhook_id",
        "year",
    }
)


def check_scope() -> None:
    """Abort with 404 where an argument of the address names what the user does not reach.

    A thing that is not there is left to its view, whose 404 looks the same.
    """
    if "_login_user" not in g or not current_user.is_authenticated:
        return
    # Read before the address is looked at: a download asks for the scope while it is streamed, and
    # then the signed-in user's row can be read no more.
    scope = current_scope()
    if not request.view_args:
        return
    for name in PERSON_ARGUMENTS & request.view_args.keys():
        # Whoever may not see numbers could ask number by number whose it is.
        if not is_public_id(request.view_args[name]) and not may_see_numbers():
            abort(404)
    if scope.is_unlimited:
        return
    for name, value in request.view_args.items():
        if not is_reached(name, value):
            abort(404)


def install_scope_guard(app: Flask) -> None:
    """Check every request of `app`, after the check of permissions."""
    app.extensions["scope_checks"] = REACH_OF_ARGUMENTS
    set_scope_phones(app, select_scope_phones)
    app.before_request(check_scope)


def _reaches_event(event_id: int, scope: Scope) -> bool:
    return scope.has_event(event_id)


def _reaches_group(group_id: int, scope: Scope) -> bool:
    return scope.has_group(group_id)


def _reaches_thread(thread_id: int, scope: Scope) -> bool:
    thread = find_thread(thread_id)
    return thread is None or is_phone_in_scope([thread.phone], scope)


def _reaches_person(public_id: str, scope: Scope) -> bool:
    phone = parse_phone_digits(public_id)
    if phone is not None:
        # An address of before, of which forms take the number itself: it need be nobody's.
        return is_phone_in_scope([phone], scope)
    person = find_person_by_public_id(public_id)
    return person is None or is_phone_in_scope(person.numbers, scope)


def _reaches_member(member_id: int, scope: Scope) -> bool:
    member = find_member(member_id)
    return member is None or is_phone_in_scope([member.phone], scope)


def _reaches_practice_phone(digits: str, scope: Scope) -> bool:
    return is_phone_in_scope([f"+{digits}"], scope)


def _reaches_survey_session(session_id: int, scope: Scope) -> bool:
    survey_id = (request.view_args or {}).get("survey_id", 0)
    session = find_survey_session(survey_id, session_id)
    return session is None or is_phone_in_scope([session.phone], scope)


def _reaches_survey(survey_id: int, scope: Scope) -> bool:
    """Answers of a survey are those of everybody, unless it belongs to an event or group."""
    survey = find_survey(survey_id)
    if survey is None or scope.is_everybody:
        return True
    if survey.linked_event_id is not None:
        return scope.has_event(survey.linked_event_id)
    return survey.group_id is not None and scope.has_group(survey.group_id)


def _reaches_sequence(sequence_id: int, scope: Scope) -> bool:
    sequence = find_sequence(sequence_id)
    if sequence is None or scope.is_everybody:
        return True
    return sequence.group_id is not None and scope.has_group(sequence.group_id)


def _reaches_segment(_segment_id: int, scope: Scope) -> bool:
    # A rule finds its people among everybody, by any group and event.
    return scope.is_unlimited


def _reaches_series(series_id: int, scope: Scope) -> bool:
    series = find_series(series_id)
    if series is None or scope.is_everybody:
        return True
    # By the id, as of each of its blasts: see blast_scope.
    return bool(series.created_by_id == current_user.id)


def _reaches_scheduled_blast(scheduled_id: int, _scope: Scope) -> bool:
    return is_scheduled_blast_reached(scheduled_id)


def _reaches_sent_blast(log_id: int, _scope: Scope) -> bool:
    return is_sent_blast_reached(log_id)


REACH_OF_ARGUMENTS: dict[str, Callable[..., bool]] = {
    "digits": _reaches_practice_phone,
    "event_id": _reaches_event,
    "group_id": _reaches_group,
    "log_id": _reaches_sent_blast,
    "member_id": _reaches_member,
    "other_public_id": _reaches_person,
    "public_id": _reaches_person,
    "scheduled_id": _reaches_scheduled_blast,
    "segment_id": _reaches_segment,
    "sequence_id": _reaches_sequence,
    "series_id": _reaches_series,
    "session_id": _reaches_survey_session,
    "survey_id": _reaches_survey,
    "thread_id": _reaches_thread,
}
PERSON_ARGUMENTS = frozenset({"public_id", "other_public_id"})
# Of a sequence: its own check covers the people in it.
ARGUMENTS_OF_CHECKED_THINGS = frozenset({"person_id"})
