"""In which language a request is confirmed."""

from collections.abc import Iterable

from app.domain.opt_outs.request_languages import RequestLanguage, find_request_language
from app.domain.opt_outs.request_replies import choose_reply_language
from app.domain.texts.inbound_text import InboundText
from app.profiles.queries.person_details import find_language_of_phone


def find_reply_language(text: InboundText, name_words: Iterable[str] = ()) -> RequestLanguage:
    """Return the language of a request, else that of the person. `name_words`: of its topics."""
    language = find_request_language(text.words, name_words)
    if language is not None:
        return language
    return choose_reply_language(None, find_language_of_phone(text.phone))
