"""Random people with everything that rules ask about, as dictionaries and as rows of a database."""

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert, select, text, update

from app.check_ins.models import CheckIn, CheckInStreak
from app.community.models import CommunityMember
from app.core.db import write
from app.delivery.models import Message, MessageLog
from app.delivery.reply_models import BlastReply
from app.domain.delivery.message_statuses import MessageStatus
from app.domain.profiles.field_types import FieldType
from app.domain.profiles.field_values import compute_sort_value
from app.domain.time.streak_days import count_streak
from app.events.models import Event, EventRegistration
from app.groups.models import ContactGroup, GroupMembership
from app.inbox.models import Thread
from app.people.actions.person_erasure import erase_person_data, find_embedded_mentions
from app.profiles.field_models import PersonField, PersonValue
from app.profiles.models import Person, PersonPhone
from app.surveys.models import SurveyAnswer, SurveyFlow, SurveySession

NOW = datetime(2026, 11, 28, 19, 0, tzinfo=UTC)
ARCHIVED_GROUP, DELETED_FIELD = 3, 6
FIELD_TYPES = {
    1: FieldType.TEXT,
    2: FieldType.NUMBER,
    3: FieldType.DATE,
    4: FieldType.YES_NO,
    5: FieldType.CHOICE,
    # Deleted where people are nasty.
    DELETED_FIELD: FieldType.TEXT,
}
FIELD_VALUES = {
    1: ["Denver", "denver", "Bénin", "12", "★"],
    2: ["2", "2.0", "10", "-1", "many"],
    3: ["2026-11-28", "2026-12-03", "2026-11-25", "2001-11-30", "2020-02-29", "1990-12-27"],
    4: ["yes", "No", "x"],
    5: ["Alto", "Bass"],
    DELETED_FIELD: ["Alto"],
}
# Empty texts, accents, capitals that change their length, other digits, ends of months.
NASTY_VALUES = {
    1: [
        "",
        " ",
        "\u200b",
        "-",
        "STRASSE",
        "straße",
        "Be\u0301nin",
        "BÉNIN",
        "ﬁn",
        "İzmir",
        "１２",
        "%",
    ],
    2: ["", "1,234.50", "1234.5", "$5.50", "５", "-0", "1e3", "007", "five"],
    3: [
        "",
        "2024-02-29",
        "2/29/2024",
        "Feb 28, 2025",
        "2026-12-31",
        "1/1/2027",
        "2025-01-31",
        "31.8.2026",
    ],
    4: ["", "YES", "0", "✓", "maybe"],
    5: ["", "alto", "ÁLTO", "Alto 2"],
    DELETED_FIELD: ["", "Alto"],
}
ANSWERS = ["yes", "12", "YES", "Sí", "-", "★", "straße", " yes", "%"]
# Whoever is being texted at this moment cannot be erased.
STATUSES = [
    status.value
    for status in MessageStatus
    if status not in (MessageStatus.RECEIVED, MessageStatus.SUBMITTING)
]
TABLES = (
    *(
        "check_ins",
        "check_in_streaks",
        "blast_replies",
        "survey_answers",
        "survey_sessions",
        "survey_flows",
        "group_members",
    ),
    *("groups", "event_registrations", "events", "person_values", "person_fields", "threads"),
    *("messages", "message_logs", "community_members", "person_phones", "people"),
)


def make_person(random, number, now, values):
    """Return one person as a dictionary. `values`: what each field may hold."""

    def days_ago(*days):
        return now - timedelta(days=random.choice(days))

    return {
        "phone": f"+1303555{number:04}",
        "is_member": random.random() < 0.8,
        "is_erased": False,
        "shares_with": None,
        "joined": days_ago(0, 1, 5, 40, 400),
        "groups": {group for group in (1, 2, ARCHIVED_GROUP) if random.random() < 0.4},
        "left_groups": set(),
        "fields": {
            field: random.choice(choices)
            for field, choices in values.items()
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
        "check_ins": _make_check_ins(random, now),
        "wrote_at": random.choice([None, days_ago(0, 3, 30)]),
        **_make_texts(random, days_ago),
    }


def _make_check_ins(random, now):
    """Return the days on which somebody checked in: mostly none, some with a gap."""
    today = now.astimezone(ZoneInfo("America/Denver")).date()
    days = random.choice([(), (), (0, 1, 2), (1, 2, 3, 4), (0, 2, 3), (3, 4), (40,)])
    return {today - timedelta(days=ago) for ago in days}


def _make_texts(random, days_ago):
    """Return what came of the blast, and every text as (kind, status, moment), the oldest first."""
    blast = random.choice([None, "silent", "yes", "stop", "failed"])
    texts = [
        (
            random.choice(["blast", "reply", "keyword", "reminder"]),
            random.choice(["queued", "delivered", "failed", "unknown", "skipped"]),
            days_ago(0, 1, 3, 30),
        )
        for _ in range(random.randrange(3))
    ]
    if blast:
        texts.insert(0, ("blast", "failed" if blast == "failed" else "delivered", days_ago(30)))
    return {"blast": blast, "texts": texts}


def make_people(random, now=NOW):
    """Return a dozen people; the group ARCHIVED_GROUP is archived."""
    return [make_person(random, number, now, FIELD_VALUES) for number in range(12)]


def make_nasty_people(random, now):
    """Return people with second numbers, erased ones, those who left groups; and odd values.

    The field DELETED_FIELD is deleted.
    """
    values = {number: [*FIELD_VALUES[number], *NASTY_VALUES[number]] for number in FIELD_VALUES}
    people = [make_person(random, number, now, values) for number in range(14)]
    for number, person in enumerate(people):
        person["is_erased"] = random.random() < 0.1
        person["left_groups"] = {group for group in (1, 2) if random.random() < 0.2}
        person["groups"] -= set() if random.random() < 0.5 else person["left_groups"]
        if person["survey"]:
            person["survey"] = person["survey"][0], random.choice(ANSWERS)
        hours = [timedelta(hours=hour) for hour in (0, 5, 12, 18.9, 23.9)]
        person["joined"] -= random.choice(hours)
        person["birthday"] = random.choice([None, date(1999, 2, 28), date(2000, 1, 31), now.date()])
        person["texts"] += [
            (
                random.choice(["blast", "test", "survey", "system"]),
                random.choice(STATUSES),
                now - random.choice(hours),
            )
            for _ in range(random.randrange(2))
        ]
        if number and random.random() < 0.3:
            _share_person(person, people[number - 1], number - 1)
    return people


def _share_person(person, owner, place):
    """Give a number to the person before, whose fields, language and birthday are the ones."""
    if owner["shares_with"] is not None or owner["is_erased"] or person["is_erased"]:
        return
    person["shares_with"] = place
    for key in ("fields", "language", "birthday"):
        person[key] = owner[key]


def store_people(people, context, *, is_nasty=False):
    """Empty the tables, and store these people in them."""
    with write() as session:
        for table in TABLES:
            session.execute(text(f"DELETE FROM {table}"))
        _store_things(session)
        for person in people:
            _store_person(session, person)
        for person in people:
            _store_profile(session, person, people, context)
    if not is_nasty:
        return
    with write() as session:
        session.execute(delete(PersonField).where(PersonField.id == DELETED_FIELD))
    for person in people:
        if person["is_erased"]:
            mentions = find_embedded_mentions(person["phone"])
            with write():
                erase_person_data(person["phone"], mentions, "ada", NOW)


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


def _store_person(session, person):
    phone = person["phone"]
    if person["is_member"]:
        member = {"phone": phone, "created_at": person["joined"]}
        session.execute(insert(CommunityMember), [member])
    for group in person["left_groups"]:
        row = {"group_id": group, "phone": phone, "until": NOW}
        session.execute(insert(GroupMembership), [row])
    for group in person["groups"]:
        session.execute(insert(GroupMembership), [{"group_id": group, "phone": phone}])
    for event, (answer, has_come) in person["events"].items():
        row = {"event_id": event, "phone": phone, "answer": answer}
        row["attended_at"] = NOW if has_come else None
        session.execute(insert(EventRegistration), [row])
    _store_texts(session, person)
    if person["wrote_at"] is not None:
        row = {"phone": phone, "last_inbound_at": person["wrote_at"]}
        session.execute(insert(Thread), [row])
    _store_check_ins(session, person)
    if person["survey"]:
        status, value = person["survey"]
        row = {"survey_id": 1, "phone": phone, "status": status, "questions_json": "[]"}
        session_id = session.scalar(insert(SurveySession).returning(SurveySession.id), [row])
        answer = {"session_id": session_id, "position": 0, "state": "answered", "prompt": "?"}
        session.execute(insert(SurveyAnswer), [{**answer, "value": value}])


def _store_check_ins(session, person):
    streak = count_streak(person["check_ins"])
    if streak is None:
        return
    rows = [
        {"phone": person["phone"], "day": day, "source_name": "WALK"} for day in person["check_ins"]
    ]
    session.execute(insert(CheckIn), rows)
    session.execute(insert(CheckInStreak), [{"phone": person["phone"], **asdict(streak)}])


def _store_texts(session, person):
    for number, (kind, status, moment) in enumerate(person["texts"]):
        is_of_blast = number == 0 and person["blast"]
        row = {
            "phone": person["phone"],
            "kind": kind,
            "status": status,
            "message_log_id": 1 if is_of_blast else None,
            "body": "Hi",
            "created_at": moment,
        }
        if number % 2 == int(person["phone"][-1]) % 2:
            message_id = session.scalar(insert(Message).returning(Message.id), [row])
        else:
            message_id = _store_late_text(session, row)
        if is_of_blast and person["blast"] in ("yes", "stop"):
            reply = {
                "blast_message_id": message_id,
                "message_log_id": 1,
                "reply_id": message_id,
                "replied_at": NOW,
                "answer": "yes" if person["blast"] == "yes" else None,
                "is_opt_out": person["blast"] == "stop",
            }
            session.execute(insert(BlastReply), [reply])


def _store_late_text(session, row):
    """Store a text that waited: made a day before it left, or held until a day after."""
    moment, status = row["created_at"], row["status"]
    made = {**row, "status": "queued", "created_at": moment - timedelta(days=1)}
    message_id = session.scalar(insert(Message).returning(Message.id), [made])
    left = {"status": status, "submitted_at": moment}
    if status == "queued":
        left = {"held_until": moment, "held_why": "quiet_hours"}
    session.execute(update(Message).where(Message.id == message_id).values(**left))
    return message_id


def _store_profile(session, person, people, context):
    owner = _find_owner(session, person["phone"])
    if owner is None:  # no table has the number
        person["is_former_number"] = True
        return
    row = update(PersonPhone).where(PersonPhone.phone == person["phone"])
    if person["is_former_number"]:
        session.execute(row.values(until=NOW))
    if person["shares_with"] is not None:
        first = people[person["shares_with"]]
        first_owner = _find_owner(session, first["phone"])
        if first_owner is not None:
            session.execute(row.values(person_id=first_owner, rank=2))
            return
    profile = {"language": person["language"], "birthday": person["birthday"]}
    session.execute(update(Person).where(Person.id == owner).values(**profile))
    for field, value in person["fields"].items():
        sort_value = compute_sort_value(FIELD_TYPES[field], value, context.values)
        row = {"person_id": owner, "field_id": field, "value": value, "sort_value": sort_value}
        session.execute(insert(PersonValue), [row])


def _find_owner(session, phone):
    """Return the id of the person of a number, None where no table has it."""
    statement = select(PersonPhone.person_id).where(PersonPhone.phone == phone)
    return session.scalar(statement)
