"""The replies to HELP, STOP, START, pauses and topics, in the language of their reader."""

from collections.abc import Mapping
from typing import NamedTuple

from app.domain.opt_outs.default_replies import StandingReply, get_default_reply
from app.domain.opt_outs.notice_templates import SETTINGS_REPLIES, build_seed_key
from app.domain.opt_outs.request_replies import BUILT_IN_REPLIES
from app.domain.texts.message_templates import fill_placeholders
from app.domain.texts.text_languages import DEFAULT_LANGUAGE
from app.domain.texts.translations import choose_translation, is_same_language
from app.message_templates.queries.reader_texts import ReaderText, find_texts_of_seed
from app.organisation import queries as organisation

FILLED_IN = ("day", "topics")


class StandingText(NamedTuple):
    """A reply with its placeholders, and the organisation's name for them."""

    text: ReaderText
    language: str
    organisation_name: str

    @property
    def is_built_in(self) -> bool:
        """Whether these are the words of the program."""
        texts = {body for replies in BUILT_IN_REPLIES.values() for body in replies.values()}
        return self.text.body in texts

    def fill_in(self, values: Mapping[str, str] | None = None) -> str:
        """Return the reply as it is texted."""
        names = {"org_name": self.organisation_name}
        return fill_placeholders(self.text.body, {**names, **(values or {})}, FILLED_IN)


def find_standing_text(reply: StandingReply, language: str | None) -> StandingText:
    """Return a reply in a language (BCP 47); None, or none of this one: the organisation's.

    In its own language HELP, STOP and START are answered as the settings page says. Otherwise the
    template for this reply comes before the words of the program.
    """
    own_reply = organisation.read_own_reply(reply)
    texts = find_texts_of_seed(build_seed_key(reply))
    built_in = BUILT_IN_REPLIES[reply]
    wanted_languages = (language, own_reply.language, DEFAULT_LANGUAGE)
    for language_tag in filter(None, wanted_languages):
        if reply in SETTINGS_REPLIES and is_same_language(language_tag, own_reply.language):
            text = own_reply.text or get_default_reply(reply, own_reply.language, own_reply.name)
            return StandingText(ReaderText(text), own_reply.language, own_reply.name)
        tag = choose_translation(language_tag, texts)
        if tag is not None:
            return StandingText(texts[tag], tag, own_reply.name)
        tag = choose_translation(language_tag, built_in)
        if tag is not None:
            return StandingText(ReaderText(built_in[tag]), tag, own_reply.name)
    raise AssertionError("every reply is built in in English")
