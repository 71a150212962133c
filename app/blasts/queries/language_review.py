"""What a blast in several languages sends to the readers of each, and who has no text of theirs."""

from collections import Counter
from dataclasses import dataclass

from app.blasts.queries.reviewed_texts import ReviewedText, build_reviewed_text
from app.domain.delivery.blast_rendering import (
    RenderedBlast,
    RenderedText,
    count_segments,
    count_segments_with,
)
from app.domain.delivery.cost_estimate import compute_cost, format_money
from app.domain.texts.plurals import choose_by_count, pluralize
from app.domain.texts.text_languages import name_language
from app.domain.texts.translations import choose_translation, is_same_language
from app.organisation import queries as organisations

# Rendering 100,000 texts a second time would double the time of the page: what first texts add is
# computed from these.
SAMPLE_SIZE = 5000


@dataclass(frozen=True)
class LanguageShare:
    """The readers of one text of a blast. `name`: of the language, such as "Spanish".

    `tag` is None for the body. `segments` are billed for all of them together, `cost` is "about
    $0.32" or "" without a price. `shown`: the text as the first of them reads it; None without
    readers. `position`: where that person is among all who get the blast, from 0.
    """

    tag: str | None
    name: str
    people: int
    segments: int
    cost: str
    shown: ReviewedText | None
    position: int = 0

    @property
    def summary(self) -> str:
        """The figures in words: "Spanish: 20 people, 40 segments, about $0.32"."""
        people = pluralize(self.people, "person", "people")
        figures = [people, pluralize(self.segments, "segment"), self.cost]
        return f"{self.name}: {', '.join(filter(None, figures))}"


@dataclass(frozen=True)
class MissingLanguage:
    """A language that some read and that has no text in the blast: they get the body."""

    tag: str
    name: str
    people: int
    sentence: str


@dataclass(frozen=True)
class IntroductionShare:
    """How many people get a first text, which says who writes, and the segments it adds to all."""

    people: int
    added_segments: int
    sentence: str


def list_language_shares(blast: RenderedBlast) -> list[LanguageShare]:
    """Return the readers of each text, the body first; [] for a blast without translations."""
    if len(blast.language_texts) < 2:
        return []
    shares = [_build_share(blast, tag) for tag in blast.language_texts]
    return sorted(shares, key=lambda share: (share.tag is not None, share.name))


def _build_share(blast: RenderedBlast, tag: str | None) -> LanguageShare:
    organisation = organisations.get_organisation()
    texts = blast.texts_by_language[tag]
    segments = count_segments(texts)
    cost = compute_cost(segments, organisation.price_per_segment)
    return LanguageShare(
        tag,
        name_language(tag or organisation.language),
        len(texts),
        segments,
        f"about {format_money(cost, organisation.currency)}" if cost is not None else "",
        build_reviewed_text(texts[0]) if texts else None,
        blast.sendable_texts.index(texts[0]) if texts else 0,
    )


def list_missing_languages(blast: RenderedBlast) -> list[MissingLanguage]:
    """Return the languages without a text of their own, the one of most people first.

    Only of a blast with translations: for others no one's language is looked up.
    """
    tags = [tag for tag in blast.language_texts if tag is not None]
    if not tags:
        return []
    body_language = organisations.get_organisation_language()
    has_text = {
        language: choose_translation(language, tags) is not None
        or is_same_language(language, body_language)
        for language in set(blast.readers.languages.values())
    }
    get_language = blast.readers.languages.get
    languages = Counter(
        language
        for text in blast.sendable_texts
        if (language := get_language(text.phone)) and not has_text[language]
    )
    return [
        MissingLanguage(tag, name_language(tag), people, _describe_missing(tag, people))
        for tag, people in languages.most_common()
    ]


def _describe_missing(tag: str, people: int) -> str:
    """Return "12 people read Vietnamese. They get the English text."."""
    verb = choose_by_count(people, "reads", "read")
    readers = pluralize(people, "person", "people")
    body = name_language(organisations.get_organisation_language())
    return f"{readers} {verb} {name_language(tag)}. They get the {body} text."


def describe_introductions(blast: RenderedBlast) -> IntroductionShare | None:
    """Return who gets a first text, and what that adds; None where no one does."""
    first_texts = [text for text in blast.sendable_texts if text.is_introduction]
    if not first_texts:
        return None
    sample = first_texts[:SAMPLE_SIZE]
    usual = count_segments_with(blast, sample, blast.language_texts, has_introductions=False)
    more = count_segments(sample) - usual
    added = round(more * len(first_texts) / len(sample))
    return IntroductionShare(len(first_texts), added, _describe_first_texts(first_texts, added))


def _describe_first_texts(texts: list[RenderedText], added: int) -> str:
    """Return what is added to the texts of how many people, and the segments that costs."""
    days = organisations.get_organisation().introduction_days or 0
    accuracy = "about " if len(texts) > SAMPLE_SIZE else ""
    cost = f"It adds {accuracy}{pluralize(added, 'segment')}." if added else "It adds no segment."
    people = pluralize(len(texts), "person gets", "people get")
    period = pluralize(days, "day")
    return (
        f"{people} a first text, with your organization's name and how to opt out: the first one "
        f"in {period}. {cost}"
    )
