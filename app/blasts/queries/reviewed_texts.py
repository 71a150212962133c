"""The texts of a draft as the review page shows them: one person's, and all a page at a time."""

from dataclasses import dataclass

from app.domain.delivery.blast_rendering import RenderedBlast, RenderedText
from app.domain.phones.phone_number import format_phone_number
from app.domain.texts.plurals import pluralize

TEXTS_PER_PAGE = 25


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


def show_text(blast: RenderedBlast, person: int) -> ShownText | None:
    """Return the text of the person at this position; one that does not exist is the nearest."""
    texts = blast.sendable_texts
    longest, shortest = blast.longest_text, blast.shortest_text
    if longest is None or shortest is None:
        return None
    position = min(max(0, person), len(texts) - 1)
    has_extremes = longest.body != shortest.body
    return ShownText(
        text=_build_reviewed_text(texts[position]),
        position=position,
        previous=position - 1 if position else None,
        next=position + 1 if position + 1 < len(texts) else None,
        longest=texts.index(longest) if has_extremes else None,
        shortest=texts.index(shortest) if has_extremes else None,
    )


def _build_reviewed_text(text: RenderedText) -> ReviewedText:
    return ReviewedText(text.name, format_phone_number(text.phone), text.body, text.segments)


def build_review_page(blast: RenderedBlast, page_number: int) -> ReviewPage:
    """Return the page of texts; one that does not exist becomes the nearest."""
    page_count = max(1, -(-blast.recipient_count // TEXTS_PER_PAGE))
    number = min(max(1, page_number), page_count)
    start = (number - 1) * TEXTS_PER_PAGE
    texts = [
        _build_reviewed_text(text) for text in blast.sendable_texts[start : start + TEXTS_PER_PAGE]
    ]
    return ReviewPage(number, page_count, start + 1, start + len(texts), texts)
