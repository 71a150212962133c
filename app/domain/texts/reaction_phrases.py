"""How phones write a reaction as a text, in the languages they speak: reaction_phrases.txt."""

from collections.abc import Iterator
from pathlib import Path

from app.domain.texts.word_tables import load_word_table

_TABLE = load_word_table(Path(__file__).with_suffix(".txt"))
_OBJECT_KIND = "object "


def _list_english_sign_phrases() -> Iterator[str]:
    """Yield what English phones write of a sign: "Gave a thumbs up to …"."""
    for sign in _TABLE["sign"]:
        for article in ("a ", "an ", "the ", "their ", ""):
            named = f"{article}{sign}"
            yield f"removed {named} from …"
            yield from (f"{verb} {named} to …" for verb in ("gave", "sent", "added", "reacted"))
            yield from (f"{verb} {named} on …" for verb in ("put", "placed", "added", "gave"))
            yield f"reacted with {named} to …"
            yield f"reacted to … with {named}"


def _list_objects() -> Iterator[str]:
    for kind, nouns in _TABLE.items():
        if kind.startswith(_OBJECT_KIND):
            for article in kind.removeprefix(_OBJECT_KIND).split():
                yield from (f"{article} {noun}" for noun in nouns)


REACTION_PHRASES = frozenset(
    (
        *_TABLE["english"],
        *_TABLE["romance"],
        *_TABLE["germanic"],
        *_TABLE["other"],
        *_list_english_sign_phrases(),
    )
)
# The longest first: an alternation takes the first that fits.
REACTION_OBJECTS = sorted(set(_list_objects()), key=len, reverse=True)
