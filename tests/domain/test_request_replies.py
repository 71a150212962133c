"""Confirmations of topics and pauses: the language of the request, one segment, how to stop all."""

from datetime import date, timedelta

from app.core.clock import now
from app.domain.opt_outs.default_replies import StandingReply
from app.domain.opt_outs.request_languages import RequestLanguage, find_request_language
from app.domain.opt_outs.request_replies import (
    BUILT_IN_REPLIES,
    TOPIC_CHANGE_REPLIES,
    TopicChange,
    describe_pause_day,
    join_topic_names,
    shorten_topic_reply,
)
from app.domain.opt_outs.topic_names import fold_topic_words
from app.domain.texts.segments import measure_segments
from app.domain.time.pause_days import PauseEnd

LANGUAGES = {
    "STOP CORO": None,
    "stop coro por favor": "es",
    "Start coro": None,
    "Stop the coro": "en",
    "ya no quiero mensajes del coro": "es",
    "quiero volver a coro": "es",
    "BAJA CORO": "es",
    "salir de coro": "es",
    "arrêtez les messages de coro": "fr",
    "je ne veux plus recevoir les SMS de coro": "fr",
    "désinscrivez-moi de coro": "fr",
    "rejoindre coro": "fr",
    "unsubscribe from coro": "en",
    "leave coro": "en",
    "PAUSE": None,
    "PAUSE 30": None,
    "PAUSE30": None,
    "pausa": "es",
    "pausar por 30 días": "es",
    "pause 3 semaines": "fr",
    "pause pendant 2 mois svp": "fr",
    "pause 2 weeks": "en",
    "pause for a month": "en",
    "no more coro": "en",
}


def test_a_request_is_answered_in_its_own_language():
    assert {body: find_request_language(body, ["CORO"]) for body in LANGUAGES} == LANGUAGES
    # A topic's own name says nothing about it.
    name = "Los mensajes del grupo"
    assert find_request_language(f"STOP {name}", fold_topic_words(name)) is None


def build_pause_reply(end, language):
    """The confirmation of a pause."""
    day = describe_pause_day(end, language, "US")
    return BUILT_IN_REPLIES[StandingReply.PAUSE][language].format(day=day)


def build_topic_reply(change, names, language):
    """The confirmation about topics."""
    topics = join_topic_names(names, language)
    reply = BUILT_IN_REPLIES[TOPIC_CHANGE_REPLIES[change]][language].format(topics=topics)
    return shorten_topic_reply(reply, change, language)


def test_what_we_ask_people_to_text_says_nothing_about_their_language():
    for body in ("STOP", "START", "HELP", "info"):
        assert find_request_language(body) is None
    assert (find_request_language("AYUDA"), find_request_language("aide")) == ("es", "fr")


def test_each_confirmation_is_one_segment_and_says_how_to_stop_all():
    today = date(2026, 12, 1)
    days = [today + timedelta(days=30 * month) for month in range(13)]
    long_names = ["Grupo de jóvenes de los sábados por la tarde", "Chœur des hommes", "🎵" * 20]
    for language in RequestLanguage:
        replies = [build_pause_reply(PauseEnd(now(), day, today), language) for day in days]
        for change in TopicChange:
            replies += [build_topic_reply(change, long_names[:n], language) for n in (1, 2, 3)]
            replies.append(build_topic_reply(change, ["Choir", "Youth"], language))
            assert "Choir" in replies[-1]
        assert [reply for reply in replies if measure_segments(reply).segments > 1] == []
        assert [reply for reply in replies if "STOP" not in reply] == []


def test_the_day_of_a_pause_is_said_in_each_language():
    first = PauseEnd(now(), date(2027, 8, 1), date(2026, 11, 28))
    spanish = build_pause_reply(first, RequestLanguage.SPANISH)
    french = build_pause_reply(first, RequestLanguage.FRENCH)
    assert "hasta el 1 de agosto de 2027." in spanish
    assert "jusqu'au 1er aout 2027." in french
    later = PauseEnd(now(), date(2026, 12, 28), date(2026, 11, 28))
    assert "until December 28." in build_pause_reply(later, RequestLanguage.ENGLISH)
    assert "jusqu'au 28 décembre." in build_pause_reply(later, RequestLanguage.FRENCH)
    assert describe_pause_day(later, "vi", "US") == "Thứ 2, 28 thg 12"
    assert join_topic_names(["Choir", "Youth"], "vi") == "Choir, Youth"


def test_every_built_in_reply_is_of_plain_letters_and_says_what_it_must():
    for reply in StandingReply:
        texts = BUILT_IN_REPLIES[reply]
        assert sorted(texts) == ["en", "es", "fr"]
        for body in texts.values():
            assert measure_segments(body.replace("{", "(").replace("}", ")")).encoding == "GSM-7"
            assert "STOP" in body or reply is StandingReply.STOP
    assert all("START" in body for body in BUILT_IN_REPLIES[StandingReply.STOP].values())
