"""What people quote of our texts when they answer: it is taken out before their words are read."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

# Opening marks, with the marks that may close them. English, German, French, Spanish, Swedish, …
QUOTE_PAIRS = {
    "“": "”“",
    '"': '"',
    "„": "“”„",
    "«": "»",
    "»": "«",
    "”": "”",
    "「": "」",
    "『": "』",
    "‘": "’",
    "‚": "‘’",
    "‹": "›",
    "'": "'",
    "＂": "＂",
}
QUOTE_MARKS = frozenset(QUOTE_PAIRS)
# Shorter than this (characters, words) a person may well say the same as we did.
MIN_QUOTED_LENGTH = 12
MIN_QUOTED_WORDS = 3
# What is compared of a body: longer ones are no answers of people.
MAX_LENGTH_READ = 3200

_QUOTED_LINE_PATTERN = re.compile(r"^[ \t]*[>|＞].*$", re.MULTILINE)
_DATE_OR_NAME = r"[^\n]{0,160}?"
_WROTE_PATTERN = re.compile(
    rf"(?:^|\n)[ \t]*{_DATE_OR_NAME}\b(?:wrote|writes|schrieb|schreibt|escribi[oó]|a [eé]crit"
    r"|ha scritto|escreveu|schreef|skrev|kirjoitti|napisa[lł]a?|scris|yazd[ıi])"
    rf"(?: {_DATE_OR_NAME})?[ \t\u00a0]*[:：][ \t]*(?=\n|$)"
)
_FORWARD_PATTERN = re.compile(
    r"(?:^|\n)[ \t]*(?:-{2,}|_{5,})[ \t]*(?:original|forwarded|mensaje|message|ursprüngliche|"
    r"weitergeleitete|messaggio|mensagem)[^\n]{0,60}(?=\n|$)",
    re.IGNORECASE,
)
# "Reply STOP to opt out" in quotation marks is ours, whatever we texted.
_INSTRUCTION_PATTERN = re.compile(
    r"\b(?i:reply|replying|text|texting|txt|send|write|responda|responde|env[ií]e|env[ií]a|conteste"
    r"|r[eé]pondez|r[eé]ponds|envoyez|texte[rz]|antworten|antworte)\b.{0,20}\b[A-Z]{3,}\b",
)
_SENTENCE_PATTERN = re.compile(r"[^.!?\n]+[.!?]*")
_QUOTED_PASSAGE_PATTERN = re.compile(
    r"“[^“”]{3,}”|\"[^\"]{3,}\"|„[^“”„]{3,}[“”]|«[^«»]{3,}»|「[^「」]{3,}」|”[^”]{3,}”"
)


def may_quote_us(body: str) -> bool:
    """Whether a text can hold words of ours: it has a few words or a quotation mark."""
    return len(body) >= MIN_QUOTED_LENGTH or not QUOTE_MARKS.isdisjoint(body)


def remove_quotations(body: str, our_last_texts: Sequence[str] = ()) -> str:
    """Return a text without what it quotes of ours.

    Lines that begin with ">", what follows "… wrote:", our last texts with or without quotation
    marks, and instructions like “Reply STOP to opt out” in quotation marks.
    """
    if len(body) > MAX_LENGTH_READ:
        return body
    text = _cut_below_heading(body)
    text = _QUOTED_LINE_PATTERN.sub("", text)
    text = _QUOTED_PASSAGE_PATTERN.sub(
        lambda match: _remove_quoted_passage(match[0], our_last_texts), text
    )
    text = _remove_our_texts(text, our_last_texts)
    return text.strip() if text != body else body


def _cut_below_heading(body: str) -> str:
    """Return what stands before "On Monday, Grace Church wrote:" and the like."""
    for pattern in (_WROTE_PATTERN, _FORWARD_PATTERN):
        match = pattern.search(body)
        if match:
            before, after = body[: match.start()], body[match.end() :]
            # Some people answer below: what is not quoted there is theirs.
            below = after if ">" in after else ""
            body = f"{before}\n{below}"
    return body


def _remove_quoted_passage(passage: str, our_last_texts: Sequence[str]) -> str:
    words = passage[1:-1]
    if _INSTRUCTION_PATTERN.search(words) or is_text_of_ours(words, our_last_texts):
        return " "
    return passage


def _remove_our_texts(text: str, our_last_texts: Sequence[str]) -> str:
    """Return the text without our last texts, or whole lines or sentences of them."""
    rest = text
    for our_text in our_last_texts:
        for passage in _list_passages(our_text):
            if len(passage) > len(rest):
                continue
            rest = _remove_passage(rest, passage)
    # Who texts our own words and nothing else means something by them.
    return rest if rest.strip(" \n\t.,;:!?-–—\"'“”«»") else text


def _remove_passage(text: str, passage: str) -> str:
    """Return the text without a passage, whatever spaces and line ends stand between its words."""
    if passage.split()[0].casefold() not in text.casefold():
        return text
    return _compile_passage(passage).sub(" ", text)


@lru_cache(maxsize=256)
def _compile_passage(passage: str) -> re.Pattern[str]:
    words = r"\s+".join(map(re.escape, passage.split()))
    return re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)


@lru_cache(maxsize=256)
def _list_passages(ours: str) -> tuple[str, ...]:
    """Return what may be quoted of one of our texts, the longest first: whole, lines, sentences."""
    passages = [ours, *ours.splitlines(), *_SENTENCE_PATTERN.findall(ours)]
    passages = list(map(str.strip, passages))
    return tuple(sorted(filter(_is_long_enough, dict.fromkeys(passages)), key=len, reverse=True))


def _is_long_enough(passage: str) -> bool:
    return len(passage) >= MIN_QUOTED_LENGTH and len(passage.split()) >= MIN_QUOTED_WORDS


def is_text_of_ours(words: str, our_last_texts: Sequence[str]) -> bool:
    """Whether words in quotation marks are one of our texts, or its beginning cut off with "…"."""
    quoted = fold_quotation(words)
    if not quoted:
        return False
    return any(_is_part_of(quoted, fold_quotation(our_text)) for our_text in our_last_texts)


def _is_part_of(quoted: str, ours: str) -> bool:
    return quoted == ours or (len(quoted) >= MIN_QUOTED_LENGTH and quoted in ours)


@lru_cache(maxsize=256)
def fold_quotation(text: str) -> str:
    """Return the letters and digits of a text in small letters, with single spaces."""
    plain = unicodedata.normalize("NFKC", text[:MAX_LENGTH_READ]).casefold()
    return " ".join("".join(map(_keep_word_character, plain)).split())


def _keep_word_character(character: str) -> str:
    return character if character.isalnum() else " "
