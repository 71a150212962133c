"""Address cards (vCard 2.1, 3.0, 4.0): each card becomes a row with its name and its numbers.

A reader of our own: vobject refuses a whole file for one odd line, and phones write many.
"""

import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.core.delimited_text import SpreadsheetRow

CARD_START_PATTERN = re.compile(r"\s*begin:vcard\b", re.IGNORECASE)
# "item1.TEL;TYPE=CELL,pref:+1 303 …": a group, the name, parameters, the value.
PROPERTY_PATTERN = re.compile(
    r"(?:[\w-]+\.)?(?P<name>[\w-]+)(?P<parameters>(?:;[^:]*)?):(?P<value>.*)"
)
QUOTED_PARAMETER_PATTERN = re.compile(r'"([^"]*)"')
ESCAPED_CHARACTER_PATTERN = re.compile(r"\\(.)")
MAX_CARD_PHONES = 10
MOBILE_TYPES = frozenset({"CELL", "IPHONE", "MOBILE", "MSG", "TEXT", "PCS"})
PREFERRED_TYPES = frozenset({"PREF", "PREF=1"})
LANDLINE_TYPES = frozenset({"HOME", "WORK", "MAIN", "OTHER", "CAR", "VIDEO"})
NON_PHONE_TYPES = frozenset({"FAX", "PAGER", "MODEM", "BBS"})
NAME_HEADING = "Name"
PHONE_HEADING = "Phone"


@dataclass(frozen=True)
class _CardProperty:
    """One line of a card, unfolded. `types` are its parameters in capitals, "TYPE=" taken off."""

    name: str
    types: frozenset[str]
    value: str


@dataclass
class _Card:
    line: int
    properties: list[_CardProperty] = field(default_factory=list)

    def find_value(self, name: str) -> str:
        """Return the first value that is not blank of a property, or ""."""
        for item in self.properties:
            if item.name == name and item.value.strip(" ;"):
                return item.value
        return ""


def is_address_card(text: str) -> bool:
    """Whether a text begins as an address card does, in any case."""
    return CARD_START_PATTERN.match(text) is not None


def read_address_cards(text: str) -> list[SpreadsheetRow]:
    """Return a row of headings and one row a card, the number to text first."""
    cards = list(_iterate_cards(text))
    phones = list(map(_list_phones, cards))
    phone_count = max([1, *map(len, phones)])
    headings = [NAME_HEADING, PHONE_HEADING]
    headings += [f"Other phone {number}" for number in range(2, phone_count + 1)]
    rows = [SpreadsheetRow(0, headings)]
    for card, numbers in zip(cards, phones, strict=True):
        rows.append(SpreadsheetRow(card.line, [_get_card_name(card), *numbers]))
    return rows


def _iterate_cards(text: str) -> Iterator[_Card]:
    card: _Card | None = None
    for line_number, line in _unfold_lines(text):
        match = PROPERTY_PATTERN.fullmatch(line)
        if match is None:
            continue
        name = match["name"].upper()
        value = match["value"].strip().upper()
        if name == "BEGIN" and value == "VCARD":
            card = _Card(line_number)
        elif name == "END" and value == "VCARD":
            if card is not None:
                yield card
            card = None
        elif card is not None:
            card.properties.append(_build_property(name, match["parameters"], match["value"]))
    # A file that is cut short still has its last card.
    if card is not None and card.properties:
        yield card


def _unfold_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield each line with its number; those that go on with the next one are joined."""
    pieces: list[str] = []
    first_number = 1
    is_quoted_printable = False
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        if pieces and is_quoted_printable and pieces[-1].endswith("="):
            # The "=" stays for quopri, which joins the lines.
            pieces.append("\n" + line)
            continue
        if pieces and line[:1] in (" ", "\t"):
            pieces.append(line[1:])
            continue
        if pieces:
            yield first_number, "".join(pieces).replace("=\n", "")
        pieces = [line]
        first_number = number
        is_quoted_printable = "QUOTED-PRINTABLE" in line.partition(":")[0].upper()
    if pieces:
        yield first_number, "".join(pieces).replace("=\n", "")


def _build_property(name: str, parameters: str, value: str) -> _CardProperty:
    unquoted = QUOTED_PARAMETER_PATTERN.sub(r"\1", parameters).upper()
    types = set()
    charset = "utf-8"
    for parameter in re.split(r"[;,]", unquoted):
        types.add(parameter.removeprefix("TYPE=").strip())
        if parameter.startswith("CHARSET="):
            charset = parameter.removeprefix("CHARSET=")
    if types & {"QUOTED-PRINTABLE", "ENCODING=QUOTED-PRINTABLE"}:
        value = _decode_quoted_printable(value, charset)
    return _CardProperty(name, frozenset(types), value)


def _decode_quoted_printable(value: str, charset: str) -> str:
    data = quopri.decodestring(value.encode("utf-8", "replace"))
    try:
        return data.decode(charset)
    except (LookupError, UnicodeDecodeError):
        return data.decode("utf-8", "replace")


def _get_card_name(card: _Card) -> str:
    """Return the formatted name, else the given and the family name, else the nickname."""
    formatted = card.find_value("FN")
    if formatted:
        return _unescape_value(formatted)
    parts = [_unescape_value(part) for part in re.split(r"(?<!\\);", card.find_value("N"))]
    parts += [""] * 3
    name = " ".join(filter(None, (parts[1], parts[2], parts[0])))
    return name or _unescape_value(card.find_value("NICKNAME"))


def _unescape_value(value: str) -> str:
    return ESCAPED_CHARACTER_PATTERN.sub(_unescape_character, value).strip()


def _unescape_character(match: re.Match[str]) -> str:
    return " " if match[1] in "nN" else match[1]


def _list_phones(card: _Card) -> list[str]:
    """Return the numbers of a card without repeats, the likeliest mobile phone first."""
    numbers = [item for item in card.properties if item.name == "TEL"]
    # sorted() is stable: among equals the order of the card stays.
    numbers = sorted(numbers, key=_rank_phone)
    values: dict[str, None] = {}
    for item in numbers:
        value = _unescape_value(item.value).removeprefix("tel:").partition(";")[0]
        if value and not item.types & NON_PHONE_TYPES:
            values[value] = None
    return list(values)[:MAX_CARD_PHONES]


def _rank_phone(item: _CardProperty) -> tuple[bool, bool, bool]:
    """Return a key that sorts mobile phones first, then preferred numbers, landlines last."""
    return (
        not item.types & MOBILE_TYPES,
        not item.types & PREFERRED_TYPES,
        bool(item.types & LANDLINE_TYPES),
    )
