"""The rehearsal of a blast: who gets which text, who is left out, what it weighs; for review
and release alike.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from app.domain import wording
from app.domain.permission import LeftOut
from app.domain.segments import LIMIT, Encoding, characters, measure


class Person(NamedTuple):  # a tuple: there are 100,000 of them, and of Text
    """Somebody in the pool, and why they must not be texted (None: they may)."""

    name: str | None
    phone: str
    left_out: LeftOut | None


class Text(NamedTuple):
    """What one number gets. Somebody left out gets an empty body of 0 segments."""

    name: str | None
    phone: str
    body: str
    encoding: str
    segments: int
    left_out: LeftOut | None


@dataclass(frozen=True)
class Rehearsal:
    """Every number of the pool once, in the pool's order; `duplicates` counts the repeats that
    were merged.

    `event`: what stood for the event's placeholders.
    """

    texts: tuple[Text, ...]
    duplicates: int
    event: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def sendable(self) -> tuple[Text, ...]:
        """The texts that would leave."""
        return tuple(text for text in self.texts if text.left_out is None)

    @property
    def people(self) -> int:
        """How many people get a text."""
        return len(self.sendable)

    @cached_property
    def left_out_counts(self) -> dict[LeftOut, int]:
        """How many are left out, by reason; only reasons that occur."""
        return dict(
            Counter(text.left_out for text in self.texts if text.left_out is not None)
        )

    @cached_property
    def segments(self) -> int:
        """Parts that would be billed."""
        return sum(text.segments for text in self.sendable)

    @cached_property
    def longest(self) -> Text | None:
        """The text with the most parts, among these the most characters; None when nobody gets
        one.
        """
        return max(self.sendable, key=_size, default=None)

    @cached_property
    def shortest(self) -> Text | None:
        """The text with the fewest parts, among these the fewest characters; None when nobody
        gets one.
        """
        return min(self.sendable, key=_size, default=None)

    @cached_property
    def too_long(self) -> tuple[Text, ...]:
        """The texts the carrier would refuse for their length."""
        return tuple(text for text in self.sendable if characters(text.body) > LIMIT)


def rehearse(
    pool: Iterable[Person],
    template: str,
    footer: str | None,
    event: Mapping[str, str] | None = None,
) -> Rehearsal:
    """Merge equal numbers, fill in the template, add the footer (None: none) and measure, for
    everybody in the pool.

    `event`: what stands for the event's placeholders, the same for everybody.
    """
    people, duplicates = _merged(pool)
    of_event = event or {}
    written = _writer(template, footer, of_event)
    return Rehearsal(
        tuple(_text(person, written) for person in people), duplicates, of_event
    )


def without_too_long(rehearsal: Rehearsal) -> Rehearsal:
    """The same with texts over the limit left out: the carrier would refuse them, and pause the
    blast for all.

    The review page names these people; a text that is too long for everybody is refused there.
    """
    if not rehearsal.too_long:
        return rehearsal
    long = {text.phone for text in rehearsal.too_long}
    texts = (
        each._replace(left_out=LeftOut.TOO_LONG) if each.phone in long else each
        for each in rehearsal.texts
    )
    return replace(rehearsal, texts=tuple(texts))


Writer = Callable[[str | None], tuple[str, str, int]]


def _merged(pool: Iterable[Person]) -> tuple[list[Person], int]:
    """One person a number: the first, or the first with a name.

    A reason to leave one of them out holds for all.
    """
    kept: dict[str, Person] = {}
    seen = 0
    for person in pool:
        seen += 1
        first = kept.setdefault(person.phone, person)
        if first is not person:
            name, left_out = (
                first.name or person.name,
                first.left_out or person.left_out,
            )
            kept[person.phone] = Person(name, person.phone, left_out)
    return list(kept.values()), seen - len(kept)


def _writer(template: str, footer: str | None, event: Mapping[str, str]) -> Writer:
    """A function from a name to (body, encoding, segments); an empty body when the filled-in
    text would be blank.
    """

    def write(name: str | None) -> tuple[str, str, int]:
        body = wording.fill(template, name, event).strip()
        if wording.is_blank(body):
            return "", Encoding.GSM7.value, 0
        if footer:
            body = wording.with_footer(body, footer)
        weight = measure(body)
        return body, weight.encoding.value, weight.segments

    if wording.uses_names(template):
        return write
    same = write(None)
    return lambda name: same


def _text(person: Person, written: Writer) -> Text:
    if person.left_out is not None:
        return Text(
            person.name, person.phone, "", Encoding.GSM7.value, 0, person.left_out
        )
    body, encoding, segments = written(person.name)
    return Text(
        person.name,
        person.phone,
        body,
        encoding,
        segments,
        None if body else LeftOut.EMPTY_TEXT,
    )


def _size(text: Text) -> tuple[int, int]:
    return text.segments, len(text.body)
