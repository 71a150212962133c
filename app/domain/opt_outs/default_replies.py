"""The replies to HELP, STOP and START, where the organisation has not written its own."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from app.domain.texts.text_languages import DEFAULT_LANGUAGE
from app.domain.texts.translations import choose_translation


class StandingReply(StrEnum):
    """What is answered the same way to everybody."""

    HELP = "help"
    STOP = "stop"
    START = "start"
    PAUSE = "pause"
    TOPIC_LEFT = "topic_left"
    TOPIC_BACK = "topic_back"


# What the carriers require of a reply to HELP: who texts, how to reach a person, how often, what
# it costs, how to stop. The reply to STOP is one text, without an attempt to change their mind
# (47 CFR 64.1200(a)(12)). The words are of GSM-7, for 160 characters to a segment.
DEFAULT_REPLIES: Mapping[StandingReply, Mapping[str, str]] = {
    StandingReply.HELP: {
        "en": "{org_name}: news and updates. Reply to reach a person. Message frequency varies. "
        "Msg & data rates may apply. Reply STOP to opt out.",
        "es": "{org_name}: noticias y avisos. Responda para hablar con una persona. La frecuencia "
        "de mensajes puede variar. Pueden aplicarse tarifas de mensajes y datos. Responda STOP "
        "para cancelar.",
        "fr": "{org_name}: nouvelles et rappels. Répondez pour joindre une personne. La fréquence "
        "des messages varie. Des frais de messages et de données peuvent s'appliquer. Répondez "
        "STOP pour vous désabonner.",
    },
    StandingReply.STOP: {
        "en": "{org_name}: you have opted out and won't get any more texts. Reply START to get "
        "them again.",
        "es": "{org_name}: ya no le enviaremos mensajes. Responda START para recibirlos de nuevo.",
        "fr": "{org_name}: vous ne recevrez plus nos SMS. Répondez START pour les recevoir de "
        "nouveau.",
    },
    StandingReply.START: {
        "en": "{org_name}: you will get our texts again. Reply HELP for help, STOP to opt out. Msg "
        "& data rates may apply.",
        "es": "{org_name}: le enviaremos mensajes de nuevo. Responda HELP para ayuda, STOP para "
        "cancelar. Pueden aplicarse tarifas de mensajes y datos.",
        "fr": "{org_name}: vous recevrez de nouveau nos SMS. Répondez HELP pour de l'aide, STOP "
        "pour vous désabonner. Des frais peuvent s'appliquer.",
    },
}


def get_default_reply(reply: StandingReply, language: str, name: str) -> str:
    """Return the default in a language (BCP 47), with the organisation's name; else in English."""
    texts = DEFAULT_REPLIES[reply]
    tag = choose_translation(language, texts) or DEFAULT_LANGUAGE
    return texts[tag].replace("{org_name}", name)


def list_default_replies(reply: StandingReply, names: Collection[str]) -> set[str]:
    """Return the default in every language, with each of these names of the organisation."""
    texts = DEFAULT_REPLIES[reply]
    return {get_default_reply(reply, language, name) for language in texts for name in names}
