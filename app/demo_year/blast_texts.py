"""What the made-up organisation sent during its year, and what people answered."""

from enum import Enum
from pathlib import Path
from typing import NamedTuple

ORGANISATION_NAME = "Riverside Community Church"
TIME_ZONE = "America/Denver"
ADMIN = ("grace", "Grace Okafor")
MANAGER = ("sam", "Sam Rivera")
BLASTS_FILE = Path(__file__).with_name("blasts.txt")


class Mood(Enum):
    """How people answer a blast."""

    QUIET = "quiet"
    INVITED = "invited"
    THANKFUL = "thankful"


class DemoBlast(NamedTuple):
    """A blast to the community, `days` ago or ahead, at a time of the organisation's clocks."""

    days: int
    time: str
    author: str
    mood: Mood
    name: str
    body: str


def load_blasts() -> list[DemoBlast]:
    """Return what was sent, the oldest first."""
    blasts = []
    for line in BLASTS_FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        days, time, author, mood, name, body = line.split(" | ")
        blasts.append(DemoBlast(int(days), time, author, Mood(mood), name, body))
    return blasts


LAST_BLAST = DemoBlast(
    0,
    "",
    "sam",
    Mood.INVITED,
    "Soup supper",
    "{first_name|Hi}, our soup supper is coming up. Will you join us? Reply YES or NO, or text "
    "SUPPER to sign up.",
)
PAUSED_BLAST = DemoBlast(
    1,
    "18:20",
    "sam",
    Mood.QUIET,
    "Choir rehearsal",
    "Choir practice starts at 7:30 PM tonight, half an hour later than usual.",
)
COMING_BLASTS = (
    DemoBlast(
        1,
        "17:30",
        "sam",
        Mood.QUIET,
        "Bible study",
        "Bible study tonight at 7 PM in the library room. Bring a friend, {first_name|friend}.",
    ),
    DemoBlast(
        3,
        "09:00",
        "sam",
        Mood.QUIET,
        "Pantry hours",
        "The pantry is open today from 9 to 12, side door on Elm Street. No papers needed.",
    ),
    DemoBlast(
        6,
        "16:00",
        "grace",
        Mood.INVITED,
        "Sunday lunch",
        "Lunch for everyone after the 11 AM service this Sunday. Coming? Reply YES or NO.",
    ),
)

YES_REPLIES = ("YES", "Yes", "yes!", "YES see you there", "Sí", "Yes, all four of us", "Yes 🙂")
NO_REPLIES = ("NO", "No, sorry", "no", "Not this time, I work", "NO but next time!")
THANKFUL_REPLIES = (
    "Thank you!",
    "Thanks Grace",
    "Gracias 🙏",
    "Wonderful!",
    "God bless you all",
    "I can bring two",
    "Please add Samuel",
    "RIDE",
)
QUIET_REPLIES = ("Thanks", "Ok", "HOURS", "👍")
STOP_REPLIES = ("STOP", "Stop", "Unsubscribe", "stop please")
