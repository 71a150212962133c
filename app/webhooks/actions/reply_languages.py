"""In which language a request is confirmed."""

from collections.abc import Iterable

from app.domain.opt_outs.request_languages import find_request_language
from app.domain.texts.inbound_text import InboundText
from app.profiles.queries.reader_languages import find_reader_language


def find_reply_language(text: InboundText, name_words: Iterable[str] = ()) -> str | None:
    """Return the language (BCP 47) of a request, else that of the person, None when unknown.

    `name_words`: of its topics. "STOP" and "HELP" belong to every language, for we ask for them.
    """
    return find_request_language(text.words, name_words) or find_reader_language(text.phone)
