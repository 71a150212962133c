"""What deserves a second look in the text of a blast: dates, links, names, length and cost."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from app.blasts.queries.field_notices import list_field_notices, shorten_text
from app.blasts.queries.review_notices import (
    EDIT_TEXT,
    NameFix,
    ReviewButton,
    ReviewNotice,
    ReviewRequest,
)
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.blast_rendering import (
    BlastRecipient,
    RenderedBlast,
    RenderedText,
    render_blast_texts,
)
from app.domain.delivery.cost_estimate import format_money
from app.domain.delivery.skip_reasons import SkipReason
from app.domain.phones.phone_number import format_phone_number
from app.domain.texts import message_templates, text_cleaning
from app.domain.texts.date_mentions import list_date_problems
from app.domain.texts.first_names import find_unclear_names
from app.domain.texts.plurals import choose_by_count, pluralize
from app.domain.texts.risky_texts import find_public_shorteners, is_shouting
from app.domain.texts.segments import (
    count_utf16_units,
    describe_costly_character,
    find_costly_characters,
    find_costly_symbols,
    remove_costly_symbols,
    replace_costly_characters,
)
from app.domain.texts.text_cleaning import capitalize_first
from app.domain.time import local_times
from app.organisation.models import Organisation

# The names, or greetings, that a sentence lists; and the characters.
MAX_NAMES_SHOWN = 3
MAX_CHARACTERS_SHOWN = 8
# More than these are edited in the community.
MAX_NAME_FIXES = 5
LONG_TEXT_SEGMENTS = 4
# Rendering 100,000 texts a second time would double the time of the page: what plain characters
# save is computed from the first of them.
SAVINGS_SAMPLE_SIZE = 5000
FALLBACK_ADVICE = "Add a fallback for them, like {first_name|friend}."


def list_text_notices(request: ReviewRequest, organisation: Organisation) -> Iterator[ReviewNotice]:
    """Yield what deserves a look about the text and its length."""
    draft, blast = request.draft, request.blast
    yield from _warn_about_dates(draft, request.moment)
    yield from _warn_about_style(draft.body)
    yield from _warn_about_too_long_texts(blast)
    yield from _warn_about_names(draft, blast)
    yield from list_field_notices(draft, blast)
    yield from _warn_about_costly_characters(draft, blast, organisation)
    yield from _warn_about_length(blast)
    yield from _warn_about_missing_opt_out(draft, organisation)


def describe_too_long_texts(texts: Sequence[RenderedText]) -> str:
    """Return a sentence that names the first of these people, each with their text's length."""
    people = []
    for text in texts[:MAX_NAMES_SHOWN]:
        name = text.name or format_phone_number(text.phone)
        people.append(f"{name} ({count_utf16_units(text.body):,} characters)")
    return f"With names filled in, the text is too long for {_list_first(people, len(texts))}."


def _warn_about_dates(draft: BlastDraft, moment: datetime) -> Iterator[ReviewNotice]:
    today = local_times.get_local_date(draft.timezone, draft.send_at or moment)
    for problem in list_date_problems(draft.body, today):
        yield ReviewNotice("warn", f"Check the date: {problem}", EDIT_TEXT)


def _warn_about_style(body: str) -> Iterator[ReviewNotice]:
    """Name what carriers filter or readers dislike."""
    shorteners = find_public_shorteners(body)
    if shorteners:
        yield ReviewNotice(
            "warn",
            f"Carriers often block texts with {' or '.join(shorteners)} links. Use the full "
            "address instead.",
            EDIT_TEXT,
        )
    if is_shouting(body):
        yield ReviewNotice(
            "info",
            "Most of this text is in capital letters. Carriers may filter it as spam.",
            EDIT_TEXT,
        )


def _warn_about_too_long_texts(blast: RenderedBlast) -> Iterator[ReviewNotice]:
    """Name the people whose own name makes the text too long: they are left out."""
    texts = [text for text in blast.texts if text.skip_reason is SkipReason.TOO_LONG]
    if not texts:
        return
    subject = choose_by_count(len(texts), "This person is", "They are")
    yield ReviewNotice(
        "warn",
        f"{describe_too_long_texts(texts)} {subject} skipped. Shorten the text to reach everyone.",
        EDIT_TEXT,
    )


def _warn_about_names(draft: BlastDraft, blast: RenderedBlast) -> Iterator[ReviewNotice]:
    """Name the people whose greeting is odd: without a name, families, initials."""
    if not message_templates.has_name_placeholders(draft.body):
        return
    texts = blast.sendable_texts
    unclear = find_unclear_names([text.name for text in texts])
    if unclear.nameless:
        verb = choose_by_count(len(unclear.nameless), "has", "have")
        people = pluralize(len(unclear.nameless), "person", "people")
        nameless = [texts[position] for position in unclear.nameless]
        yield _build_name_notice(draft, f"{people} {verb} no name.", nameless)
    if not message_templates.has_first_name_placeholder(draft.body):
        return
    if unclear.groups:
        groups = [texts[position] for position in unclear.groups]
        group_names = [shorten_text(text.name or "") for text in groups[:MAX_NAMES_SHOWN]]
        names = _list_first(group_names, len(groups))
        verb = choose_by_count(len(groups), "has", "have")
        count = pluralize(len(groups), "name")
        yield _build_name_notice(draft, f"{count} {verb} no first name: {names}.", groups)
    if unclear.odd:
        yield _build_odd_notice([(texts[position], first) for position, first in unclear.odd])


def _build_name_notice(draft: BlastDraft, problem: str, texts: list[RenderedText]) -> ReviewNotice:
    sentence = f"{problem} Their text: “{shorten_text(texts[0].body)}”"
    fixes = tuple(NameFix(text.phone, text.name or "", "") for text in texts[:MAX_NAME_FIXES])
    if message_templates.has_name_without_fallback(draft.body):
        return ReviewNotice("warn", f"{sentence} {FALLBACK_ADVICE}", EDIT_TEXT, name_fixes=fixes)
    return ReviewNotice("info", sentence, name_fixes=fixes)


def _build_odd_notice(odd: list[tuple[RenderedText, str]]) -> ReviewNotice:
    greetings = []
    fixes = []
    for text, first in odd[:MAX_NAME_FIXES]:
        greetings.append(shorten_text(f"“{first}” for {text.name}"))
        fixes.append(NameFix(text.phone, text.name or "", first))
    count = pluralize(len(odd), "greeting")
    verb = choose_by_count(len(odd), "looks", "look")
    sentence = f"{count} {verb} odd: {_list_first(greetings, len(odd))}."
    return ReviewNotice("info", sentence, name_fixes=tuple(fixes))


def _list_first(items: Sequence[str], count: int) -> str:
    """Return the first items, and how many more of all `count` there are."""
    listed = ", ".join(items[:MAX_NAMES_SHOWN])
    if count > MAX_NAMES_SHOWN:
        return f"{listed} and {count - MAX_NAMES_SHOWN:,} more"
    return listed


def _warn_about_costly_characters(
    draft: BlastDraft, blast: RenderedBlast, organisation: Organisation
) -> Iterator[ReviewNotice]:
    """Name the characters outside GSM-7 in the body, and what they cost.

    Names are not the writer's to change, so they are left out of this.
    """
    characters = [character for character, _ in find_costly_characters(draft.body)]
    costly = list(map(describe_costly_character, characters))
    if costly:
        saved = _estimate_saved_segments(draft, blast, replace_costly_characters(draft.body))
        if saved > 0:
            yield ReviewNotice(
                "warn",
                _describe_savings(costly, saved, blast, organisation),
                ReviewButton("Replace with plain characters", "plain", "1"),
            )
            return
    symbols = find_costly_symbols(draft.body)
    plain_body = remove_costly_symbols(draft.body, symbols)
    if not symbols or text_cleaning.is_blank_text(plain_body):
        return
    saved = _estimate_saved_segments(draft, blast, plain_body)
    if saved > 0:
        sentence = _describe_savings([*costly, *symbols], saved, blast, organisation)
        yield ReviewNotice("warn", sentence)


def _estimate_saved_segments(draft: BlastDraft, blast: RenderedBlast, body: str) -> int:
    """Return how many segments fewer the same people would get with another body."""
    sample = blast.sendable_texts[:SAVINGS_SAMPLE_SIZE]
    recipients = [BlastRecipient(text.name, text.phone, None) for text in sample]
    plain_blast = render_blast_texts(
        recipients, body, draft.footer, blast.language_texts[None].values, filling=blast.filling
    )
    segments = sum(text.segments for text in sample)
    saved = segments - plain_blast.segment_count
    return round(saved * blast.recipient_count / len(sample))


def _describe_savings(
    characters: list[str], saved: int, blast: RenderedBlast, organisation: Organisation
) -> str:
    names = ", ".join(characters[:MAX_CHARACTERS_SHOWN])
    names = capitalize_first(names)
    if len(characters) > MAX_CHARACTERS_SHOWN:
        names = f"{names} …"
    verb = choose_by_count(len(characters), "raises", "raise")
    remainder = f"{blast.segment_count - saved:,}"
    if blast.recipient_count > SAVINGS_SAMPLE_SIZE:
        remainder = f"about {remainder}"
    price = organisation.price_per_segment
    if price is not None:
        amount = format_money(saved * price, organisation.currency)
        remainder = f"{remainder}, about {amount} less"
    total = blast.segment_count
    effect = f"{verb} the cost"
    if total >= 2 * (total - saved):
        effect = choose_by_count(len(characters), "doubles the cost", "double the cost")
    return f"{names} {effect}: {pluralize(total, 'segment')} instead of {remainder}."


def _warn_about_length(blast: RenderedBlast) -> Iterator[ReviewNotice]:
    longest = blast.longest_text
    if longest and longest.segments > LONG_TEXT_SEGMENTS:
        yield ReviewNotice(
            "warn",
            f"This text is long: up to {longest.segments} segments per person, each billed.",
            EDIT_TEXT,
        )


def _warn_about_missing_opt_out(
    draft: BlastDraft, organisation: Organisation
) -> Iterator[ReviewNotice]:
    if draft.footer is not None or "stop" in draft.body.casefold():
        return
    footer = organisation.footer.strip()
    button = None
    if footer:
        button = ReviewButton(f"Add “{footer}”", "include_unsubscribe", "y")
    sentence = "This text does not say how to opt out."
    yield ReviewNotice("warn", sentence, button)
