"""What deserves a second look in the texts of a blast: dates, links, length and cost."""

from collections.abc import Iterator, Sequence

from app.blasts.queries.costly_notices import list_costly_notices
from app.blasts.queries.field_notices import list_field_notices
from app.blasts.queries.name_notices import MAX_NAMES_SHOWN, list_first, list_name_notices
from app.blasts.queries.review_notices import (
    EDIT_TEXT,
    ReviewButton,
    ReviewNotice,
    ReviewRequest,
)
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.blast_rendering import RenderedBlast, RenderedText
from app.domain.delivery.skip_reasons import SkipReason
from app.domain.phones.phone_number import format_phone_number
from app.domain.texts.date_mentions import list_date_problems
from app.domain.texts.plurals import choose_by_count
from app.domain.texts.risky_texts import find_public_shorteners, is_shouting
from app.domain.texts.segments import count_utf16_units
from app.domain.time import local_times
from app.organisation.models import Organisation

LONG_TEXT_SEGMENTS = 4


def list_text_notices(request: ReviewRequest, organisation: Organisation) -> Iterator[ReviewNotice]:
    """Yield what deserves a look about the texts and their length."""
    draft, blast = request.draft, request.blast
    bodies = [draft.body, *draft.translations.values()]
    today = local_times.get_local_date(draft.timezone, draft.send_at or request.moment)
    for problem in dict.fromkeys(p for body in bodies for p in list_date_problems(body, today)):
        yield ReviewNotice("warn", f"Check the date: {problem}", EDIT_TEXT)
    yield from _warn_about_style(bodies)
    yield from _warn_about_too_long_texts(blast)
    for tag, texts in blast.texts_by_language.items():
        yield from list_name_notices(blast.language_texts[tag].body, texts)
    yield from list_field_notices(blast)
    for tag in blast.language_texts:
        yield from list_costly_notices(blast, organisation, tag)
    yield from _warn_about_length(blast)
    yield from _warn_about_missing_opt_out(draft, organisation)


def describe_too_long_texts(texts: Sequence[RenderedText]) -> str:
    """Return a sentence that names the first of these people, each with their text's length."""
    people = []
    for text in texts[:MAX_NAMES_SHOWN]:
        name = text.name or format_phone_number(text.phone)
        people.append(f"{name} ({count_utf16_units(text.body):,} characters)")
    return f"With names filled in, the text is too long for {list_first(people, len(texts))}."


def _warn_about_style(bodies: Sequence[str]) -> Iterator[ReviewNotice]:
    """Name what carriers filter or readers dislike."""
    shorteners = find_public_shorteners("\n".join(bodies))
    if shorteners:
        yield ReviewNotice(
            "warn",
            f"Carriers often block texts with {' or '.join(shorteners)} links. Use the full "
            "address instead.",
            EDIT_TEXT,
        )
    if any(map(is_shouting, bodies)):
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
    bodies = [draft.body, *draft.translations.values()]
    if draft.footer is not None or all("stop" in body.casefold() for body in bodies):
        return
    footer = organisation.footer.strip()
    button = None
    if footer:
        button = ReviewButton(f"Add “{footer}”", "include_unsubscribe", "y")
    sentence = "This text does not say how to opt out."
    yield ReviewNotice("warn", sentence, button)
