"""A made-up community to practise with.

`python -m app.demo` fills DATABASE_URL; a second time changes nothing.
"""

import logging
import os
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from dotenv import load_dotenv
from flask import Flask
from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from app.community.models import CommunityMember
from app.core import db as furniture
from app.core.clock import now
from app.core.db import db, write
from app.core.settings import PROJECT_ROOT, Settings
from app.delivery.models import messages
from app.domain.surveys.question_definitions import (
    END_WITHOUT_REGISTRATION,
    QuestionType,
    SurveyQuestion,
)
from app.domain.texts.segments import measure_segments
from app.events.models import Event, EventRegistration
from app.inbox.actions import thread_updates
from app.inbox.actions.thread_updates import StoredText
from app.inbox.models import SavedReply
from app.keywords.actions import keyword_rules
from app.keywords.models import KeywordAction, KeywordMatch
from app.keywords.queries import find_keyword_conflict
from app.migrations.migration_runner import migrate_database
from app.suppression import actions as suppression
from app.surveys.actions import surveys
from app.surveys.models import SurveyFlow, TriggerWord

# 555-01xx is kept free for stories by the phone companies: nobody has these numbers.
AREA_CODES = ("303", "720", "212", "415", "202", "312")
MEMBER_NAMES: tuple[str | None, ...] = (
    *(
        "Zoë Hernández",
        "Peter Chen",
        "Nare Mensah",
        "Ahmed Khan",
        "Siobhán O'Brien",
        "Jürgen Müller",
        "Ana Lucía Peña",
    ),
    *(
        "Tom",
        "María José de la Cruz y Fernández-Villaverde",
        "Nguyễn Thị Minh Khai",
        "Łukasz Wójcik",
        "Bjørn Ødegård",
    ),
    *(
        "مريم الحسن",
        "דוד כהן",
        "田中 美咲",
        "김서연",
        "Олена Шевченко",
        "Ελένη Παπαδοπούλου",
        "प्रिया शर्मा",
        "王芳",
    ),
    *(
        "Grace Okafor",
        "Wei Okafor",
        "Jean-Baptiste N'Diaye",
        "Chloé Lefèvre",
        'Mr. Robert "Bob" Whitfield',
        "Yusuf",
    ),
    *(
        "D'Angelo Jackson",
        "Aoife Ní Bhriain",
        "Lovelace, Ada",
        "Sunny 🌻 Alvarez",
        "José",
        "Mia Rossi",
        "Leo Rossi",
    ),
    *(
        "Wolfeschlegelsteinhausenbergerdorff, Hubert Blaine",
        "Xu",
        "Amélie Dubois",
        "Tomasz Zieliński",
        "Fatima Zahra",
    ),
    *(
        "Oluwaseun Adeyemi-Bankole",
        "Hannah Cohen",
        "Keanu Kealoha",
        "Şebnem Yılmaz",
        "Matthew Jones",
        "Matthew Jones",
    ),
    *(
        "Ingrid Åkesson",
        "Ruth Abernathy",
        "Noor",
        "Dmitri Volkov",
        "Esperanza",
        "Rev. Dr. Martha Lee-Gonzales",
        "Null",
    ),
    *(
        "Tālis Bērziņš",
        "Kwame Asante",
        "Sofía Núñez",
        "Ian McAllister",
        "Priyanka Raghunathan",
        None,
        None,
        None,
        None,
    ),
)
GUEST_NAMES = ("Neighbour from No. 12", "Auntie Bee", "Raúl", None)
OPTED_OUT_MEMBERS = (
    (3, "inbound", "Texted STOP"),
    (17, "manual", "Told us at the door"),
    (41, "import", None),
)
DEAD_NUMBER = (26, "No such number any more")
HOURS_REPLY = "The food pantry is open Tuesdays and Fridays from 9 to 12, at the side door on Elm Street. No papers needed."
WELCOME_REPLY = (
    "Welcome, {first_name|friend}! You get our news now, about once a week. Reply STOP to leave."
)
FLU_CLINIC_REPLY = "{first_name|Friend}, you are registered for the {event_title} on {event_date}. Bring your insurance card."
SURVEY_NAME, SURVEY_KEYWORD = "Who comes to the picnic", "PICNIC"
SURVEY_QUESTIONS = (
    SurveyQuestion(
        "Are you coming?",
        QuestionType.YES_NO,
        branches={"no": END_WITHOUT_REGISTRATION},
    ),
    SurveyQuestion(
        "How many of you are coming, with you?",
        QuestionType.NUMBER,
        low=1,
        high=20,
        hint="Count yourself too.",
    ),
    SurveyQuestion(
        "What will you bring?",
        QuestionType.CHOICE,
        choices=("Salad", "Cake", "Drinks", "Only ourselves"),
    ),
    SurveyQuestion("What is your name?", QuestionType.NAME),
)
# What people wrote (None: a neighbour whom no list knows), the oldest first: minutes ago, who,
# what.
UNKNOWN_SENDER_PHONE = "+13035550177"
INBOUND, OUTBOUND = "inbound", "outbound"
CONVERSATION_TEXTS: tuple[tuple[int | None, str | None, tuple[tuple[int, str, str], ...]], ...] = (
    (
        6,
        None,
        (
            (1720, INBOUND, "Hola, ¿puedo llevar a mis primos al picnic?"),
            (
                1660,
                OUTBOUND,
                "Of course, Ana! Bring everybody. There is enough for all.",
            ),
            (1651, INBOUND, "¡Gracias! 🎉"),
            (44, INBOUND, "One more thing: is there parking near the gate?"),
        ),
    ),
    (12, None, ((95, INBOUND, "متى تبدأ العيادة يوم الخميس؟"),)),
    (None, None, ((180, INBOUND, "Who is this? I got a text about a picnic."),)),
    (
        24,
        "maybe_stop",
        (
            (260, OUTBOUND, "Hi Bob, are you coming on Saturday?"),
            (230, INBOUND, "who is this?? stop texting me or i call somebody"),
        ),
    ),
    (
        1,
        None,
        (
            (3100, INBOUND, "Can I still sign up for the flu clinic?"),
            (3080, OUTBOUND, "Yes, you are on the list now."),
            (3079, INBOUND, "Great, thanks"),
        ),
    ),
)
SAVED_REPLIES = (
    (
        "Where and when",
        "Hi {first_name|there}, we meet at City Park, by the north gate. Parking is free on Saturdays.",
    ),
    ("Thank you", "Thank you, {first_name|friend}! See you there."),
)
ColumnValues = dict[str, object]


def load_demo_data() -> int:
    """Add the made-up people, events, opt-outs and a survey that are not there yet; how many
    people were added.

    To be called inside an open write(). Nothing that is there is changed.
    """
    people: list[ColumnValues] = [
        {"name": name, "phone": make_demo_phone(n), "created_at": now()}
        for n, name in enumerate(MEMBER_NAMES)
    ]
    statement = (
        insert(CommunityMember).on_conflict_do_nothing(["phone"]).returning(CommunityMember.phone)
    )
    new = set(db.session.scalars(statement, people))
    _add_opt_outs(new)
    guests: list[ColumnValues] = [
        {"name": name, "phone": make_demo_phone(len(MEMBER_NAMES) + n)}
        for n, name in enumerate(GUEST_NAMES)
    ]
    _add_event(
        "Spring picnic at City Park",
        now().date() + timedelta(days=16),
        [*people[:22], *guests],
    )
    _add_survey("Spring picnic at City Park")
    _add_event("Flu clinic", now().date() + timedelta(days=30), people[15:58:3])
    _add_keyword_rules()
    if make_demo_phone(0) in new:
        _add_conversations(now())
    return len(new)


def make_demo_phone(n: int) -> str:
    """The n-th made-up number."""
    return f"+1{AREA_CODES[n % len(AREA_CODES)]}55501{10 + n:02}"


def _add_opt_outs(new: set[str]) -> None:
    """Some of the newcomers must not be texted; whoever was there already stays as they are."""
    for n, source, reason in OPTED_OUT_MEMBERS:
        if make_demo_phone(n) in new:
            suppression.record_opt_out(
                make_demo_phone(n), source=source, reason=reason, name=MEMBER_NAMES[n]
            )
    if make_demo_phone(DEAD_NUMBER[0]) in new:
        suppression.mark_number_undeliverable(
            make_demo_phone(DEAD_NUMBER[0]), reason=DEAD_NUMBER[1]
        )


def _add_event(title: str, day: date, people: Sequence[ColumnValues]) -> None:
    if db.session.scalar(select(Event.id).where(Event.title == title)):
        return
    db.session.add(event := Event(title=title, date=day))
    db.session.flush()
    rows = [{"event_id": event.id, "name": each["name"], "phone": each["phone"]} for each in people]
    db.session.execute(insert(EventRegistration), rows)


def _add_keyword_rules() -> None:
    """What people ask every week, a way onto the list, and a way to register."""
    clinic = db.session.scalar(select(Event.id).where(Event.title == "Flu clinic"))
    wanted: list[tuple[keyword_rules.KeywordInfo, list[str]]] = [
        (keyword_rules.KeywordInfo("HOURS", HOURS_REPLY), ["OPEN", "PANTRY"]),
        (
            keyword_rules.KeywordInfo(
                "JOIN",
                WELCOME_REPLY,
                match_kind=KeywordMatch.FIRST,
                action=KeywordAction.SUBSCRIBE,
            ),
            ["SIGN ME UP"],
        ),
        (
            keyword_rules.KeywordInfo(
                "FLU",
                FLU_CLINIC_REPLY,
                action=KeywordAction.ADD_TO_EVENT,
                event_id=clinic,
            ),
            ["FLU SHOT"],
        ),
    ]
    for rule, aliases in wanted:
        if not any(find_keyword_conflict(word) for word in [rule.keyword, *aliases]):
            keyword_rules.create_keyword_rule(rule, aliases, None)


def _add_survey(title: str) -> None:
    """Who comes to the event of this title: text PICNIC.

    Not where that word starts something already.
    """
    taken = (
        select(TriggerWord.word)
        .where(TriggerWord.word == SURVEY_KEYWORD)
        .union_all(select(SurveyFlow.name).where(SurveyFlow.name == SURVEY_NAME))
    )
    event_id = db.session.scalar(select(Event.id).where(Event.title == title))
    if event_id is None or db.session.scalar(taken):
        return
    welcome = "Hi {first_name|friend}, the spring picnic is at City Park this year."
    thanks = "Thank you, we look forward to it. Bring a dish to share!"
    surveys.create_survey(
        surveys.SurveyInfo(SURVEY_NAME, SURVEY_KEYWORD, welcome, SURVEY_QUESTIONS, thanks, event_id)
    )


def _add_conversations(moment: datetime) -> None:
    """Some people have written, and some were answered."""
    for n, how, texts in CONVERSATION_TEXTS:
        phone = UNKNOWN_SENDER_PHONE if n is None else make_demo_phone(n)
        for minutes, direction, body in texts:
            at = moment - timedelta(minutes=minutes)
            message_id = _insert_message(phone, direction, body, at)
            if direction == INBOUND:
                why = how if how == "maybe_stop" else None
                thread_updates.record_inbound_text(
                    phone,
                    [said := StoredText(message_id, body)],
                    at,
                    needs_reply=minutes < 300,
                    why=why,
                )
                thread_updates.index_texts_for_search([said])
        if how == "maybe_stop":
            suppression.open_stop_question(phone, message_id, body, at)
    for title, body in SAVED_REPLIES:
        db.session.execute(
            insert(SavedReply).values(title=title, body=body).on_conflict_do_nothing()
        )


def _insert_message(phone: str, direction: str, body: str, at: datetime) -> int:
    """One text that was never on any air: the carrier has no name for it."""
    ours, weight = direction == OUTBOUND, measure_segments(body)
    row = {
        "direction": direction,
        "kind": "reply" if ours else "inbound",
        "status": "delivered" if ours else "received",
        "phone": phone,
        "body": body,
        "segments": weight.segments,
        "encoding": weight.encoding.value,
        "created_at": at,
        "delivered_at": at if ours else None,
    }
    return int(
        db.session.execute(insert(messages).values(row).returning(messages.c.id)).scalar_one()
    )


def main() -> None:
    """Make or update the database of DATABASE_URL and fill it. Needs no other setting."""
    load_dotenv(PROJECT_ROOT / ".env")
    settings = Settings(database_url=os.environ.get("DATABASE_URL") or Settings.database_url)
    migrate_database(settings.database_path, logging.getLogger(__name__))
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{settings.database_path}"
    furniture.install_database(app)
    with app.app_context(), write():
        added = load_demo_data()
    print(f"{added} made-up people added." if added else "The made-up community is there already.")


if __name__ == "__main__":
    main()
