"""Texts of ASCII are folded in a few calls of C; they give what the general way gives."""

import unicodedata

from app.domain.texts import reactions, text_intent, word_folding
from app.domain.texts.unicode_categories import (
    ACCENT_CATEGORIES,
    INVISIBLE_CATEGORIES,
    remove_categories,
)

# "é" behind it makes the text take the general way; it is neither a mark nor invisible.
NOT_ASCII = "é"
TEXTS = [
    *(f"a{chr(code)}b{chr(code)}c" for code in range(128)),
    "--Food_Bank\0now-",
    "F.O.O.D. bank!",
    " I'll be\tthere\r\n",
    "^_^",
    "",
]


def test_the_short_way_for_ascii_gives_what_the_general_way_gives():
    """Every ASCII character, inside a text and at its end."""
    for text in TEXTS:
        general = text_intent.fold_text(text + NOT_ASCII)
        if general and text[-1:].isalnum():
            assert text_intent.fold_text(text) == general[:-1], repr(text)
        marks = word_folding._split_at_marks(text + NOT_ASCII)
        assert word_folding._split_at_marks(text + "e") == marks[:-1] + "e", repr(text)
        plain = text.replace("`", "")
        spread = reactions._replace_emojis(plain + NOT_ASCII)
        assert reactions._replace_emojis(plain) == spread[:-1], repr(text)


def test_no_ascii_character_is_invisible_or_an_accent():
    """Otherwise remove_categories() would have to look at each."""
    ascii_text = "".join(map(chr, range(128)))
    for categories in (INVISIBLE_CATEGORIES, ACCENT_CATEGORIES):
        assert remove_categories(ascii_text, categories) == ascii_text
    without_controls = remove_categories(ascii_text, {"Cc"})
    assert "Cc" not in {unicodedata.category(character) for character in without_controls}
