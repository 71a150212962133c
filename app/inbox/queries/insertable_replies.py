"""The texts that can be inserted into a reply: saved replies, and templates for replies."""

from dataclasses import dataclass

from app.domain.texts.message_templates import fill_template
from app.domain.texts.template_purposes import TemplatePurpose
from app.inbox.queries.saved_replies import find_saved_replies, find_saved_reply
from app.message_templates.queries.template_choices import VERSION_FIELD, list_template_choices
from app.message_templates.queries.template_records import find_version
from app.organisation import queries as organisation

SAVED_REPLY_FIELD = "saved"


@dataclass(frozen=True)
class InsertableReply:
    """A text filled in for one person, and the button that inserts it without scripts."""

    field: str
    id: int
    title: str
    body: str


def fill_reply(template: str, name: str | None) -> str:
    """Return a text as the person with this name gets it."""
    return fill_template(template, name, organisation.get_text_values())


def list_insertable_replies(name: str | None) -> list[InsertableReply]:
    """Return what can be inserted into a reply to somebody with this name, by title."""
    replies = [
        InsertableReply(SAVED_REPLY_FIELD, reply.id, reply.title, fill_reply(reply.body, name))
        for reply in find_saved_replies()
    ]
    for choice in list_template_choices(TemplatePurpose.REPLY):
        body = fill_reply(choice.body, name)
        replies.append(InsertableReply(VERSION_FIELD, choice.version_id, choice.label, body))
    return sorted(replies, key=lambda reply: reply.title.casefold())


def find_insertable_text(field: str, id_: int) -> str | None:
    """Return the text behind a button, with its placeholders; None where it is gone."""
    if field == SAVED_REPLY_FIELD:
        reply = find_saved_reply(id_)
        return reply.body if reply else None
    version = find_version(id_)
    return version.body or None if version else None


def find_version_of_reply(body: str, name: str | None) -> int | None:
    """Return the template version whose text, filled in for this person, a reply is; or None."""
    for choice in list_template_choices(TemplatePurpose.REPLY):
        if fill_reply(choice.body, name).strip() == body.strip():
            return choice.version_id
    return None
