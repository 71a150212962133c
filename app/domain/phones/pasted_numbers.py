"""Names and numbers as somebody typed or pasted them: one person a line, or numbers in a row."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.phones.phone_number import PhoneNumber
from app.domain.phones.phone_problems import InvalidPhoneNumber
from app.domain.texts.text_cleaning import clean_name

MAX_PASTED_LINES = 5_000
MAX_NAME_LENGTH = 100
MAX_SHOWN_LENGTH = 40
# A run of what numbers are written with, that has seven digits or more.
NUMBER_PATTERN = re.compile(r"[+(]?(?:\d[\s().\-/‐‑–]{0,3}){6,15}\d")
# "12. Zoë …"
NUMBERING_PATTERN = re.compile(r"^\d{1,4}[.)]\s+(?=\D)")
SEPARATORS = " \t,;:|–—-"


@dataclass(frozen=True)
class PastedPeople:
    """The people that were read, by number with their name or None, and a sentence a bad line."""

    names: dict[str, str | None]
    problems: list[str]


def read_pasted_people(text: str, region: str) -> PastedPeople:
    """Return who is named by the lines of a text; numbers without a country are of `region`.

    "Zoë, 303 555 0142" is a person with a name. Two numbers in a line are two people without one.
    """
    people = PastedPeople({}, [])
    for line in text.splitlines()[:MAX_PASTED_LINES]:
        written = NUMBERING_PATTERN.sub("", line.strip(), count=1)
        if written:
            _read_line(written, region, people)
    return people


def _read_line(line: str, region: str, people: PastedPeople) -> None:
    try:
        line_people = list(_find_people(line, region))
    except InvalidPhoneNumber as error:
        people.problems.append(f"“{line[:MAX_SHOWN_LENGTH]}”: {error.sentence}")
        return
    for phone, name in line_people:
        people.names[phone] = people.names.get(phone) or name


def _find_people(line: str, region: str) -> Iterator[tuple[str, str | None]]:
    matches = [match[0].strip() for match in NUMBER_PATTERN.finditer(line)]
    if not matches:
        # Says what is wrong with it.
        yield PhoneNumber.parse(line, region).e164, None
    elif len(matches) == 1:
        name = clean_name(line.replace(matches[0], " ").strip(SEPARATORS)) or None
        is_name = name is not None and len(name) <= MAX_NAME_LENGTH and not name.isdigit()
        yield PhoneNumber.parse(matches[0], region).e164, name if is_name else None
    else:
        for match in matches:
            yield PhoneNumber.parse(match, region).e164, None
