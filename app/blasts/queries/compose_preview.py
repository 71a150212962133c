"""The live preview of a text: how many people get it, in how many segments, as each one reads it.

The counts are those of the real audience, computed from one person of each group whose texts have
the same length, so that they are quick with 100,000 members and equal to the review's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from app.blasts.queries import audience
from app.blasts.queries.audience_counts import load_audience_counts
from app.blasts.queries.compose_fixes import TextFix, list_fixes
from app.blasts.queries.field_fillings import load_filling
from app.blasts.queries.reader_loading import build_language_texts, load_blast_readers
from app.blasts.queries.text_forecaster import TextForecaster
from app.domain.audiences.chosen_audience import ChosenPeople
from app.domain.delivery.blast_rendering import BlastRecipient, render_in_languages
from app.domain.delivery.cost_estimate import compute_cost, format_money
from app.domain.delivery.language_texts import LanguageTexts
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.delivery.segment_forecast import SegmentForecast
from app.domain.texts import message_templates, text_cleaning
from app.domain.texts.plurals import pluralize
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS, count_utf16_units
from app.domain.texts.text_languages import name_language
from app.events.queries import events
from app.organisation import queries as organisations
from app.profiles.queries.textable_fields import find_text_fields, load_template_fields

LONG_TEXT_SEGMENTS = 4


@dataclass(frozen=True)
class PreviewRequest:
    """A text that is being written; `person`: which of the people reads it, from 0."""

    target: BlastTarget
    event_id: int | None
    people_of: ChosenPeople | None
    body: str
    footer: str | None
    plain_names: bool = False
    person: int = 0
    translations: Mapping[str, str] = field(default_factory=dict)

    @property
    def bodies(self) -> dict[str | None, str]:
        """The texts by language, the body at None."""
        bodies: dict[str | None, str] = {None: self.body}
        return bodies | dict(self.translations)


@dataclass(frozen=True)
class ReaderPreview:
    """The text as one of the people reads it; `position` counts from 1."""

    name: str | None
    text: str
    segments: int
    position: int


@dataclass(frozen=True)
class LanguagePreview:
    """One of several texts. `name`: of its language, `people`: who read it; `tag`: None: the body.

    `sizes`, `cost` and `too_long` are "" where there is nothing to say yet.
    """

    tag: str | None
    name: str
    people: int
    segments: int = 0
    sizes: str = ""
    cost: str = ""
    too_long: str = ""
    is_long: bool = False

    @property
    def summary(self) -> str:
        """The readers and their segments: "Spanish: 20 people, 2 segments"."""
        people = pluralize(self.people, "person", "people")
        return f"{self.name}: {self.sizes or people}"


@dataclass(frozen=True)
class ComposePreview:
    """What the compose page shows beside a text. "" and None: nothing to say yet.

    `people`: how many get a text, `skipped`: how many of the audience do not, `outside`: how many
    more the user does not reach. `languages`: of a blast with translations, each text.
    """

    people: int
    skipped: int
    sizes: str = ""
    cost: str = ""
    too_long: str = ""
    is_long: bool = False
    reader: ReaderPreview | None = None
    fixes: tuple[TextFix, ...] = ()
    languages: tuple[LanguagePreview, ...] = ()
    outside: int = 0


def build_compose_preview(request: PreviewRequest) -> ComposePreview:
    """Return the preview; of a text that cannot be filled in, the number of people only."""
    # A field that is still being written is none yet. Filled in for a hundred groups of people,
    # 400,000 characters took six seconds.
    bodies = dict.fromkeys(request.bodies, "")
    for tag, body in request.bodies.items():
        if not _is_too_large(body) and _is_sendable(request, body):
            bodies[tag] = body
    try:
        counts = load_audience_counts(request.target, request.event_id, request.people_of, bodies)
    except audience.BlastEventNotFound:
        return ComposePreview(0, 0)
    translations = {tag: bodies[tag] for tag in request.translations}
    texts = build_language_texts(
        request.body, request.footer, translations, request.target, request.event_id
    )
    sendable = {tag: text for tag, text in texts.items() if bodies[tag]}
    forecaster = TextForecaster(
        sendable, counts, find_text_fields(*bodies.values()), request.plain_names
    )
    languages = tuple(
        _preview_language(tag, body, forecaster) for tag, body in request.bodies.items()
    )
    preview = _summarise(languages, counts.people, counts.skipped)
    preview = replace(preview, outside=counts.outside)
    if not counts.people or None not in sendable:
        return preview
    fixes = tuple(list_fixes(forecaster))
    return replace(preview, reader=_preview_reader(request, texts, counts.people), fixes=fixes)


def _is_sendable(request: PreviewRequest, body: str) -> bool:
    if text_cleaning.is_blank_text(body):
        return False
    of_event = request.target == BlastTarget.EVENT and request.event_id is not None
    event = events.find_event(request.event_id) if of_event else None
    return not message_templates.list_template_problems(
        body,
        of_event=of_event,
        has_date=event is None or event.date is not None,
        fields=load_template_fields(),
    )


def _is_too_large(body: str) -> bool:
    return count_utf16_units(body) > MAX_MESSAGE_CHARACTERS


def _preview_language(tag: str | None, body: str, forecaster: TextForecaster) -> LanguagePreview:
    organisation = organisations.get_organisation()
    name = name_language(tag or organisation.language)
    people = forecaster.counts.count_readers(tag)
    if _is_too_large(body):
        limit = f"A text can have up to {MAX_MESSAGE_CHARACTERS:,}."
        too_long = f"This text has {count_utf16_units(body):,} characters. {limit}"
        return LanguagePreview(tag, name, people, too_long=too_long)
    if tag not in forecaster.texts or not people:
        return LanguagePreview(tag, name, people)
    result = forecaster.forecast(tag)
    cost = compute_cost(result.segment_count, organisation.price_per_segment)
    return LanguagePreview(
        tag,
        name,
        people,
        result.segment_count,
        result.describe(),
        f"about {format_money(cost, organisation.currency)}" if cost is not None else "",
        _describe_too_long(result),
        is_long=any(share.segments > LONG_TEXT_SEGMENTS for share in result.shares),
    )


def _describe_too_long(result: SegmentForecast) -> str:
    if not result.too_long_count:
        return ""
    people = pluralize(result.too_long_count, "person", "people")
    return f"Too long for {people}, who would be skipped."


def _summarise(languages: tuple[LanguagePreview, ...], people: int, skipped: int) -> ComposePreview:
    """Return the figures of all texts together; of a blast in one language, those of the body."""
    body = languages[0]
    if len(languages) == 1:
        return ComposePreview(people, skipped, body.sizes, body.cost, body.too_long, body.is_long)
    organisation = organisations.get_organisation()
    segments = sum(language.segments for language in languages)
    cost = compute_cost(segments, organisation.price_per_segment)
    has_cost = cost is not None and segments
    return ComposePreview(
        people,
        skipped,
        " · ".join(language.summary for language in languages) if segments else "",
        f"about {format_money(cost, organisation.currency)}" if has_cost and cost else "",
        " ".join(filter(None, (language.too_long for language in languages))),
        is_long=any(language.is_long for language in languages),
        languages=languages,
    )


def _preview_reader(
    request: PreviewRequest, texts: LanguageTexts, people: int
) -> ReaderPreview | None:
    position = request.person % people
    reader = audience.find_recipient(
        request.target, request.event_id, request.people_of, position
    ) or BlastRecipient(None, "", None)
    blast = render_in_languages(
        [reader],
        texts,
        load_blast_readers([reader], request.translations),
        plain_names=request.plain_names,
        filling=load_filling([reader], *[text.body for text in texts.values()]),
    )
    (text,) = blast.texts
    if not text.body:
        return None
    return ReaderPreview(text.name, text.body, text.segments, position + 1)
