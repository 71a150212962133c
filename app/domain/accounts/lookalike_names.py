"""Names that look like another one, and names of letters that do not belong together.

After Unicode Technical Standard 39 (https://www.unicode.org/reports/tr39): names are compared by a
"skeleton" in which letters that look alike are the same, and scripts are mixed only where people
do so, as in Japanese. The table has the letters that are met in attacks, not all 6,000.
"""

import re
import unicodedata

from app.domain.texts.unicode_categories import INVISIBLE_CATEGORIES, remove_categories

MIXED_SCRIPTS_ERROR = (
    "Use letters of one alphabet: this mixes {}, and some of their letters look the same."
)
# What nobody sees although Unicode counts it as a letter or a mark.
_UNSEEN_LETTERS_PATTERN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufe00-\ufe0f]"
)
_LATIN_LIKE = {
    # Cyrillic; capitals look alike where small letters do not: В, Н, М, Т
    **dict(zip("авгеёзіїјкмнопрстухѕһӏԁԛԝь", "abree3iijkmhonpctyxshldqwb", strict=True)),
    # Greek
    **dict(zip("αβγεζηικμνορτυχϲ", "abyeznikmvoptuxc", strict=True)),
    # Armenian, and letters of Latin itself
    **dict(zip("օոսհցզıɑɡɩʟƨ", "onuhgqiagils", strict=True)),
}
# Before capitals become small: only the capital I looks like l.
_CAPITALS_AND_SIGNS = str.maketrans(
    {"I": "l", "І": "l", "Ι": "l", "1": "l", "|": "l", "0": "o", "Ӏ": "l"}
    | dict.fromkeys("‐‑‒–—−", "-")
    | dict.fromkeys("’‘ʼʹ`´′", "'")
)
_SMALL_LETTERS = str.maketrans(_LATIN_LIKE)
_PAIRS = (("rn", "m"), ("vv", "w"))
_EAST_ASIAN_SCRIPTS = frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"})
# Nothing of these looks like a Latin letter: "Ali علي" misleads nobody.
_UNLIKE_LATIN = frozenset(
    {
        "ARABIC",
        "HEBREW",
        "SYRIAC",
        "DEVANAGARI",
        "BENGALI",
        "GURMUKHI",
        "GUJARATI",
        "ORIYA",
        "TAMIL",
        "TELUGU",
        "KANNADA",
        "MALAYALAM",
        "SINHALA",
        "THAI",
        "LAO",
        "KHMER",
        "MYANMAR",
        "TIBETAN",
        "ETHIOPIC",
        "MONGOLIAN",
    }
)
# First words of names of letters that tell no script, and words that tell another one.
_OTHER_SCRIPT_WORDS = {
    "KATAKANA-HIRAGANA": "KATAKANA",
    "IDEOGRAPHIC": "CJK",
    "MODIFIER": "",
    "MASCULINE": "LATIN",
    "FEMININE": "LATIN",
}


def remove_unseen(name: str) -> str:
    """Return the name without characters that nobody sees."""
    return _UNSEEN_LETTERS_PATTERN.sub("", remove_categories(name, INVISIBLE_CATEGORIES))


def build_skeleton(name: str) -> str:
    """Return what two names that look alike have in common. It is for comparing only."""
    text = unicodedata.normalize("NFKC", remove_unseen(name)).translate(_CAPITALS_AND_SIGNS)
    text = unicodedata.normalize("NFC", text.casefold()).translate(_SMALL_LETTERS)
    for pair, letter in _PAIRS:
        text = text.replace(pair, letter)
    return " ".join(text.split())


def find_script_problem(name: str) -> str | None:
    """Return why the letters of a name do not belong together, or None when they do."""
    scripts = _find_scripts(name)
    if len(scripts) < 2 or scripts <= _EAST_ASIAN_SCRIPTS:
        return None
    other_scripts = scripts - {"LATIN"}
    if len(other_scripts) == 1 and len(scripts) == 2 and other_scripts <= _UNLIKE_LATIN:
        return None
    return MIXED_SCRIPTS_ERROR.format(" and ".join(sorted(map(str.capitalize, scripts))))


def _find_scripts(name: str) -> set[str]:
    scripts = set()
    for character in unicodedata.normalize("NFKC", name):
        if unicodedata.category(character).startswith("L"):
            word = unicodedata.name(character, "").partition(" ")[0]
            scripts.add(_OTHER_SCRIPT_WORDS.get(word, word))
    return scripts - {""}
