"""Who leaves one topic, who comes back, and who only speaks of it; pauses in any words."""

from pathlib import Path

import pytest

from app.domain.opt_outs.opt_out_detection import OptOutVerdict, judge_opt_out
from app.domain.opt_outs.pause_requests import (
    is_bare_pause_word,
    may_ask_for_pause,
    read_pause_days,
)
from app.domain.opt_outs.topic_names import fold_topic_words, has_own_word
from app.domain.opt_outs.topic_requests import (
    TopicWish,
    can_be_left_by_name,
    read_topic_request,
)
from tests.speed_limits import limit_seconds

DATA = Path(__file__).parents[1] / "data"
TOPICS = dict(
    enumerate(
        (
            "Choir",
            "Youth group",
            "Prayer chain",
            "Chœur des hommes",
            "Coro",
            "Chorale",
            "Sunday school",
            "Food pantry",
            "Men's breakfast",
            "Orchestre",
        ),
        1,
    )
)
WISHES = {
    "DOUBT": TopicWish.UNCLEAR,
    "LEAVE": TopicWish.LEAVE,
    "ALL": TopicWish.LEAVE_ALL,
    "JOIN": TopicWish.JOIN,
}


def rows(name):
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


def is_read_as_wanted(wanted, names, body):
    request = read_topic_request(body, TOPICS)
    if wanted == "NONE":
        return request is None
    if request is None or request.wish is not WISHES[wanted]:
        return False
    named = "; ".join(TOPICS[topic_id] for topic_id in request.topic_ids)
    return wanted == "ALL" or named == names


@pytest.mark.parametrize("name", ["topic_requests.tsv", "topic_requests_unseen.tsv"])
def test_each_text_of_the_lists_is_read_as_a_careful_reader_reads_it(name):
    assert [row for row in rows(name) if not is_read_as_wanted(*row)] == []


THIRD_TOPICS = dict(
    enumerate(
        (
            *("Choir", "Choir parents", "Youth group", "5K Run", "Café social", "Bible study"),
            *("Night shift", "Niños", "Grupo de jóvenes", "Chorale", "Catéchèse", "Bénévoles"),
        ),
        1,
    )
)
# A person decides about them, or they stop all texts.
NOT_READ = {
    "Hi, could you remove me from the choir list? Thank you",
    "not on night shift any more, stop night shift",
}


def read_third(body):
    """What a text asks for, as the third list writes it."""
    request = read_topic_request(body, THIRD_TOPICS)
    if request is not None:
        names = "; ".join(THIRD_TOPICS[topic_id] for topic_id in request.topic_ids)
        return {value: key for key, value in WISHES.items()}.get(request.wish, "DOUBT"), names
    days = read_pause_days(body)
    return (f"PAUSE {days}" if days else "SPEECH"), ""


def test_the_third_list_is_read_as_wanted_or_stops_more():
    wanted = [row for row in rows("topic_requests_third.tsv") if row[0] != "ALL"]
    wrong = {row[2] for row in wanted if read_third(row[2]) != (row[0], row[1])}
    assert wrong == NOT_READ
    assert all(
        judge_opt_out(body) is not OptOutVerdict.NONE or read_third(body)[0] == "DOUBT"
        for body in NOT_READ
    )


def test_a_word_that_several_topics_have_is_not_clear():
    topics = {1: "Youth choir", 2: "Adult choir", 3: "Alerts"}
    request = read_topic_request("STOP CHOIR", topics)
    assert (request.wish, request.topic_ids) == (TopicWish.UNCLEAR, (1, 2))
    assert read_topic_request("JOIN CHOIR", topics) is None
    assert read_topic_request("STOP ADULT CHOIR", topics).topic_ids == (2,)
    assert read_topic_request("stop youth", topics).topic_ids == (1,)
    # A topic whose name is a word for all texts cannot be left by its name.
    assert read_topic_request("STOP ALERTS", topics) is None
    assert not has_own_word(fold_topic_words("All texts"))
    assert read_topic_request("STOP CHOIR", {}) is None


def test_a_former_name_means_the_topic_until_another_has_it():
    topics = {1: "Singers", 2: "Youth"}
    former = [(1, "Choir"), (2, "Young choir"), (2, "All texts")]
    assert read_topic_request("STOP CHOIR", topics, former).topic_ids == (1,)
    assert read_topic_request("stop singers and young choir", topics, former).topic_ids == (1, 2)
    assert read_topic_request("STOP CHOIR", topics | {3: "Choir"}, former).topic_ids == (3,)
    # Two topics that were called so, one after the other: a person decides.
    request = read_topic_request("STOP CHOIR", topics, [*former, (2, "Choir")])
    assert (request.wish, request.topic_ids) == (TopicWish.UNCLEAR, (1, 2))
    assert read_topic_request("STOP ALL TEXTS", topics, former) is None


def test_a_hostile_text_is_read_at_once():
    topics = {number: f"Choir {number} of the town" for number in range(200)}
    with limit_seconds(0.5):
        for body in ("stop " * 5000, "stop " + "choir and " * 14, "STOP CHOIR " + "\u0301" * 100):
            read_topic_request(body, topics)
            read_pause_days(body)


NESTED = {1: "Choir", 2: "Choir parents", 3: "St. Mary's youth", 4: "5K Run", 5: "10:30 Mass"}
READ_AS = {
    "STOP CHOIR": ("leave", 1),
    "STOP CHOIR PARENTS": ("leave", 2),
    "stop choir and choir parents": ("leave", 1, 2),
    "unsubscribe from choir, choir parents": ("leave", 1, 2),
    "STOPCHOIR": ("leave", 1),
    "StopChoirParents!": ("leave", 2),
    "STOP St. Mary's youth": ("leave", 3),
    "STOP ST MARYS YOUTH": ("leave", 3),
    "stop 5k": ("leave", 4),
    "STOP 10:30 MASS": ("leave", 5),
    # A person decides, and nothing is sent until then.
    "stop choir for now": ("unclear", 1),
    "stop choir, keep the 5K run": ("unclear", 1, 4),
    "STOP ALL EXCEPT CHOIR": ("unclear", 1),
    "Keep choir, stop the rest": ("unclear",),
    "leave choir and join 5k": ("unclear", 1, 4),
    "PAUSE CHOIR": ("unclear", 1),
    "not in it any more, stop choir": ("unclear", 1),
    # Speech.
    "don't stop choir": (),
    "can I leave choir early": (),
    "Stopped by": (),
    "stop choir?": (),
}


def test_names_within_names_and_requests_that_say_more():
    found = {}
    for body in READ_AS:
        request = read_topic_request(body, NESTED)
        found[body] = (request.wish.value, *request.topic_ids) if request else ()
    assert found == READ_AS


UNFIT_NAMES = ("Stop smoking", "All", "Stop", "The End", "Yes", "🎵", "Remove me", "Alerts", "Now")


def test_a_topic_has_a_name_that_stop_leaves():
    assert [name for name in UNFIT_NAMES if can_be_left_by_name(name)] == []
    names = (
        "Choir!",
        "N.A.",
        "24/7 prayer",
        "Más allá",
        "Quit smoking",
        "Help desk",
        "2",
        "Família",
    )
    assert [name for name in names if not can_be_left_by_name(name)] == []


PAUSES = {
    "PAUSE": 30,
    "pause": 30,
    "Pause, please.": 30,
    "PAUSE 30": 30,
    "PAUSE30": 30,
    "Pause 2 weeks": 14,
    "pause texts for two weeks": 14,
    "please pause messages for the next 10 days": 10,
    "pause for a month thanks": 30,
    "PAUSE 400": 365,
    "pause 99999 days": 365,
    "pausa": 30,
    "pausa 30": 30,
    "Pausa 15 días": 15,
    "pausar mensajes por un mes": 30,
    "pause 3 semaines": 21,
    "pause pendant 2 mois svp": 60,
    "PAUSE 99999999": 365,
    "PAUSE thirty": 30,
    "pause ten days": 10,
    "Pause 90 days please, traveling": 90,
    "mettre en pause un mois": 30,
    "PAUSE 0": None,
    "pause?": None,
    "can you pause the music": None,
    "let's pause here": None,
    "pause for lunch at 12": None,
    "Pause 2 minutes": None,
    "hit pause 😂": None,
    "pausa activa a las 10": None,
    "menopause group": None,
    "STOP": None,
}


UNCLEAR_PAUSES = [
    "pause until June",
    "Pause my texts forever",
    "pausa hasta enero",
    "PAUSE 30, or just remove me",
    "pause 30 stop",
    "no texts for 2 weeks",
]


def test_a_pause_without_a_day_is_for_a_person_to_decide():
    assert [body for body in UNCLEAR_PAUSES if read_pause_days(body)] == []
    assert [body for body in UNCLEAR_PAUSES if not may_ask_for_pause(body)] == []
    assert [body for body in PAUSES if may_ask_for_pause(body)] == []


def test_a_pause_is_as_long_as_they_say_and_speech_is_none():
    assert {body: read_pause_days(body) for body in PAUSES} == PAUSES
    assert [body for body in PAUSES if is_bare_pause_word(body)] == [
        "PAUSE",
        "pause",
        "pausa",
        "pause?",
    ]
