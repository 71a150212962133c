"""Conversations of the last days: what people wrote, and what was answered."""

from typing import NamedTuple

STRANGER_PHONE = "+13125550177"


class PastText(NamedTuple):
    """A text, so many minutes ago, by "them" or by one of our users."""

    minutes_ago: int
    author: str
    body: str


class PastConversation(NamedTuple):
    """A conversation, oldest text first; `member` is the person's index, None a stranger.

    `assigned_to`, `done_by`: users. `note`: what a user wrote down about the person.
    """

    member: int | None
    texts: tuple[PastText, ...]
    assigned_to: str | None = None
    done_by: str | None = None
    note: str | None = None


CONVERSATIONS = (
    PastConversation(
        12,
        (
            PastText(4300, "them", "Is the pantry open on holidays?"),
            PastText(4270, "sam", "Hi Ahmed, on holidays we open from 10 to 12."),
            PastText(4265, "them", "Perfect, thank you"),
        ),
        done_by="sam",
    ),
    PastConversation(
        4,
        (
            PastText(2950, "them", "Could someone visit my mother in the hospital this week?"),
            PastText(2900, "grace", "Of course, Peter. Which hospital, and when is a good time?"),
            PastText(2880, "them", "St. Anthony, room 214, afternoons. She loves company."),
            PastText(2860, "grace", "Pastor Dawit will come tomorrow at 3."),
        ),
        assigned_to="grace",
        note="Mother is at St. Anthony, room 214. Pastor Dawit visits on Thursdays.",
    ),
    PastConversation(
        24,
        (
            PastText(1540, "them", "Hola, ¿puedo llevar a mis primos a la cena?"),
            PastText(1500, "sam", "¡Claro que sí! How many are you?"),
            PastText(1490, "them", "Somos siete 🎉"),
            PastText(1480, "sam", "Wonderful, seven bowls of soup it is."),
        ),
    ),
    PastConversation(
        36,
        (PastText(172, "them", "What is the wifi password in the hall again?"),),
        assigned_to="sam",
    ),
    PastConversation(48, (PastText(128, "them", "متى تبدأ العيادة يوم الخميس؟"),)),
    PastConversation(None, (PastText(96, "them", "Who is this? I got a text about soup."),)),
    PastConversation(
        60,
        (
            PastText(75, "sam", "Hi Jean-Baptiste, can you bring the big pot on Saturday?"),
            PastText(52, "them", "Yes! Is the side door open at 4?"),
        ),
    ),
    PastConversation(
        77,
        (
            PastText(
                41, "them", "I am so tired of all these texts, can you take me off this please"
            ),
        ),
    ),
    PastConversation(
        16,
        (PastText(18, "them", "Is there parking for a wheelchair van near the hall?"),),
    ),
)
SAVED_REPLIES = (
    (
        "Pantry hours",
        "Hi {first_name|friend}, the pantry is open Tuesdays and Fridays from 9 to 12.",
    ),
    ("Parking", "There is free parking behind the library, two minutes on foot."),
    ("Thank you", "Thank you, {first_name|friend}! See you there."),
)
# They come in while a visitor looks around: seconds after the beginning, and from whom.
COMING_TEXTS = (
    (25, 9, "YES"),
    (50, 30, "Yes, two of us. Can we bring bread?"),
    (85, 41, "No, I work on Saturday. Save me a bowl!"),
    (130, 13, "SUPPER"),
    (190, 55, "Yes 🙂"),
    (260, 64, "What time does it end?"),
    (340, 70, "HOURS"),
    (430, 19, "Is there something without gluten?"),
    (540, 83, "Sí, con mis hijos"),
    (660, 90, "NO"),
    (780, 27, "Thank you for the ride last Sunday!"),
    (900, 101, "Yes!"),
)
