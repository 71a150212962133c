"""What deserves a second look before a blast leaves: length, cost, names and the way to stop."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

from app.blasts.queries.end_time_forecast import EndTimeForecast
from app.blasts.queries.greeting_warnings import list_greeting_notices
from app.blasts.queries.harm_notices import list_harm_notices
from app.blasts.queries.review_facts import ReviewRequest
from app.blasts.queries.review_notice import EDIT_TEXT, ReviewButton, ReviewNotice
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
from app.domain.phones.phone_number_info import (
    COUNTRY_PREFIX_LENGTH,
    describe_foreign_number_counts,
)
from app.domain.texts import text_cleaning
from app.domain.texts.plurals import choose_by_count, pluralize
from app.domain.texts.segments import (
    GSM7_CHARACTERS,
    GSM7_REPLACEMENTS,
    count_utf16_units,
    find_costly_characters,
    replace_costly_characters,
)
from app.organisation.models import Organisation

MAX_NAMES_IN_ERROR = 3
MAX_CHARACTERS_SHOWN = 8
LONG_TEXT_SEGMENTS = 4
# Rendering 100,000 texts a second time would double the time of the page: what plain characters
# save is computed from the first of them.
SAVINGS_SAMPLE_SIZE = 5000
# What joins or colours an emoji is not named by itself.
EMOJI_MODIFIERS = re.compile("[\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
INVISIBLE_CHARACTER_NAMES = {
    "\t": "a tab",
    "\u00a0": "a no-break space",
    "\u202f": "a narrow space",
}
TYPOGRAPHIC_NAMES = {
    "’": "the curly apostrophe (’)",
    "“": "the curly quotation mark (“)",
    "”": "the curly quotation mark (”)",
    "–": "the long dash (–)",
    "—": "the long dash (—)",
    "…": "the ellipsis (…)",
}


def build_review_notices(
    request: ReviewRequest,
    organisation: Organisation,
    end_forecast: EndTimeForecast | None,
    duration: timedelta,
) -> list[ReviewNotice]:
    """Return what deserves a second look; nothing for a blast that reaches no one.

    `duration`: how long sending takes.
    """
    draft, blast = request.draft, request.blast
    if not blast.recipient_count:
        return []
    notices = [
        *_warn_about_end_time(end_forecast),
        *list_harm_notices(request, duration),
        *_warn_about_too_long_texts(blast),
        *list_greeting_notices(draft, blast),
        *_warn_about_costly_characters(draft, blast, organisation),
        *_warn_about_length(blast),
        *_warn_about_missing_opt_out(draft, organisation),
        *_warn_about_foreign_numbers(blast, organisation),
    ]
    return sorted(notices, key=lambda notice: notice.kind != "warn")


def describe_too_long_texts(texts: Sequence[RenderedText]) -> str:
    """Return a sentence that names the first of these people, each with their text's length."""
    people = []
    for text in texts[:MAX_NAMES_IN_ERROR]:
        name = text.name or format_phone_number(text.phone)
        people.append(f"{name} ({count_utf16_units(text.body):,} characters)")
    names = ", ".join(people)
    if len(texts) > MAX_NAMES_IN_ERROR:
        names = f"{names} and {len(texts) - MAX_NAMES_IN_ERROR:,} more"
    return f"Filled in, the text is too long for {names}."


def _warn_about_end_time(forecast: EndTimeForecast | None) -> Iterator[ReviewNotice]:
    if forecast and forecast.warning:
        yield ReviewNotice("warn", forecast.warning)


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


def _warn_about_foreign_numbers(
    blast: RenderedBlast, organisation: Organisation
) -> Iterator[ReviewNotice]:
    prefixes = Counter(text.phone[:COUNTRY_PREFIX_LENGTH] for text in blast.sendable_texts)
    sentence = describe_foreign_number_counts(prefixes, organisation.region)
    if sentence:
        yield ReviewNotice("info", sentence)


def _warn_about_costly_characters(
    draft: BlastDraft, blast: RenderedBlast, organisation: Organisation
) -> Iterator[ReviewNotice]:
    """Name the characters outside GSM-7 in the body, and what they cost.

    Names are not the writer's to change, so they are left out of this.
    """
    costly = [_describe_character(character) for character, _ in find_costly_characters(draft.body)]
    if costly:
        saved = _estimate_saved_segments(draft, blast, replace_costly_characters(draft.body))
        if saved > 0:
            yield ReviewNotice(
                "warn",
                _describe_savings(costly, saved, blast, organisation),
                ReviewButton("Replace with plain characters", "plain", "1"),
            )
            return
    symbols = _find_symbols(draft.body)
    plain_body = _remove_symbols(draft.body, symbols)
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
    plain_blast = render_blast_texts(recipients, body, draft.footer, blast.event_values)
    segments = sum(text.segments for text in sample)
    saved = segments - plain_blast.segment_count
    return round(saved * blast.recipient_count / len(sample))


def _describe_savings(
    characters: list[str], saved: int, blast: RenderedBlast, organisation: Organisation
) -> str:
    names = ", ".join(characters[:MAX_CHARACTERS_SHOWN])
    names = names[:1].upper() + names[1:]
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
            f"This text is long: up to {longest.segments} segments a person, each billed.",
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
    sentence = "This text does not say how to opt out. People expect it."
    yield ReviewNotice("warn", sentence, button)


def _find_symbols(body: str) -> list[str]:
    """Return the emoji and other symbols outside GSM-7 that have no plain form.

    Letters stay: they belong to the language of the text.
    """
    symbols = []
    for character in dict.fromkeys(body):
        is_plain = character in GSM7_CHARACTERS or character in GSM7_REPLACEMENTS
        if not is_plain and not character.isalpha() and not EMOJI_MODIFIERS.match(character):
            symbols.append(character)
    return symbols


def _remove_symbols(body: str, symbols: Sequence[str]) -> str:
    characters = (
        character for character in replace_costly_characters(body) if character not in symbols
    )
    return EMOJI_MODIFIERS.sub("", "".join(characters))


def _describe_character(character: str) -> str:
    if character in INVISIBLE_CHARACTER_NAMES:
        return INVISIBLE_CHARACTER_NAMES[character]
    if character in TYPOGRAPHIC_NAMES:
        return TYPOGRAPHIC_NAMES[character]
    if character.isprintable():
        return f"“{character}”"
    return "an invisible character"
