"""Changes that make a text cheaper, as the compose page offers them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.blasts.queries.text_forecaster import TextForecaster
from app.domain.delivery.cost_estimate import compute_cost, format_money
from app.domain.texts.accented_letters import find_accented_letters, write_plain_letters
from app.domain.texts.plurals import pluralize
from app.domain.texts.segments import find_costly_characters, replace_costly_characters
from app.domain.texts.text_languages import name_language
from app.organisation import queries as organisations

MAX_CHARACTERS_SHOWN = 4
# What the button of the body says; that of a translation says its language.
PLAIN_BODY = "1"


@dataclass(frozen=True)
class TextFix:
    """A change that makes the texts cheaper: what is the matter, and the button that mends it."""

    sentence: str
    label: str
    field: str
    value: str


def list_fixes(forecaster: TextForecaster) -> Iterator[TextFix]:
    """Yield what makes each text cheaper, then plain letters in names, for all of them."""
    for tag in forecaster.texts:
        yield from _list_text_fixes(forecaster, tag)
    if forecaster.plain_names:
        return
    saved = 0
    letters: set[str] = set()
    for tag in forecaster.texts:
        result = forecaster.forecast(tag)
        saved += result.segment_count - forecaster.forecast(tag, plain_names=True).segment_count
        for share in result.shares:
            letters.update(share.letters.split())
    if saved > 0:
        sample = " ".join(sorted(letters)) or "ë"
        sentence = f"Letters like {sample} in names make some texts longer."
        label = f"Send plain letters in names: {_describe_saving(saved)} less"
        yield TextFix(sentence, label, "plain_names", "y")


def _list_text_fixes(forecaster: TextForecaster, tag: str | None) -> Iterator[TextFix]:
    """Yield plain characters for one text; where those save nothing, plain letters."""
    body = forecaster.texts[tag].body
    characters = [c for c, _ in find_costly_characters(body)]
    saved = _count_saved(forecaster, tag, replace_costly_characters) if characters else 0
    if saved > 0:
        sample = " ".join(c for c in characters[:MAX_CHARACTERS_SHOWN] if c.isprintable())
        verb = "makes" if len(characters) == 1 else "make"
        sentence = f"{sample or 'Invisible characters'} {verb} the texts longer."
        label = f"Use plain characters: {_describe_saving(saved)} less"
        yield TextFix(_name_text(tag, sentence), label, "plain", tag or PLAIN_BODY)
        return
    letters = find_accented_letters(body)
    saved = _count_saved(forecaster, tag, write_plain_letters) if letters else 0
    if saved > 0:
        sample = " ".join(letters[:MAX_CHARACTERS_SHOWN])
        sentence = f"Letters like {sample} make the texts longer."
        label = f"Write without accents: {_describe_saving(saved)} less"
        yield TextFix(_name_text(tag, sentence), label, "plain_letters", tag or PLAIN_BODY)


def _count_saved(
    forecaster: TextForecaster, tag: str | None, write_plainly: Callable[[str], str]
) -> int:
    plain_body = write_plainly(forecaster.texts[tag].body)
    plain = forecaster.forecast(tag, plain_body)
    return forecaster.forecast(tag).segment_count - plain.segment_count


def _name_text(tag: str | None, sentence: str) -> str:
    return f"{name_language(tag)}: {sentence}" if tag else sentence


def _describe_saving(segments: int) -> str:
    """Return "3 segments", or "3 segments ($0.02)" where the price is known."""
    organisation = organisations.get_organisation()
    cost = compute_cost(segments, organisation.price_per_segment)
    amount = pluralize(segments, "segment")
    return f"{amount} ({format_money(cost, organisation.currency)})" if cost is not None else amount
