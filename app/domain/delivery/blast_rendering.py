"""The rehearsal of a blast: who gets which text, who is left out, what it weighs; for review
and release alike.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from app.domain.delivery.skip_reasons import SkipReason
from app.domain.texts import message_templates, text_cleaning
from app.domain.texts.segments import (
    MAX_MESSAGE_CHARACTERS,
    SmsEncoding,
    count_utf16_units,
    measure_segments,
)


class BlastRecipient(NamedTuple):  # a tuple: there are 100,000 of them, and of Text
    """Somebody in the pool, and why they must not be texted (None: they may)."""

    name: str | None
    phone: str
    skip_reason: SkipReason | None


class RenderedText(NamedTuple):
    """What one number gets. Somebody left out gets an empty body of 0 segments."""

    name: str | None
    phone: str
    body: str
    encoding: str
    segments: int
    skip_reason: SkipReason | None


@dataclass(frozen=True)
class RenderedBlast:
    """Every number of the pool once, in the pool's order; `duplicates` counts the repeats that
    were merged.

    `event`: what stood for the event's placeholders.
    """

    texts: tuple[RenderedText, ...]
    duplicates: int
    event_values: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def sendable_texts(self) -> tuple[RenderedText, ...]:
        """The texts that would leave."""
        return tuple(text for text in self.texts if text.skip_reason is None)

    @property
    def recipient_count(self) -> int:
        """How many people get a text."""
        return len(self.sendable_texts)

    @cached_property
    def skip_reason_counts(self) -> dict[SkipReason, int]:
        """How many are left out, by reason; only reasons that occur."""
        return dict(
            Counter(text.skip_reason for text in self.texts if text.skip_reason is not None)
        )

    @cached_property
    def segment_count(self) -> int:
        """Parts that would be billed."""
        return sum(text.segments for text in self.sendable_texts)

    @cached_property
    def longest_text(self) -> RenderedText | None:
        """The text with the most parts, among these the most characters; None when nobody gets
        one.
        """
        return max(self.sendable_texts, key=_measure_text_size, default=None)

    @cached_property
    def shortest_text(self) -> RenderedText | None:
        """The text with the fewest parts, among these the fewest characters; None when nobody
        gets one.
        """
        return min(self.sendable_texts, key=_measure_text_size, default=None)

    @cached_property
    def too_long_texts(self) -> tuple[RenderedText, ...]:
        """The texts the carrier would refuse for their length."""
        return tuple(
            text
            for text in self.sendable_texts
            if count_utf16_units(text.body) > MAX_MESSAGE_CHARACTERS
        )


def render_blast_texts(
    pool: Iterable[BlastRecipient],
    template: str,
    footer: str | None,
    event: Mapping[str, str] | None = None,
) -> RenderedBlast:
    """Merge equal numbers, fill in the template, add the footer (None: none) and measure, for
    everybody in the pool.

    `event`: what stands for the event's placeholders, the same for everybody.
    """
    people, duplicates = _merge_duplicate_numbers(pool)
    of_event = event or {}
    written = _build_text_writer(template, footer, of_event)
    return RenderedBlast(
        tuple(_render_text(person, written) for person in people), duplicates, of_event
    )


def skip_too_long_texts(rehearsal: RenderedBlast) -> RenderedBlast:
    """The same with texts over the limit left out: the carrier would refuse them, and pause the
    blast for all.

    The review page names these people; a text that is too long for everybody is refused there.
    """
    if not rehearsal.too_long_texts:
        return rehearsal
    long = {text.phone for text in rehearsal.too_long_texts}
    texts = (
        each._replace(skip_reason=SkipReason.TOO_LONG) if each.phone in long else each
        for each in rehearsal.texts
    )
    return replace(rehearsal, texts=tuple(texts))


TextWriter = Callable[[str | None], tuple[str, str, int]]


def _merge_duplicate_numbers(
    pool: Iterable[BlastRecipient],
) -> tuple[list[BlastRecipient], int]:
    """One person a number: the first, or the first with a name.

    A reason to leave one of them out holds for all.
    """
    kept: dict[str, BlastRecipient] = {}
    seen = 0
    for person in pool:
        seen += 1
        first = kept.setdefault(person.phone, person)
        if first is not person:
            name, left_out = (
                first.name or person.name,
                first.skip_reason or person.skip_reason,
            )
            kept[person.phone] = BlastRecipient(name, person.phone, left_out)
    return list(kept.values()), seen - len(kept)


def _build_text_writer(template: str, footer: str | None, event: Mapping[str, str]) -> TextWriter:
    """A function from a name to (body, encoding, segments); an empty body when the filled-in
    text would be blank.
    """

    def write(name: str | None) -> tuple[str, str, int]:
        body = message_templates.fill_template(template, name, event).strip()
        if text_cleaning.is_blank_text(body):
            return "", SmsEncoding.GSM7.value, 0
        if footer:
            body = message_templates.append_footer(body, footer)
        weight = measure_segments(body)
        return body, weight.encoding.value, weight.segments

    if message_templates.has_name_placeholders(template):
        return write
    same = write(None)
    return lambda name: same


def _render_text(person: BlastRecipient, written: TextWriter) -> RenderedText:
    if person.skip_reason is not None:
        return RenderedText(
            person.name, person.phone, "", SmsEncoding.GSM7.value, 0, person.skip_reason
        )
    body, encoding, segments = written(person.name)
    return RenderedText(
        person.name,
        person.phone,
        body,
        encoding,
        segments,
        None if body else SkipReason.EMPTY_TEXT,
    )


def _measure_text_size(text: RenderedText) -> tuple[int, int]:
    return text.segments, len(text.body)
