"""What characters outside the plain alphabet cost in the texts of a blast."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from app.blasts.queries.review_notices import ReviewButton, ReviewNotice
from app.domain.delivery.blast_rendering import RenderedBlast, count_segments, count_segments_with
from app.domain.delivery.cost_estimate import format_money
from app.domain.texts import text_cleaning
from app.domain.texts.accented_letters import find_accented_letters, write_plain_letters
from app.domain.texts.plurals import choose_by_count, pluralize
from app.domain.texts.segments import (
    describe_costly_character,
    find_costly_characters,
    find_costly_symbols,
    remove_costly_symbols,
    replace_costly_characters,
)
from app.domain.texts.text_cleaning import capitalize_first
from app.domain.texts.text_languages import name_language
from app.organisation.models import Organisation

MAX_CHARACTERS_SHOWN = 8
MAX_LETTERS_SHOWN = 4
# Rendering 100,000 texts a second time would double the time of the page: what plain characters
# save is computed from the first of them.
SAVINGS_SAMPLE_SIZE = 5000
# What the button of the body says; that of a translation says its language.
PLAIN_BODY = "1"


def list_costly_notices(
    blast: RenderedBlast, organisation: Organisation, tag: str | None
) -> Iterator[ReviewNotice]:
    """Yield a notice about the characters outside GSM-7 in one text, and what they cost.

    `tag`: of the translation; None: the body. Names are not the writer's to change, so they are
    left out of this.
    """
    body = blast.language_texts[tag].body
    characters = [character for character, _ in find_costly_characters(body)]
    costly = list(map(describe_costly_character, characters))
    if costly:
        saved = _estimate_saved_segments(blast, tag, replace_costly_characters(body))
        if saved > 0:
            sentence = _describe_savings(costly, saved, blast, organisation, tag)
            button = ReviewButton(_label_button(tag), "plain", tag or PLAIN_BODY)
            yield ReviewNotice("warn", sentence, button)
            return
    if letters := find_accented_letters(body):
        saved = _estimate_saved_segments(blast, tag, write_plain_letters(body))
        if saved > 0:
            sentence = _describe_savings(_name_letters(letters), saved, blast, organisation, tag)
            button = ReviewButton(_label_letters(tag), "plain_letters", tag or PLAIN_BODY)
            yield ReviewNotice("warn", sentence, button)
            return
    symbols = find_costly_symbols(body)
    plain_body = remove_costly_symbols(body, symbols)
    if not symbols or text_cleaning.is_blank_text(plain_body):
        return
    saved = _estimate_saved_segments(blast, tag, plain_body)
    if saved > 0:
        sentence = _describe_savings([*costly, *symbols], saved, blast, organisation, tag)
        yield ReviewNotice("warn", sentence)


def _label_button(tag: str | None) -> str:
    what = f" in {name_language(tag)}" if tag else ""
    return f"Replace with plain characters{what}"


def _label_letters(tag: str | None) -> str:
    text = f"the {name_language(tag)} text" if tag else "it"
    return f"Write {text} without accents"


def _estimate_saved_segments(blast: RenderedBlast, tag: str | None, body: str) -> int:
    """Return how many segments fewer the same people would get with another body."""
    texts = blast.texts_by_language[tag]
    sample = texts[:SAVINGS_SAMPLE_SIZE]
    if not sample:
        return 0
    changed = {tag: replace(blast.language_texts[tag], body=body)}
    saved = count_segments(sample) - count_segments_with(blast, sample, changed)
    return round(saved * len(texts) / len(sample))


def _name_letters(letters: Sequence[str]) -> list[str]:
    """Return letters as a plural subject of a sentence."""
    sample = letters[:MAX_LETTERS_SHOWN]
    if len(sample) == 1:
        return [f"the letter {sample[0]}"]
    return [f"letters like {', '.join(sample[:-1])}", sample[-1]]


def _describe_savings(
    characters: Sequence[str],
    saved: int,
    blast: RenderedBlast,
    organisation: Organisation,
    tag: str | None,
) -> str:
    names = capitalize_first(", ".join(characters[:MAX_CHARACTERS_SHOWN]))
    if len(characters) > MAX_CHARACTERS_SHOWN:
        names = f"{names} …"
    if tag:
        names = f"{name_language(tag)}: {names}"
    verb = choose_by_count(len(characters), "raises", "raise")
    texts = blast.texts_by_language[tag]
    total = count_segments(texts)
    remainder = f"{total - saved:,}"
    if len(texts) > SAVINGS_SAMPLE_SIZE:
        remainder = f"about {remainder}"
    price = organisation.price_per_segment
    if price is not None:
        amount = format_money(saved * price, organisation.currency)
        remainder = f"{remainder}, about {amount} more"
    effect = f"{verb} the cost"
    if total >= 2 * (total - saved):
        effect = choose_by_count(len(characters), "doubles the cost", "double the cost")
    return f"{names} {effect}: {pluralize(total, 'segment')} instead of {remainder}."
