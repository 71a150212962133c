"""The people of a draft on the review page: what each of them reads, who is skipped, and why."""

from collections import Counter
from dataclasses import dataclass

from app.domain.delivery.blast_rendering import RenderedBlast, RenderedText
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS
from app.domain.phones.phone_number import format_phone_number
from app.domain.texts.plurals import pluralize

TEXTS_PER_PAGE = 25
MAX_SKIPPED_NAMES_SHOWN = 100
# More sizes than these are said as a range.
MAX_SEGMENT_SIZES_LISTED = 3


@dataclass(frozen=True)
class ReviewedText:
    """One text of the page, its phone number formatted for reading."""

    name: str | None
    phone: str
    body: str
    segments: int

    @property
    def caption(self) -> str:
        """Whose text it is, and its length."""
        return f"{self.name or self.phone} · {pluralize(self.segments, 'segment')}"


@dataclass(frozen=True)
class ReviewPage:
    """One page of the texts; `first` and `last` are positions among all of them, from 1."""

    number: int
    count: int
    first: int
    last: int
    texts: list[ReviewedText]


@dataclass(frozen=True)
class ShownText:
    """One person's text and its neighbours, by positions from 0; None where there is no other.

    `longest`, `shortest`: where the extremes are, None where all texts are equal.
    """

    text: ReviewedText
    position: int
    previous: int | None
    next: int | None
    longest: int | None
    shortest: int | None


@dataclass(frozen=True)
class SkippedPerson:
    """A person who is skipped, and why."""

    name: str | None
    phone: str
    reason: str


@dataclass(frozen=True)
class SkippedGroup:
    """How many people get nothing for one reason, and what can be done about it."""

    reason: str
    count: int
    remedy: str


def show_text(blast: RenderedBlast, person: int) -> ShownText | None:
    """Return the text of the person at this position; one that does not exist is the nearest."""
    texts = blast.sendable_texts
    longest, shortest = blast.longest_text, blast.shortest_text
    if longest is None or shortest is None:
        return None
    position = min(max(0, person), len(texts) - 1)
    has_extremes = longest.body != shortest.body
    return ShownText(
        text=build_reviewed_text(texts[position]),
        position=position,
        previous=position - 1 if position else None,
        next=position + 1 if position + 1 < len(texts) else None,
        longest=texts.index(longest) if has_extremes else None,
        shortest=texts.index(shortest) if has_extremes else None,
    )


def build_review_page(blast: RenderedBlast, page_number: int) -> ReviewPage:
    """Return the page of texts; one that does not exist becomes the nearest."""
    page_count = max(1, -(-blast.recipient_count // TEXTS_PER_PAGE))
    number = min(max(1, page_number), page_count)
    start = (number - 1) * TEXTS_PER_PAGE
    texts = list(map(build_reviewed_text, blast.sendable_texts[start : start + TEXTS_PER_PAGE]))
    return ReviewPage(number, page_count, start + 1, start + len(texts), texts)


def build_reviewed_text(text: RenderedText) -> ReviewedText:
    """Return one person's text as the page shows it."""
    return ReviewedText(text.name, format_phone_number(text.phone), text.body, text.segments)


def summarise_segments(blast: RenderedBlast) -> str:
    """Return the billed segments and who gets how many.

    Such as "150 segments: 1 segment for 146 people, 2 segments for 2 people".
    """
    total = pluralize(blast.segment_count, "segment")
    sizes = sorted(Counter(text.segments for text in blast.sendable_texts).items())
    if not sizes:
        return total
    smallest, largest = sizes[0][0], sizes[-1][0]
    if len(sizes) == 1:
        return f"{total}, {smallest} per person"
    if len(sizes) > MAX_SEGMENT_SIZES_LISTED:
        return f"{total}, {smallest} to {largest} per person"
    shares = [
        f"{pluralize(size, 'segment')} for {pluralize(count, 'person', 'people')}"
        for size, count in sizes
    ]
    return f"{total}: {', '.join(shares)}"


def group_skipped_people(blast: RenderedBlast) -> list[SkippedGroup]:
    """Return the reasons why somebody gets nothing, the most frequent first."""
    groups = []
    for reason, count in Counter(blast.skip_reason_counts).most_common():
        label, remedy = SKIP_REASON_LABELS[reason]
        groups.append(SkippedGroup(label, count, remedy))
    return groups


def list_skipped_people(blast: RenderedBlast) -> list[SkippedPerson]:
    """Return the first of the people who are skipped, each with the reason."""
    people: list[SkippedPerson] = []
    for text in blast.texts:
        if text.skip_reason and len(people) < MAX_SKIPPED_NAMES_SHOWN:
            reason, _ = SKIP_REASON_LABELS[text.skip_reason]
            people.append(SkippedPerson(text.name, format_phone_number(text.phone), reason))
    return people
