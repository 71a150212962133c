"""What the audit calls the things that it tells of, asked of the features that own them."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from flask import has_request_context, url_for

from app.audiences.queries.segment_records import find_segment_names
from app.audit.actions import name_nameless
from app.audit.subjects import AuditSubject, FilteredPerson, SubjectKey
from app.community.queries import find_people_by_id
from app.delivery.queries.blast_names import find_scheduled_blast_names, find_sent_blast_names
from app.domain.phones.named_phones import NamedPhone
from app.events.queries.contact_names import find_names
from app.events.queries.events import find_event_titles
from app.events.queries.registrations import find_registered_people
from app.groups.queries.group_records import find_group_names
from app.inbox.queries.threads import find_thread_phones
from app.keywords.queries import find_keyword_names
from app.message_templates.queries.template_records import find_template_names
from app.profiles.person_addresses import (
    build_person_url,
    find_addressed_person,
    load_public_ids,
)
from app.profiles.queries.field_records import find_field_names
from app.sequences.queries.sequence_records import find_sequence_names
from app.series.queries.series_records import find_series_names
from app.surveys.queries.surveys import find_survey_names

SubjectsById = Mapping[int, AuditSubject]
# The endpoint of a thing's page, and the argument that is its id.
PAGES = {
    "blast": ("blasts.show_sent_blast", "log_id"),
    "scheduled blast": ("blasts.show_scheduled_blast", "scheduled_id"),
    "event": ("events.show_event", "event_id"),
    "survey": ("surveys.show_survey", "survey_id"),
    "keyword": ("keywords.edit_keyword", "rule_id"),
    "series": ("series.show_series", "series_id"),
    "sequence": ("sequences.show_sequence", "sequence_id"),
    "group": ("groups.show_group", "group_id"),
    "segment": ("segments.show_segment", "segment_id"),
    "field": ("people.edit_field", "field_id"),
    "template": ("message_templates.show_template", "template_id"),
}
NAME_FINDERS: dict[str, Callable[[list[int]], dict[int, str]]] = {
    "blast": find_sent_blast_names,
    "scheduled blast": find_scheduled_blast_names,
    "event": find_event_titles,
    "survey": find_survey_names,
    "keyword": find_keyword_names,
    "series": find_series_names,
    "sequence": find_sequence_names,
    "group": find_group_names,
    "segment": find_segment_names,
    "field": find_field_names,
    "template": find_template_names,
}


def find_audit_subjects(keys: Iterable[SubjectKey]) -> dict[SubjectKey, AuditSubject]:
    """Return what these things are called now, with one or two statements a kind."""
    ids_by_kind: dict[str, set[int]] = {}
    for key in keys:
        ids_by_kind.setdefault(key.kind, set()).add(key.id)
    subjects = {}
    for kind, ids in ids_by_kind.items():
        for id_, subject in _find_subjects_of_kind(kind, sorted(ids)).items():
            subjects[SubjectKey(kind, id_)] = subject
    return subjects


def _find_subjects_of_kind(kind: str, ids: list[int]) -> SubjectsById:
    if kind == "thread":
        return _find_conversations(ids)
    if kind == "member":
        return _build_people(find_people_by_id(ids))
    if kind == "registration":
        return _build_people(find_registered_people(ids))
    endpoint, argument = PAGES[kind]
    subjects = {}
    for id_, name in NAME_FINDERS[kind](ids).items():
        subjects[id_] = AuditSubject(f"“{name}”", _build_url(endpoint, **{argument: id_}))
    return subjects


def _find_conversations(thread_ids: Collection[int]) -> SubjectsById:
    phones = find_thread_phones(thread_ids)
    names = find_names(sorted(set(phones.values())))
    subjects = {}
    for id_, phone in phones.items():
        name = names.get(phone) or name_nameless(phone)
        url = _build_url("inbox.show_conversation", thread_id=id_)
        subjects[id_] = AuditSubject(name, url, phone)
    return subjects


def _build_people(people: Mapping[int, NamedPhone]) -> SubjectsById:
    load_public_ids(phone for _, phone in people.values())
    subjects = {}
    for id_, (name, phone) in people.items():
        url = build_person_url(phone) if has_request_context() else ""
        subjects[id_] = AuditSubject(name or name_nameless(phone), url, phone)
    return subjects


def find_audit_person(public_id: str) -> FilteredPerson | None:
    """Return the person of an id in an address, with all their numbers."""
    person = find_addressed_person(public_id)
    if person is None or not person.phone:
        return None
    name = find_names([person.phone]).get(person.phone)
    return FilteredPerson(name or name_nameless(person.phone), tuple(person.numbers))


def _build_url(endpoint: str, **values: Any) -> str:
    """Return the address of a page; "" where none is asked for: while the engine writes a row."""
    return url_for(endpoint, **values) if has_request_context() else ""
