"""The live preview of a text: how many people get it, in how many segments, as each one reads it.

The counts are those of the real audience, computed from one person of each group whose texts have
the same length, so that they are quick with 100,000 members and equal to the review's.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from app.blasts.queries import audience
from app.blasts.queries.audience_counts import AudienceCounts, load_audience_counts
from app.blasts.queries.field_fillings import load_filling
from app.domain.audiences.chosen_audience import ChosenPeople
from app.domain.delivery.blast_rendering import BlastRecipient
from app.domain.delivery.cost_estimate import compute_cost, format_money
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.delivery.segment_forecast import SegmentForecast, forecast_segments
from app.domain.delivery.text_writers import build_text_writer
from app.domain.texts import message_templates, text_cleaning
from app.domain.texts.plurals import pluralize
from app.domain.texts.segments import (
    MAX_MESSAGE_CHARACTERS,
    count_utf16_units,
    find_costly_characters,
    replace_costly_characters,
)
from app.events.queries import events
from app.organisation import queries as organisations
from app.profiles.queries.textable_fields import find_text_fields, load_template_fields


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


@dataclass(frozen=True)
class ReaderPreview:
    """The text as one of the people reads it; `position` counts from 1."""

    name: str | None
    text: str
    segments: int
    position: int


@dataclass(frozen=True)
class TextFix:
    """A change that makes the texts cheaper: what is the matter, and the button that mends it."""

    sentence: str
    label: str
    field: str
    value: str


@dataclass(frozen=True)
class ComposePreview:
    """What the compose page shows beside a text. "" and None: nothing to say yet.

    `people`: how many get a text, `skipped`: how many of the audience do not.
    """

    people: int
    skipped: int
    sizes: str = ""
    cost: str = ""
    too_long: str = ""
    is_long: bool = False
    reader: ReaderPreview | None = None
    fixes: tuple[TextFix, ...] = ()


def build_compose_preview(request: PreviewRequest) -> ComposePreview:
    """Return the preview; of a text that cannot be filled in, the number of people only."""
    used = message_templates.find_name_placeholders(request.body)
    is_sendable = _is_sendable(request)
    # A field that is still being written is none yet.
    body = request.body if is_sendable else ""
    try:
        counts = load_audience_counts(
            request.target, request.event_id, request.people_of, used, body
        )
    except audience.BlastEventNotFound:
        return ComposePreview(0, 0)
    size = count_utf16_units(request.body)
    if size > MAX_MESSAGE_CHARACTERS:
        # Filled in for a hundred groups of people, 400,000 characters took six seconds.
        limit = f"A text can have up to {MAX_MESSAGE_CHARACTERS:,}."
        too_long = f"This text has {size:,} characters. {limit}"
        return ComposePreview(counts.people, counts.skipped, too_long=too_long)
    if not counts.people or not is_sendable:
        return ComposePreview(counts.people, counts.skipped)
    return _preview_text(request, counts)


def _is_sendable(request: PreviewRequest) -> bool:
    if text_cleaning.is_blank_text(request.body):
        return False
    of_event = request.target == BlastTarget.EVENT and request.event_id is not None
    event = events.find_event(request.event_id) if of_event else None
    return not message_templates.list_template_problems(
        request.body,
        of_event=of_event,
        has_date=event is None or event.date is not None,
        fields=load_template_fields(),
    )


def _preview_text(request: PreviewRequest, counts: AudienceCounts) -> ComposePreview:
    values = audience.get_blast_placeholders(request.target, request.event_id)
    field_names = find_text_fields(request.body)

    def forecast(body: str, *, plain_names: bool) -> SegmentForecast:
        write = build_text_writer(
            body, request.footer, values, plain_names=plain_names, field_names=field_names
        )
        return forecast_segments(counts.groups, write)

    result = forecast(request.body, plain_names=request.plain_names)
    organisation = organisations.get_organisation()
    cost = compute_cost(result.segment_count, organisation.price_per_segment)
    too_long = ""
    if result.too_long_count:
        people = pluralize(result.too_long_count, "person", "people")
        too_long = f"Too long for {people}, who would be skipped."
    return ComposePreview(
        people=counts.people,
        skipped=counts.skipped,
        sizes=result.describe(),
        cost=f"about {format_money(cost, organisation.currency)}" if cost is not None else "",
        too_long=too_long,
        is_long=any(share.segments > 4 for share in result.shares),
        reader=_preview_reader(request, counts, values),
        fixes=tuple(_list_fixes(request, result, forecast)),
    )


def _preview_reader(
    request: PreviewRequest, counts: AudienceCounts, values: dict[str, str]
) -> ReaderPreview:
    position = request.person % counts.people
    reader = audience.find_recipient(
        request.target, request.event_id, request.people_of, position
    ) or BlastRecipient(None, "", None)
    filling = load_filling([reader], request.body)
    write = build_text_writer(
        request.body,
        request.footer,
        values,
        plain_names=request.plain_names,
        field_names=filling.names,
    )
    text = write(reader.name, filling.get_texts(reader.phone))
    return ReaderPreview(reader.name, text.body, text.segments, position + 1)


def _list_fixes(
    request: PreviewRequest,
    result: SegmentForecast,
    forecast: Callable[..., SegmentForecast],
) -> Iterator[TextFix]:
    costly = find_costly_characters(request.body)
    if costly:
        plain_body = replace_costly_characters(request.body)
        saved = (
            result.segment_count
            - forecast(plain_body, plain_names=request.plain_names).segment_count
        )
        characters = " ".join(character for character, _ in costly[:4] if character.isprintable())
        if saved > 0:
            verb = "makes" if len(costly) == 1 else "make"
            sentence = f"{characters or 'Invisible characters'} {verb} the texts longer."
            label = f"Use plain characters: {_describe_saving(saved)} less"
            yield TextFix(sentence, label, "plain", "1")
    if request.plain_names:
        return
    saved = result.segment_count - forecast(request.body, plain_names=True).segment_count
    if saved > 0:
        letters = " ".join(sorted({c for share in result.shares for c in share.letters.split()}))
        sentence = f"Letters like {letters or 'ë'} in names make some texts longer."
        label = f"Send plain letters in names: {_describe_saving(saved)} less"
        yield TextFix(sentence, label, "plain_names", "y")


def _describe_saving(segments: int) -> str:
    """Return "3 segments", or "3 segments ($0.02)" where the price is known."""
    organisation = organisations.get_organisation()
    cost: Decimal | None = compute_cost(segments, organisation.price_per_segment)
    amount = pluralize(segments, "segment")
    return f"{amount} ({format_money(cost, organisation.currency)})" if cost is not None else amount
