"""The demo data: made-up people, events, a survey, keywords and texts, as tables."""

from enum import Enum
from typing import NamedTuple

from app.domain.surveys.question_definitions import (
    END_WITHOUT_REGISTRATION,
    QuestionType,
    SurveyQuestion,
)
from app.keywords.actions.keyword_rules import KeywordInfo
from app.keywords.models import KeywordAction, KeywordMatch

# 555-01xx is reserved for fiction: nobody has these numbers.
AREA_CODES = ("303", "720", "212", "415", "202", "312")
UNKNOWN_SENDER_PHONE = "+13035550177"

# A member's index in this list decides the phone (make_demo_phone). Four have no name.
MEMBER_NAMES: tuple[str | None, ...] = (
    "Zoë Hernández",
    "Peter Chen",
    "Nare Mensah",
    "Ahmed Khan",
    "Siobhán O'Brien",
    "Jürgen Müller",
    "Ana Lucía Peña",
    "Tom",
    "María José de la Cruz y Fernández-Villaverde",
    "Nguyễn Thị Minh Khai",
    "Łukasz Wójcik",
    "Bjørn Ødegård",
    "مريم الحسن",
    "דוד כהן",
    "田中 美咲",
    "김서연",
    "Олена Шевченко",
    "Ελένη Παπαδοπούλου",
    "प्रिया शर्मा",
    "王芳",
    "Grace Okafor",
    "Wei Okafor",
    "Jean-Baptiste N'Diaye",
    "Chloé Lefèvre",
    'Mr. Robert "Bob" Whitfield',
    "Yusuf",
    "D'Angelo Jackson",
    "Aoife Ní Bhriain",
    "Lovelace, Ada",
    "Sunny 🌻 Alvarez",
    "José",
    "Mia Rossi",
    "Leo Rossi",
    "Wolfeschlegelsteinhausenbergerdorff, Hubert Blaine",
    "Xu",
    "Amélie Dubois",
    "Tomasz Zieliński",
    "Fatima Zahra",
    "Oluwaseun Adeyemi-Bankole",
    "Hannah Cohen",
    "Keanu Kealoha",
    "Şebnem Yılmaz",
    "Matthew Jones",
    "Matthew Jones",
    "Ingrid Åkesson",
    "Ruth Abernathy",
    "Noor",
    "Dmitri Volkov",
    "Esperanza",
    "Rev. Dr. Martha Lee-Gonzales",
    "Null",
    "Tālis Bērziņš",
    "Kwame Asante",
    "Sofía Núñez",
    "Ian McAllister",
    "Priyanka Raghunathan",
    None,
    None,
    None,
    None,
)
# Registered for the picnic, but on no list; their phones follow those of the members.
GUEST_NAMES = ("Neighbour from No. 12", "Auntie Bee", "Raúl", None)


class OptedOutMember(NamedTuple):
    """A member who may not be texted, and how that is recorded."""

    member_index: int
    source: str
    reason: str | None


OPTED_OUT_MEMBERS = (
    OptedOutMember(3, "inbound", "Texted STOP"),
    OptedOutMember(17, "manual", "Told us at the door"),
    OptedOutMember(41, "import", None),
)
UNDELIVERABLE_MEMBER_INDEX = 26
UNDELIVERABLE_REASON = "No such number any more"

PICNIC_TITLE = "Spring picnic at City Park"
PICNIC_DAYS_AHEAD = 16
FLU_CLINIC_TITLE = "Flu clinic"
FLU_CLINIC_DAYS_AHEAD = 30


class DemoKeyword(NamedTuple):
    """A keyword rule, with the other words that start it."""

    rule: KeywordInfo
    aliases: list[str]


def build_keywords(flu_clinic_id: int | None) -> list[DemoKeyword]:
    """Return the keyword rules: an information, a way onto the list, and a registration."""
    hours = KeywordInfo(
        "HOURS",
        "The food pantry is open Tuesdays and Fridays from 9 to 12, "
        "at the side door on Elm Street. No papers needed.",
    )
    join = KeywordInfo(
        "JOIN",
        "Welcome, {first_name|friend}! You get our news now, about once a week. "
        "Reply STOP to leave.",
        match_kind=KeywordMatch.FIRST,
        action=KeywordAction.SUBSCRIBE,
    )
    flu = KeywordInfo(
        "FLU",
        "{first_name|Friend}, you are registered for the {event_title} on {event_date}. "
        "Bring your insurance card.",
        action=KeywordAction.ADD_TO_EVENT,
        event_id=flu_clinic_id,
    )
    return [
        DemoKeyword(hours, ["OPEN", "PANTRY"]),
        DemoKeyword(join, ["SIGN ME UP"]),
        DemoKeyword(flu, ["FLU SHOT"]),
    ]


SURVEY_NAME = "Who comes to the picnic"
SURVEY_KEYWORD = "PICNIC"
SURVEY_WELCOME = "Hi {first_name|friend}, the spring picnic is at City Park this year."
SURVEY_THANKS = "Thank you, we look forward to it. Bring a dish to share!"
# Every survey of a demo that registers people begins with them.
REGISTRATION_QUESTIONS = (
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
)
SURVEY_QUESTIONS = (
    *REGISTRATION_QUESTIONS,
    SurveyQuestion(
        "What will you bring?",
        QuestionType.CHOICE,
        choices=("Salad", "Cake", "Drinks", "Only ourselves"),
    ),
    SurveyQuestion("What is your name?", QuestionType.NAME),
)


class Direction(Enum):
    """Whether a text came in or was our reply."""

    INBOUND = "inbound"
    REPLY = "reply"


class DemoText(NamedTuple):
    """A text of a conversation, `minutes` before the demo data is loaded."""

    minutes: int
    direction: Direction
    body: str


class DemoConversation(NamedTuple):
    """A conversation, oldest text first; `member_index` is None for an unknown sender."""

    member_index: int | None
    texts: tuple[DemoText, ...]
    may_mean_stop: bool = False


CONVERSATIONS = (
    DemoConversation(
        6,
        (
            DemoText(1720, Direction.INBOUND, "Hola, ¿puedo llevar a mis primos al picnic?"),
            DemoText(
                1660, Direction.REPLY, "Of course, Ana! Bring everybody. There is enough for all."
            ),
            DemoText(1651, Direction.INBOUND, "¡Gracias! 🎉"),
            DemoText(44, Direction.INBOUND, "One more thing: is there parking near the gate?"),
        ),
    ),
    DemoConversation(
        12,
        (DemoText(95, Direction.INBOUND, "متى تبدأ العيادة يوم الخميس؟"),),
    ),
    DemoConversation(
        None,
        (DemoText(180, Direction.INBOUND, "Who is this? I got a text about a picnic."),),
    ),
    DemoConversation(
        24,
        (
            DemoText(260, Direction.REPLY, "Hi Bob, are you coming on Saturday?"),
            DemoText(230, Direction.INBOUND, "who is this?? stop texting me or i call somebody"),
        ),
        may_mean_stop=True,
    ),
    DemoConversation(
        1,
        (
            DemoText(3100, Direction.INBOUND, "Can I still sign up for the flu clinic?"),
            DemoText(3080, Direction.REPLY, "Yes, you are on the list now."),
            DemoText(3079, Direction.INBOUND, "Great, thanks"),
        ),
    ),
)
SAVED_REPLIES = (
    (
        "Where and when",
        "Hi {first_name|there}, we meet at City Park, by the north gate. "
        "Parking is free on Saturdays.",
    ),
    ("Thank you", "Thank you, {first_name|friend}! See you there."),
)


def make_demo_phone(index: int) -> str:
    """Return the phone of the member or guest with this index."""
    return f"+1{AREA_CODES[index % len(AREA_CODES)]}55501{10 + index:02}"
