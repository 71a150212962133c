"""Reactions in a conversation: each is shown under the text that it means."""

from collections.abc import Sequence
from dataclasses import replace

from app.domain.texts.own_words import InboundReading, TextAuthor, read_inbound_text
from app.domain.texts.reaction_targets import find_reaction_target
from app.inbox.queries.conversation_entries import ConversationEntry, ShownReaction

# A phone quotes one of the last texts; the page has forty.
MAX_QUOTED_TEXTS = 10


def place_reactions(entries: Sequence[ConversationEntry]) -> list[ConversationEntry]:
    """Return the entries, oldest first, with each reaction under the text that it means.

    A reaction to a text that is not among them stays where it came in, as a line of its own.
    """
    shown_entries: list[ConversationEntry] = []
    for entry in entries:
        reading = _read_entry(entry, shown_entries)
        if reading.kind is TextAuthor.REACTION:
            _place_reaction(entry, reading, shown_entries)
        else:
            shown_entries.append(replace(entry, is_automatic=reading.kind is TextAuthor.MACHINE))
    return shown_entries


def _read_entry(entry: ConversationEntry, earlier: Sequence[ConversationEntry]) -> InboundReading:
    if not entry.is_inbound:
        return InboundReading(entry.body)
    our_texts = [text.body for text in reversed(earlier) if not text.is_inbound]
    return read_inbound_text(entry.body, our_texts[:MAX_QUOTED_TEXTS])


def _place_reaction(
    entry: ConversationEntry, reading: InboundReading, shown_entries: list[ConversationEntry]
) -> None:
    target = find_reaction_target(reading.quoted_text, [text.body for text in shown_entries])
    if target is None:
        shown_entries.append(replace(entry, is_reaction=True))
        return
    reaction = ShownReaction(entry.id, reading.reaction or entry.body, entry.created_at)
    reactions = (*shown_entries[target].reactions, reaction)
    shown_entries[target] = replace(shown_entries[target], reactions=reactions)
