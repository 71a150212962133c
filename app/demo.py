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
from app.delivery.models import messages
from app.domain.questions import END_UNREGISTERED, Ask, Question
from app.domain.segments import measure
from app.events.models import Event, EventRegistration
from app.inbox.actions import threads
from app.inbox.actions.threads import Said
from app.inbox.models import SavedReply
from app.keywords.actions import rules
from app.keywords.models import KeywordAction, Match
from app.keywords.queries import clash
from app.kit import db as furniture
from app.kit.clock import now
from app.kit.db import db, write
from app.kit.settings import ROOT, Settings
from app.migrations.runner import migrate
from app.suppression import actions as suppression
from app.surveys.actions import surveys
from app.surveys.models import SurveyFlow, TriggerWord

# 555-01xx is kept free for stories by the phone companies: nobody has these numbers.
AREAS = ("303", "720", "212", "415", "202", "312")
NAMES: tuple[str | None, ...] = (
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
GUESTS = ("Neighbour from No. 12", "Auntie Bee", "Raúl", None)
SAID_STOP = (
    (3, "inbound", "Texted STOP"),
    (17, "manual", "Told us at the door"),
    (41, "import", None),
)
DEAD = (26, "No such number any more")
HOURS = "The food pantry is open Tuesdays and Fridays from 9 to 12, at the side door on Elm Street. No papers needed."
WELCOME = "Welcome, {first_name|friend}! You get our news now, about once a week. Reply STOP to leave."
SHOT = "{first_name|Friend}, you are registered for the {event_title} on {event_date}. Bring your insurance card."
SURVEY, WORD = "Who comes to the picnic", "PICNIC"
QUESTIONS = (
    Question("Are you coming?", Ask.YES_NO, leads={"no": END_UNREGISTERED}),
    Question(
        "How many of you are coming, with you?",
        Ask.NUMBER,
        low=1,
        high=20,
        hint="Count yourself too.",
    ),
    Question(
        "What will you bring?",
        Ask.CHOICE,
        choices=("Salad", "Cake", "Drinks", "Only ourselves"),
    ),
    Question("What is your name?", Ask.NAME),
)
# What people wrote (None: a neighbour whom no list knows), the oldest first: minutes ago, who,
# what.
NEIGHBOUR = "+13035550177"
THEY, WE = "inbound", "outbound"
TALKS: tuple[tuple[int | None, str | None, tuple[tuple[int, str, str], ...]], ...] = (
    (
        6,
        None,
        (
            (1720, THEY, "Hola, ¿puedo llevar a mis primos al picnic?"),
            (1660, WE, "Of course, Ana! Bring everybody. There is enough for all."),
            (1651, THEY, "¡Gracias! 🎉"),
            (44, THEY, "One more thing: is there parking near the gate?"),
        ),
    ),
    (12, None, ((95, THEY, "متى تبدأ العيادة يوم الخميس؟"),)),
    (None, None, ((180, THEY, "Who is this? I got a text about a picnic."),)),
    (
        24,
        "maybe_stop",
        (
            (260, WE, "Hi Bob, are you coming on Saturday?"),
            (230, THEY, "who is this?? stop texting me or i call somebody"),
        ),
    ),
    (
        1,
        None,
        (
            (3100, THEY, "Can I still sign up for the flu clinic?"),
            (3080, WE, "Yes, you are on the list now."),
            (3079, THEY, "Great, thanks"),
        ),
    ),
)
SAVED = (
    (
        "Where and when",
        "Hi {first_name|there}, we meet at City Park, by the north gate. Parking is free on Saturdays.",
    ),
    ("Thank you", "Thank you, {first_name|friend}! See you there."),
)
Row = dict[str, object]


def load() -> int:
    """Add the made-up people, events, opt-outs and a survey that are not there yet; how many
    people were added.

    To be called inside an open write(). Nothing that is there is changed.
    """
    people: list[Row] = [
        {"name": name, "phone": phone_of(n), "created_at": now()}
        for n, name in enumerate(NAMES)
    ]
    statement = (
        insert(CommunityMember)
        .on_conflict_do_nothing(["phone"])
        .returning(CommunityMember.phone)
    )
    new = set(db.session.scalars(statement, people))
    _leave_out(new)
    guests: list[Row] = [
        {"name": name, "phone": phone_of(len(NAMES) + n)}
        for n, name in enumerate(GUESTS)
    ]
    _event(
        "Spring picnic at City Park",
        now().date() + timedelta(days=16),
        [*people[:22], *guests],
    )
    _survey("Spring picnic at City Park")
    _event("Flu clinic", now().date() + timedelta(days=30), people[15:58:3])
    _keywords()
    if phone_of(0) in new:
        _conversations(now())
    return len(new)


def phone_of(n: int) -> str:
    """The n-th made-up number."""
    return f"+1{AREAS[n % len(AREAS)]}55501{10 + n:02}"


def _leave_out(new: set[str]) -> None:
    """Some of the newcomers must not be texted; whoever was there already stays as they are."""
    for n, source, reason in SAID_STOP:
        if phone_of(n) in new:
            suppression.opt_out(
                phone_of(n), source=source, reason=reason, name=NAMES[n]
            )
    if phone_of(DEAD[0]) in new:
        suppression.mark_dead(phone_of(DEAD[0]), reason=DEAD[1])


def _event(title: str, day: date, people: Sequence[Row]) -> None:
    if db.session.scalar(select(Event.id).where(Event.title == title)):
        return
    db.session.add(event := Event(title=title, date=day))
    db.session.flush()
    rows = [
        {"event_id": event.id, "name": each["name"], "phone": each["phone"]}
        for each in people
    ]
    db.session.execute(insert(EventRegistration), rows)


def _keywords() -> None:
    """What people ask every week, a way onto the list, and a way to register."""
    clinic = db.session.scalar(select(Event.id).where(Event.title == "Flu clinic"))
    wanted: list[tuple[rules.Rule, list[str]]] = [
        (rules.Rule("HOURS", HOURS), ["OPEN", "PANTRY"]),
        (
            rules.Rule(
                "JOIN", WELCOME, match_kind=Match.FIRST, action=KeywordAction.SUBSCRIBE
            ),
            ["SIGN ME UP"],
        ),
        (
            rules.Rule("FLU", SHOT, action=KeywordAction.ADD_TO_EVENT, event_id=clinic),
            ["FLU SHOT"],
        ),
    ]
    for rule, aliases in wanted:
        if not any(clash(word) for word in [rule.keyword, *aliases]):
            rules.add(rule, aliases, None)


def _survey(title: str) -> None:
    """Who comes to the event of this title: text PICNIC.

    Not where that word starts something already.
    """
    taken = (
        select(TriggerWord.word)
        .where(TriggerWord.word == WORD)
        .union_all(select(SurveyFlow.name).where(SurveyFlow.name == SURVEY))
    )
    event_id = db.session.scalar(select(Event.id).where(Event.title == title))
    if event_id is None or db.session.scalar(taken):
        return
    welcome = "Hi {first_name|friend}, the spring picnic is at City Park this year."
    thanks = "Thank you, we look forward to it. Bring a dish to share!"
    surveys.add(surveys.Facts(SURVEY, WORD, welcome, QUESTIONS, thanks, event_id))


def _conversations(moment: datetime) -> None:
    """Some people have written, and some were answered."""
    for n, how, texts in TALKS:
        phone = NEIGHBOUR if n is None else phone_of(n)
        for minutes, direction, body in texts:
            at = moment - timedelta(minutes=minutes)
            message_id = _text(phone, direction, body, at)
            if direction == THEY:
                why = how if how == "maybe_stop" else None
                threads.came_in(
                    phone,
                    [said := Said(message_id, body)],
                    at,
                    needs_reply=minutes < 300,
                    why=why,
                )
                threads.are_found([said])
        if how == "maybe_stop":
            suppression.ask_whether_stop(phone, message_id, body, at)
    for title, body in SAVED:
        db.session.execute(
            insert(SavedReply).values(title=title, body=body).on_conflict_do_nothing()
        )


def _text(phone: str, direction: str, body: str, at: datetime) -> int:
    """One text that was never on any air: the carrier has no name for it."""
    ours, weight = direction == WE, measure(body)
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
        db.session.execute(
            insert(messages).values(row).returning(messages.c.id)
        ).scalar_one()
    )


def main() -> None:
    """Make or update the database of DATABASE_URL and fill it. Needs no other setting."""
    load_dotenv(ROOT / ".env")
    settings = Settings(
        database_url=os.environ.get("DATABASE_URL") or Settings.database_url
    )
    migrate(settings.database_path, logging.getLogger(__name__))
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{settings.database_path}"
    furniture.install(app)
    with app.app_context(), write():
        added = load()
    print(
        f"{added} made-up people added."
        if added
        else "The made-up community is there already."
    )


if __name__ == "__main__":
    main()
