"""Random people with everything that rules ask about, as dictionaries and as rows of a database."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert, text, update

from app.community.models import CommunityMember
from app.core.db import write
from app.delivery.models import Message, MessageLog
from app.delivery.reply_models import BlastReply
from app.domain.profiles.field_types import FieldType
from app.domain.profiles.field_values import compute_sort_value
from app.events.models import Event, EventRegistration
from app.groups.models import ContactGroup, GroupMembership
from app.inbox.models import Thread
from app.profiles.field_models import PersonField, PersonValue
from app.profiles.models import Person, PersonPhone
from app.surveys.models import SurveyAnswer, SurveyFlow, SurveySession

NOW = datetime(2026, 11, 28, 19, 0, tzinfo=UTC)
TODAY = date(2026, 11, 28)
FIELD_TYPES = {
    1: FieldType.TEXT,
    2: FieldType.NUMBER,
    3: FieldType.DATE,
    4: FieldType.YES_NO,
    5: FieldType.CHOICE,
}
FIELD_VALUES = {
    1: ["Denver", "denver", "Bénin", "12", "★"],
    2: ["2", "2.0", "10", "-1", "many"],
    3: ["2026-11-28", "2026-12-03", "2026-11-25", "2001-11-30", "2020-02-29", "1990-12-27"],
    4: ["yes", "No", "x"],
    5: ["Alto", "Bass"],
}
TABLES = (
    *("blast_replies", "survey_answers", "survey_sessions", "survey_flows", "group_members"),
    *("groups", "event_registrations", "events", "person_values", "person_fields", "threads"),
    *("messages", "message_logs", "community_members", "person_phones", "people"),
)


def make_person(random, number):
    """Return one person as a dictionary."""
    return {
        "phone": f"+1303555{number:04}",
        "is_member": random.random() < 0.8,
        "joined": NOW - timedelta(days=random.choice([0, 1, 5, 40, 400])),
        "groups": {group for group in (1, 2, 3) if random.random() < 0.4},
        "fields": {
            field: random.choice(values)
            for field, values in FIELD_VALUES.items()
            if random.random() < 0.6
        },
        "is_former_number": random.random() < 0.1,
        "language": random.choice([None, "es", "en"]),
        "birthday": random.choice([None, date(1990, 12, 1), date(2004, 2, 29), date(1980, 11, 27)]),
        "events": {
            event: (
                random.choice([None, "coming", "maybe", "not_coming"]),
                random.random() < 0.5,
            )
            for event in (1, 2)
            if random.random() < 0.5
        },
        "survey": random.choice(
            [None, ("completed", "yes"), ("timed_out", "12"), ("restarted", "yes")]
        ),
        "wrote_days_ago": random.choice([None, 0, 3, 30]),
        "blast": random.choice([None, "silent", "yes", "stop", "failed"]),
        "texts": [
            (
                random.choice(["blast", "reply", "keyword", "reminder"]),
                random.choice(["queued", "delivered", "failed", "unknown", "skipped"]),
                random.choice([0, 1, 3, 30]),
            )
            for _ in range(random.randrange(3))
        ],
    }


def make_people(random):
    """Return a dozen people; the group 3 is archived."""
    return [make_person(random, number) for number in range(12)]


def store_people(people, context):
    """Empty the tables, and store these people in them."""
    with write() as session:
        for table in TABLES:
            session.execute(text(f"DELETE FROM {table}"))
        _store_things(session)
        for person in people:
            _store_person(session, person, context)


def _store_things(session):
    groups = [{"id": number, "name": f"Group {number}"} for number in (1, 2, 3)]
    session.execute(insert(ContactGroup), [{**g, "folded_name": g["name"]} for g in groups])
    session.execute(update(ContactGroup).where(ContactGroup.id == 3).values(archived_at=NOW))
    fields = [
        {"id": number, "name": f"Field {number}", "folded_name": str(number), "field_type": kind}
        for number, kind in FIELD_TYPES.items()
    ]
    session.execute(insert(PersonField), fields)
    session.execute(insert(Event), [{"id": 1, "title": "Picnic"}, {"id": 2, "title": "Supper"}])
    survey = {"id": 1, "name": "Lunch", "trigger_keyword": "LUNCH", "questions_json": "[]"}
    session.execute(insert(SurveyFlow), [survey])
    log = {"id": 1, "message_body": "Hi", "target": "community", "created_at": NOW}
    session.execute(insert(MessageLog), [log])


def _store_person(session, person, context):
    phone = person["phone"]
    if person["is_member"]:
        member = {"phone": phone, "created_at": person["joined"]}
        session.execute(insert(CommunityMember), [member])
    for group in person["groups"]:
        session.execute(insert(GroupMembership), [{"group_id": group, "phone": phone}])
    for event, (answer, has_come) in person["events"].items():
        row = {"event_id": event, "phone": phone, "answer": answer}
        row["attended_at"] = NOW if has_come else None
        session.execute(insert(EventRegistration), [row])
    _store_texts(session, person)
    if person["wrote_days_ago"] is not None:
        moment = NOW - timedelta(days=person["wrote_days_ago"])
        session.execute(insert(Thread), [{"phone": phone, "last_inbound_at": moment}])
    if person["survey"]:
        status, value = person["survey"]
        row = {"survey_id": 1, "phone": phone, "status": status, "questions_json": "[]"}
        session_id = session.scalar(insert(SurveySession).returning(SurveySession.id), [row])
        answer = {"session_id": session_id, "position": 0, "state": "answered", "prompt": "?"}
        session.execute(insert(SurveyAnswer), [{**answer, "value": value}])
    _store_profile(session, person, context)


def _store_texts(session, person):
    texts = [(None, *row) for row in person["texts"]]
    if person["blast"]:
        status = "failed" if person["blast"] == "failed" else "delivered"
        texts.insert(0, (1, "blast", status, 30))
    for log_id, kind, status, days_ago in texts:
        row = {
            "phone": person["phone"],
            "kind": kind,
            "status": status,
            "message_log_id": log_id,
            "body": "Hi",
            "created_at": NOW - timedelta(days=days_ago),
        }
        message_id = session.scalar(insert(Message).returning(Message.id), [row])
        if log_id and person["blast"] in ("yes", "stop"):
            reply = {
                "blast_message_id": message_id,
                "message_log_id": log_id,
                "reply_id": message_id,
                "replied_at": NOW,
                "answer": "yes" if person["blast"] == "yes" else None,
                "is_opt_out": person["blast"] == "stop",
            }
            session.execute(insert(BlastReply), [reply])


def _store_profile(session, person, context):
    phone_row = PersonPhone.phone == person["phone"]
    owner = session.execute(
        text("SELECT person_id FROM person_phones WHERE phone = :phone"), {"phone": person["phone"]}
    ).scalar()
    if owner is None:  # no table has the number
        person["is_former_number"] = True
        return
    if person["is_former_number"]:
        session.execute(update(PersonPhone).where(phone_row).values(until=NOW))
    profile = {"language": person["language"], "birthday": person["birthday"]}
    session.execute(update(Person).where(Person.id == owner).values(**profile))
    for field, value in person["fields"].items():
        sort_value = compute_sort_value(FIELD_TYPES[field], value, context.values)
        row = {"person_id": owner, "field_id": field, "value": value, "sort_value": sort_value}
        session.execute(insert(PersonValue), [row])
