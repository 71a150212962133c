"""The confirmations of topics and pauses, each in the language of the request.

One segment each where the names allow it: the words have no letters outside of GSM-7 ("más",
"arrêter"), which would leave room for 70 characters instead of 160.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from app.domain.audiences.audience_rules import join_words
from app.domain.opt_outs.default_replies import DEFAULT_REPLIES, StandingReply
from app.domain.opt_outs.request_languages import RequestLanguage
from app.domain.texts.segments import measure_segments
from app.domain.time.language_dates import get_text_date_style
from app.domain.time.pause_days import PauseEnd


class TopicChange(StrEnum):
    """What is confirmed about topics."""

    LEFT = "left"
    BACK = "back"


EN = RequestLanguage.ENGLISH
ES = RequestLanguage.SPANISH
FR = RequestLanguage.FRENCH
TOPIC_REPLIES: Mapping[TopicChange, Mapping[str, str]] = {
    TopicChange.LEFT: {
        EN: "You won't get {topics} texts anymore. Reply STOP to stop all texts.",
        ES: "Ya no le llegan mensajes de {topics}. Responda STOP para no recibir ninguno.",
        FR: "Vous ne recevrez plus les SMS {topics}. Répondez STOP pour n'en recevoir aucun.",
    },
    TopicChange.BACK: {
        EN: "You will get {topics} texts again. Reply STOP to stop all texts.",
        ES: "Le llegan otra vez los mensajes de {topics}. Responda STOP para no recibir ninguno.",
        FR: "Vous recevrez de nouveau les SMS {topics}. Répondez STOP pour n'en recevoir aucun.",
    },
}
# Where the names would need a second segment.
NAMELESS_REPLIES: Mapping[TopicChange, Mapping[str, str]] = {
    TopicChange.LEFT: {
        EN: "You won't get those texts anymore. Reply STOP to stop all texts.",
        ES: "Ya no le llegan esos mensajes. Responda STOP para no recibir ninguno.",
        FR: "Vous ne recevrez plus ces SMS. Répondez STOP pour n'en recevoir aucun.",
    },
    TopicChange.BACK: {
        EN: "You will get those texts again. Reply STOP to stop all texts.",
        ES: "Le llegan otra vez esos mensajes. Responda STOP para no recibir ninguno.",
        FR: "Vous recevrez de nouveau ces SMS. Répondez STOP pour n'en recevoir aucun.",
    },
}
PAUSE_REPLIES: Mapping[str, str] = {
    EN: "No texts until {day}. Reply START to get them again sooner, STOP to stop all texts.",
    ES: "Sin mensajes hasta el {day}. Responda START para recibirlos antes, STOP para no "
    "recibir ninguno.",
    FR: "Aucun SMS jusqu'au {day}. Répondez START pour en recevoir avant, STOP pour ne plus en "
    "recevoir.",
}
# Every standing reply by language; {org_name}, {day} and {topics} are filled in.
BUILT_IN_REPLIES: Mapping[StandingReply, Mapping[str, str]] = {
    **DEFAULT_REPLIES,
    StandingReply.PAUSE: PAUSE_REPLIES,
    StandingReply.TOPIC_LEFT: TOPIC_REPLIES[TopicChange.LEFT],
    StandingReply.TOPIC_BACK: TOPIC_REPLIES[TopicChange.BACK],
}
TOPIC_CHANGE_REPLIES = {
    TopicChange.LEFT: StandingReply.TOPIC_LEFT,
    TopicChange.BACK: StandingReply.TOPIC_BACK,
}
_AND = {"en": "and", "es": "y", "fr": "et"}
# "août" without its accent, as the spelling reform of 1990 allows: it is no letter of GSM-7.
_MONTHS = {
    ES: "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    FR: "janvier février mars avril mai juin juillet aout septembre octobre novembre décembre",
}


def join_topic_names(names: Sequence[str], language: str) -> str:
    """Return topics in a sentence of a language (BCP 47): "Choir and Youth"."""
    word = _AND.get(language.partition("-")[0])
    return join_words(list(names), word) if word else ", ".join(names)


def shorten_topic_reply(reply: str, change: TopicChange, language: str) -> str:
    """Return a built-in confirmation without names where these need a second segment."""
    code = language.partition("-")[0]
    if measure_segments(reply).segments > 1 and code in set(RequestLanguage):
        return NAMELESS_REPLIES[change][RequestLanguage(code)]
    return reply


def describe_pause_day(end: PauseEnd, language: str, region: str) -> str:
    """Return the day when a pause is over, in a language (BCP 47): "28 de diciembre"."""
    code = language.partition("-")[0]
    if code == RequestLanguage.ENGLISH:
        return end.day_in_words
    if code not in set(RequestLanguage):
        return get_text_date_style(language, region).format_day(end.day, today=end.today)
    month = _MONTHS[RequestLanguage(code)].split()[end.day.month - 1]
    number = "1er" if code == RequestLanguage.FRENCH and end.day.day == 1 else str(end.day.day)
    joiner = " de " if code == RequestLanguage.SPANISH else " "
    year = [str(end.day.year)] if end.is_other_year else []
    return joiner.join([number, month, *year])
