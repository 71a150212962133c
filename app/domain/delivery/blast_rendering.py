"""Rendering a blast: who gets which text, who is skipped, how many segments.

Review and release both use it, so that what is sent is what was shown.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from app.domain.delivery.blast_readers import (
    NO_READERS,
    USUAL_READER,
    BlastReaders,
    ReaderKind,
)
from app.domain.delivery.language_texts import KindWriters, LanguageTexts
from app.domain.delivery.skip_reasons import REVERSIBLE_SKIP_REASONS, SkipReason
from app.domain.delivery.text_writers import EMPTY_BODY
from app.domain.phones.phone_number_info import COUNTRY_PREFIX_LENGTH
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS, count_utf16_units
from app.domain.texts.template_fields import NO_FILLING, FieldFilling


# A NamedTuple, like RenderedText, because a blast has up to 100,000 of each.
class BlastRecipient(NamedTuple):
    """A person in the audience, and why they must not be texted (None: they may)."""

    name: str | None
    phone: str
    skip_reason: SkipReason | None

    @property
    def has_text(self) -> bool:
        """Whether a text is written for them: also where the reason to skip them may go.

        A person may decide then to send it after all.
        """
        return self.skip_reason is None or self.skip_reason in REVERSIBLE_SKIP_REASONS


class RenderedText(NamedTuple):
    """The text of one number.

    Who is skipped has an empty body of 0 segments, but where BlastRecipient.has_text.
    """

    name: str | None
    phone: str
    body: str
    encoding: str
    segments: int
    skip_reason: SkipReason | None
    # Which translation it is; None: the body.
    language: str | None = None
    is_introduction: bool = False


@dataclass(frozen=True)
class RenderedBlast:
    """Every number of the audience once, in the order of the audience.

    `duplicates` counts the repeated numbers that were merged; `language_texts` is what it says in
    each language, `filling` what the fields are filled in with, `readers` who reads which of them.
    `tested_as`: of a test, the name of whom the text is filled in for.
    """

    texts: tuple[RenderedText, ...]
    duplicates: int
    language_texts: LanguageTexts = field(default_factory=dict)
    tested_as: str | None = None
    filling: FieldFilling = NO_FILLING
    readers: BlastReaders = NO_READERS
    plain_names: bool = False

    @cached_property
    def sendable_texts(self) -> tuple[RenderedText, ...]:
        """The texts that would be sent."""
        return tuple(text for text in self.texts if text.skip_reason is None)

    @cached_property
    def texts_by_language(self) -> dict[str | None, list[RenderedText]]:
        """The texts that would be sent, by language, the body's first; languages without too."""
        texts: dict[str | None, list[RenderedText]] = {tag: [] for tag in self.language_texts}
        for text in self.sendable_texts:
            texts[text.language].append(text)
        return texts

    @property
    def recipient_count(self) -> int:
        """How many people get a text."""
        return len(self.sendable_texts)

    @cached_property
    def skip_reason_counts(self) -> dict[SkipReason, int]:
        """How many people are skipped, by reason; only reasons that occur."""
        return dict(Counter(text.skip_reason for text in self.texts if text.skip_reason))

    @cached_property
    def phone_prefix_counts(self) -> dict[str, int]:
        """How many of these people's numbers begin with which COUNTRY_PREFIX_LENGTH characters."""
        return Counter(text.phone[:COUNTRY_PREFIX_LENGTH] for text in self.sendable_texts)

    @cached_property
    def segment_count(self) -> int:
        """The segments that would be billed."""
        return count_segments(self.sendable_texts)

    @cached_property
    def longest_text(self) -> RenderedText | None:
        """The text with the most segments, then the most characters; None when nobody gets one."""
        return max(self.sendable_texts, key=_measure_text_size, default=None)

    @cached_property
    def shortest_text(self) -> RenderedText | None:
        """The text with the fewest segments, then characters; None when nobody gets one."""
        return min(self.sendable_texts, key=_measure_text_size, default=None)

    @cached_property
    def too_long_texts(self) -> tuple[RenderedText, ...]:
        """The texts the carrier would refuse for their length."""
        return tuple(filter(_is_too_long, self.sendable_texts))


def render_in_languages(
    audience: Iterable[BlastRecipient],
    language_texts: LanguageTexts,
    readers: BlastReaders = NO_READERS,
    *,
    plain_names: bool = False,
    filling: FieldFilling = NO_FILLING,
) -> RenderedBlast:
    """Merge equal numbers, fill in for each the text of its reader, and count segments.

    `plain_names`: names and fields are filled in with plain letters. `filling`: the fields.
    """
    recipients, duplicates = _merge_duplicate_numbers(audience)
    writers = KindWriters(language_texts, plain_names=plain_names, field_names=filling.names)
    tags = [tag for tag in language_texts if tag is not None]
    choose_kind = readers.build_kind_chooser(tags)
    texts = tuple(_iterate_texts(recipients, choose_kind, writers, filling))
    return RenderedBlast(
        texts,
        duplicates,
        language_texts,
        filling=filling,
        readers=readers,
        plain_names=plain_names,
    )


def count_segments(texts: Iterable[RenderedText]) -> int:
    """Return the segments of these texts together."""
    return sum(text.segments for text in texts)


def count_segments_with(
    blast: RenderedBlast,
    texts: Iterable[RenderedText],
    language_texts: LanguageTexts,
    *,
    has_introductions: bool = True,
) -> int:
    """Return the segments that the people of these texts would get with other words.

    `has_introductions`: False for without those.
    """
    writers = KindWriters(
        language_texts, plain_names=blast.plain_names, field_names=blast.filling.names
    )
    total = 0
    for text in texts:
        kind = ReaderKind(text.language, has_introductions and text.is_introduction)
        total += writers[kind](text.name, blast.filling.get_texts(text.phone)).segments
    return total


def skip_too_long_texts(blast: RenderedBlast) -> RenderedBlast:
    """Return the blast with the texts over the limit skipped.

    The carrier would refuse them, and the refusal would pause the blast for everybody. The review
    page names these people; a text that is too long for everybody is refused there.
    """
    if not blast.too_long_texts:
        return blast
    return replace(blast, texts=tuple(_iterate_with_too_long_skipped(blast.texts)))


def _iterate_with_too_long_skipped(texts: Iterable[RenderedText]) -> Iterator[RenderedText]:
    for text in texts:
        if text.skip_reason is None and _is_too_long(text):
            yield text._replace(skip_reason=SkipReason.TOO_LONG)
        else:
            yield text


def _merge_duplicate_numbers(
    audience: Iterable[BlastRecipient],
) -> tuple[list[BlastRecipient], int]:
    """Return one recipient for each number, and how many were merged.

    The name is the first there is. A reason to skip one of them skips the number.
    """
    by_phone: dict[str, BlastRecipient] = {}
    total = 0
    for recipient in audience:
        total += 1
        first = by_phone.setdefault(recipient.phone, recipient)
        if first is not recipient:
            by_phone[recipient.phone] = BlastRecipient(
                first.name or recipient.name,
                recipient.phone,
                first.skip_reason or recipient.skip_reason,
            )
    return list(by_phone.values()), total - len(by_phone)


def _iterate_texts(
    recipients: Iterable[BlastRecipient],
    choose_kind: Callable[[str], ReaderKind] | None,
    writers: KindWriters,
    filling: FieldFilling,
) -> Iterator[RenderedText]:
    # Looked up here: a method of the filling took as long as the rest of a row.
    get_texts = filling.texts_by_phone.get
    kind, write = USUAL_READER, writers[USUAL_READER]
    for name, phone, skip_reason in recipients:
        if skip_reason is not None and skip_reason not in REVERSIBLE_SKIP_REASONS:
            yield RenderedText(name, phone, *EMPTY_BODY, skip_reason)
            continue
        if choose_kind:
            kind = choose_kind(phone)
            write = writers[kind]
        body, encoding, segments = write(name, get_texts(phone, ()))
        reason = skip_reason or (None if body else SkipReason.EMPTY_TEXT)
        yield RenderedText(name, phone, body, encoding, segments, reason, *kind)


def _measure_text_size(text: RenderedText) -> tuple[int, int]:
    return text.segments, len(text.body)


def _is_too_long(text: RenderedText) -> bool:
    # A character has at most two units: most texts are too short to be counted.
    if 2 * len(text.body) <= MAX_MESSAGE_CHARACTERS:
        return False
    return count_utf16_units(text.body) > MAX_MESSAGE_CHARACTERS
