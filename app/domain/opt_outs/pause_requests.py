"""Requests for no texts during some days: "PAUSE 30", "pause for 2 weeks", "pausa un mes".

A text is one when it says nothing else. A pause of 30 days where none are named; at most a year.
"""

import re
from collections.abc import Sequence

from app.domain.opt_outs.opt_out_detection import OptOutVerdict, judge_opt_out
from app.domain.opt_outs.opt_out_lexer import Sentence, has_laughter, read_sentences

DEFAULT_PAUSE_DAYS = 30
MAX_PAUSE_DAYS = 365
MAX_REASON_WORDS = 6
# "pause one" is the beginning of something else; "pause thirty" is not.
SMALLEST_DAYS_IN_WORDS = 7
PAUSE_WORDS = frozenset({"PAUSE", "PAUSA"})
# As the lexer folds them: capitals, no accents, no apostrophes.
_DAYS_BY_UNIT = {
    **dict.fromkeys(("D", "DAY", "DAYS", "DIA", "DIAS", "JOUR", "JOURS"), 1),
    **dict.fromkeys(("W", "WK", "WKS", "WEEK", "WEEKS", "SEMANA", "SEMANAS"), 7),
    **dict.fromkeys(("SEMAINE", "SEMAINES"), 7),
    **dict.fromkeys(("MO", "MONTH", "MONTHS", "MES", "MESES", "MOIS"), 30),
    **dict.fromkeys(("Y", "YEAR", "YEARS", "ANO", "ANOS", "AN", "ANS", "ANNEE"), 365),
}
_NUMBERS = {
    **dict.fromkeys(("A", "AN", "ONE", "UN", "UNA", "UNE"), 1),
    **dict.fromkeys(("TWO", "DOS", "DEUX"), 2),
    **dict.fromkeys(("THREE", "TRES", "TROIS"), 3),
    **dict.fromkeys(("FOUR", "CUATRO", "QUATRE"), 4),
    **dict.fromkeys(("FIVE", "CINCO", "CINQ"), 5),
    **dict.fromkeys(("SIX", "SEIS"), 6),
    **dict.fromkeys(("SEVEN", "SIETE", "SEPT"), 7),
    **dict.fromkeys(("EIGHT", "OCHO", "HUIT"), 8),
    **dict.fromkeys(("NINE", "NUEVE", "NEUF"), 9),
    **dict.fromkeys(("TEN", "DIEZ", "DIX"), 10),
    **dict.fromkeys(("TWELVE", "DOCE", "DOUZE"), 12),
    **dict.fromkeys(("FIFTEEN", "QUINCE", "QUINZE"), 15),
    **dict.fromkeys(("TWENTY", "VEINTE", "VINGT"), 20),
    **dict.fromkeys(("THIRTY", "TREINTA", "TRENTE"), 30),
    **dict.fromkeys(("SIXTY", "SESENTA", "SOIXANTE"), 60),
    **dict.fromkeys(("NINETY", "NOVENTA"), 90),
}
_COURTESY = (
    r"(?:PLEASE|PLS|PLZ|KINDLY|HI|HELLO|HEY|THANKS|THX|THANK YOU|POR FAVOR|GRACIAS|HOLA|SVP|MERCI)"
)
_WHAT = (
    r"(?:(?:MY|THE|ALL|YOUR|THESE|LOS|MIS|SUS|LES|MES|VOS) )?"
    r"(?:TEXTS|TEXT|MESSAGES|MESSAGE|SMS|MENSAJES|TEXTOS|TEXTING|ME|ALL)"
)
_VERB = (
    r"(?:PAUSE|PAUSA|PAUSAR|PAUSEN|PAUSER|PAUSEZ|PAUSING|TAKE A PAUSE"
    r"|(?:METTRE|METTEZ) (?:LES SMS |LES MESSAGES )?EN PAUSE)"
)
# Words after which no number of days can be read: until when, or for good.
_OPEN_END = r"(?:UNTIL|TILL|TIL|HASTA|JUSQUA|JUSQUAU|JUSQUE|FOREVER|INDEFINITELY|FOR GOOD)"
_FOR = r"(?:FOR|POR|DURANTE|PENDANT|POUR|DE|OF)"
_NEXT = r"(?:THE NEXT|NEXT|LES PROCHAINS|LOS PROXIMOS)"
_PATTERN = re.compile(
    rf"(?:{_COURTESY} )*{_VERB}(?: {_WHAT})?(?P<span>(?: {_FOR})?(?: {_NEXT})?"
    rf" (?:(?P<count>[0-9]{{1,12}}|{'|'.join(_NUMBERS)}) ?)?(?P<unit>{'|'.join(_DAYS_BY_UNIT)})?)?"
    rf"(?: {_WHAT})?(?: {_COURTESY})*"
)
_UNCLEAR_PATTERN = re.compile(
    rf"(?:{_COURTESY} )*{_VERB}(?: {_WHAT})? {_OPEN_END}(?: \S+){{0,6}}"
    rf"|{_VERB}(?: \S+){{0,4}} (?:STOP|UNSUBSCRIBE|REMOVE ME|ALTO|ARRET)(?: \S+){{0,3}}"
    rf"|(?:NO|NO MORE) (?:TEXTS|MESSAGES|SMS) (?:FOR|UNTIL|TILL)(?: \S+){{1,5}}"
)
# Without it a text is not read: every text that comes in is asked about.
_UNCLEAR_HINT = re.compile(r"paus|\bno (?:more )?(?:texts|messages|sms)\b", re.IGNORECASE)
# "PAUSE30", "2weeks"
_BETWEEN_LETTERS_AND_DIGITS = re.compile(
    r"(?<=[0-9])(?=[A-Z])|(?<=PAUSE)(?=[0-9])|(?<=PAUSA)(?=[0-9])"
)


def read_pause_days(words: str) -> int | None:
    """Return for how many days a text asks for no texts, None when it does not ask for that."""
    if "paus" not in words.lower():
        return None
    sentences = read_sentences(words[:200], at_commas=False)
    if has_laughter(words) or any(sentence.is_question for sentence in sentences):
        return None
    match = _match(sentences)
    if match is None:
        match = _match_first_clause(words)
    if match is None:
        return None
    count, unit = match["count"], match["unit"]
    if not count and not unit:
        # "pause for" alone is the beginning of something else
        return DEFAULT_PAUSE_DAYS if not (match["span"] or "").strip() else None
    number = int(count) if count and count.isdigit() else _NUMBERS.get(count or "", 1)
    if not unit and not (count or "").isdigit() and number < SMALLEST_DAYS_IN_WORDS:
        return None
    days = number * _DAYS_BY_UNIT.get(unit or "", 1)
    return min(days, MAX_PAUSE_DAYS) or None


def may_ask_for_pause(words: str) -> bool:
    """Whether a text may ask for no texts, but it is not clear until when: a person decides.

    "pause until June", "pause 30, or just remove me", "no texts for 2 weeks".
    """
    if _UNCLEAR_HINT.search(words) is None:
        return False
    sentences = read_sentences(words[:200], at_commas=False)
    if has_laughter(words) or any(sentence.is_question for sentence in sentences):
        return False
    folded = " ".join(word.text for sentence in sentences for word in sentence.words)
    return _UNCLEAR_PATTERN.fullmatch(folded) is not None


def _match(sentences: Sequence[Sentence]) -> re.Match[str] | None:
    folded = " ".join(word.text for sentence in sentences for word in sentence.words)
    return _PATTERN.fullmatch(_BETWEEN_LETTERS_AND_DIGITS.sub(" ", folded))


def _match_first_clause(words: str) -> re.Match[str] | None:
    """Read "pause 90 days, traveling": a number of days first, then a few words about why.

    Words that may ask to stop all texts are no reason: then a person decides.
    """
    clauses = read_sentences(words[:200], at_commas=True)
    match = _match(clauses[:1])
    reason = " ".join(word.text for clause in clauses[1:] for word in clause.words)
    if match is None or not match["unit"] or len(reason.split()) > MAX_REASON_WORDS:
        return None
    return match if judge_opt_out(reason) is OptOutVerdict.NONE else None


def is_bare_pause_word(words: str) -> bool:
    """Whether a text is PAUSE or PAUSA and nothing else: a keyword of that name may be meant."""
    sentences = read_sentences(words[:200], at_commas=False)
    written = [word.text for sentence in sentences for word in sentence.words]
    return len(written) == 1 and written[0] in PAUSE_WORDS
