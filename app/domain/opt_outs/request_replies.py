"""The confirmations of topics and pauses, each in the language of the request.

One segment each where the names allow it: the words have no letters outside of GSM-7 ("más",
"arrêter"), which would leave room for 70 characters instead of 160.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from app.domain.audiences.audience_rules import join_words
from app.domain.opt_outs.request_languages import RequestLanguage
from app.domain.texts.segments import measure_segments
from app.domain.time.pause_days import PauseEnd


class TopicChange(StrEnum):
    """What is confirmed about topics."""

    LEFT = "left"
    BACK = "back"


EN = RequestLanguage.ENGLISH
ES = RequestLanguage.SPANISH
FR = RequestLanguage.FRENCH
TOPIC_REPLIES: Mapping[TopicChange, Mapping[RequestLanguage, str]] = {
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
NAMELESS_REPLIES: Mapping[TopicChange, Mapping[RequestLanguage, str]] = {
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
PAUSE_REPLIES: Mapping[RequestLanguage, str] = {
    EN: "No texts until {day}. Reply START to get them again sooner, STOP to stop all texts.",
    ES: "Sin mensajes hasta el {day}. Responda START para recibirlos antes, STOP para no "
    "recibir ninguno.",
    FR: "Aucun SMS jusqu'au {day}. Répondez START pour en recevoir avant, STOP pour ne plus en "
    "recevoir.",
}
_AND = {EN: "and", ES: "y", FR: "et"}
# "août" without its accent, as the spelling reform of 1990 allows: it is no letter of GSM-7.
_MONTHS = {
    ES: "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    FR: "janvier février mars avril mai juin juillet aout septembre octobre novembre décembre",
}


def choose_reply_language(
    request_language: RequestLanguage | None, person_language: str | None
) -> RequestLanguage:
    """Return the language of an answer: that of the request, else the person's, else English.

    `person_language`: BCP 47, such as "es-MX".
    """
    if request_language is not None:
        return request_language
    code = (person_language or "").lower().partition("-")[0]
    return RequestLanguage(code) if code in set(RequestLanguage) else EN


def build_topic_reply(change: TopicChange, names: Sequence[str], language: RequestLanguage) -> str:
    """Return the confirmation about these topics; without their names where they are too long."""
    topics = join_words(list(names), _AND[language])
    reply = TOPIC_REPLIES[change][language].format(topics=topics)
    if measure_segments(reply).segments > 1:
        return NAMELESS_REPLIES[change][language]
    return reply


def build_pause_reply(end: PauseEnd, language: RequestLanguage) -> str:
    """Return the confirmation of a pause, with the day when it is over."""
    return PAUSE_REPLIES[language].format(day=_describe_day(end, language))


def _describe_day(end: PauseEnd, language: RequestLanguage) -> str:
    if language is EN:
        return end.day_in_words
    month = _MONTHS[language].split()[end.day.month - 1]
    number = "1er" if language is FR and end.day.day == 1 else str(end.day.day)
    joiner = " de " if language is ES else " "
    year = [str(end.day.year)] if end.is_other_year else []
    return joiner.join([number, month, *year])
