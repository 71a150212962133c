"""What the heading of a spreadsheet's column tells about the column, in many languages."""

from enum import IntEnum, StrEnum

from app.domain.spreadsheets.heading_words import (
    AREA_WORDS,
    CODE_WORDS,
    COUNTRY_WORDS,
    DATE_WORDS,
    FIRST_NAME_ADJECTIVES,
    FIRST_NAME_HEADINGS,
    FIRST_NAME_WORDS,
    FULL_NAME_HEADINGS,
    ID_WORDS,
    LABEL_WORDS,
    LANDLINE_WORDS,
    LAST_NAME_ADJECTIVES,
    LAST_NAME_HEADINGS,
    LAST_NAME_WORDS,
    MOBILE_STEMS,
    MOBILE_WORDS,
    NAME_WORDS,
    NON_PERSON_WORDS,
    NON_TEXT_WORDS,
    OTHER_PERSON_WORDS,
    PERSON_WORDS,
    PHONE_STEMS,
    PHONE_WORDS,
    SECOND_CHOICE_WORDS,
    WEAK_NAME_WORDS,
    fold_heading,
)
from app.domain.texts.contained_phrases import contains_any


class ColumnKind(StrEnum):
    """What a column holds, as far as an import needs it. The values are stored."""

    PHONE = "phone"
    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    COUNTRY = "country"
    AREA_CODE = "area_code"
    PHONE_LABEL = "phone_label"
    OPT_STATUS = "opt_status"
    GROUPS = "groups"
    SECOND_PHONE = "second_phone"
    LANGUAGE = "language"
    BIRTHDAY = "birthday"
    NOTE = "note"
    FIELD = "field"
    IGNORED = "nothing"

    @property
    def label(self) -> str:
        """The kind as pages show it."""
        return COLUMN_KIND_LABELS[self]


COLUMN_KIND_LABELS = {
    ColumnKind.PHONE: "Phone number",
    ColumnKind.NAME: "Full name",
    ColumnKind.FIRST_NAME: "First name",
    ColumnKind.LAST_NAME: "Last name",
    ColumnKind.COUNTRY: "Country",
    ColumnKind.AREA_CODE: "Area code",
    ColumnKind.PHONE_LABEL: "Type of phone",
    ColumnKind.OPT_STATUS: "Agreed to texts or not",
    ColumnKind.GROUPS: "Groups",
    ColumnKind.SECOND_PHONE: "Second phone",
    ColumnKind.LANGUAGE: "Language",
    ColumnKind.BIRTHDAY: "Birthday",
    ColumnKind.NOTE: "Note",
    ColumnKind.FIELD: "Field",
    ColumnKind.IGNORED: "Do not import",
}
# What a file says about a person beside name, number and groups; not every list keeps it.
PROFILE_KINDS = (
    ColumnKind.SECOND_PHONE,
    ColumnKind.LANGUAGE,
    ColumnKind.BIRTHDAY,
    ColumnKind.NOTE,
    ColumnKind.FIELD,
)
NAME_KINDS = (ColumnKind.NAME, ColumnKind.FIRST_NAME, ColumnKind.LAST_NAME)


class PhoneRank(IntEnum):
    """How likely a column of phones is the one to text, by its heading."""

    NO_TEXTS = 0
    OTHER_PERSON = 1
    LANDLINE = 2
    SECOND_CHOICE = 3
    UNKNOWN = 4
    PLAIN = 5
    MOBILE = 6


def find_column_kind(heading: str) -> ColumnKind | None:
    """Return what the heading says that the column holds, or None when it says nothing of use."""
    folded = fold_heading(heading)
    words = frozenset(folded.split())
    # "Phonetic name" is how a name is pronounced, and contains "phone".
    if not words or "phonetic" in words:
        return None
    if is_phone_heading(folded, words):
        return _find_phone_part(words)
    code_kind = find_code_kind(words)
    if code_kind is not None:
        return code_kind
    return find_name_kind(folded, words)


def is_phone_heading(folded: str, words: frozenset[str]) -> bool:
    """Whether a folded heading is about a phone."""
    return bool(words & PHONE_WORDS) or contains_any(folded, PHONE_STEMS)


def _find_phone_part(words: frozenset[str]) -> ColumnKind:
    """Tell "Phone" from "Phone type" and "Phone country code"."""
    if words & LABEL_WORDS and "value" not in words:
        return ColumnKind.PHONE_LABEL
    if words & (COUNTRY_WORDS | CODE_WORDS | AREA_WORDS):
        return find_code_kind(words) or ColumnKind.PHONE
    return ColumnKind.PHONE


def find_code_kind(words: frozenset[str]) -> ColumnKind | None:
    """Return COUNTRY or AREA_CODE for a heading of what stands before a national number.

    "Code" and "Prefix" may be either; their cells decide.
    """
    if words & AREA_WORDS and words & (CODE_WORDS | AREA_WORDS):
        return ColumnKind.AREA_CODE
    if words & COUNTRY_WORDS:
        return ColumnKind.COUNTRY
    if words & CODE_WORDS and not words & (NAME_WORDS | ID_WORDS - {"code"} | {"zip", "post"}):
        return ColumnKind.COUNTRY
    return None


def find_name_kind(folded: str, words: frozenset[str]) -> ColumnKind | None:
    """Return which part of a person's name a heading names, or None."""
    if folded in FIRST_NAME_HEADINGS:
        return ColumnKind.FIRST_NAME
    if folded in LAST_NAME_HEADINGS:
        return ColumnKind.LAST_NAME
    if folded in FULL_NAME_HEADINGS:
        return ColumnKind.NAME
    if words & (NON_PERSON_WORDS | WEAK_NAME_WORDS - {"family"}):
        return None
    return _find_name_kind_by_words(words)


def _find_name_kind_by_words(words: frozenset[str]) -> ColumnKind | None:
    has_name_word = bool(words & NAME_WORDS)
    # "First" alone, or with the person it is of: "Member first".
    is_adjective_a_name = has_name_word or words <= (
        PERSON_WORDS | FIRST_NAME_ADJECTIVES | LAST_NAME_ADJECTIVES
    )
    has_first = bool(words & FIRST_NAME_WORDS)
    has_last = bool(words & LAST_NAME_WORDS)
    if is_adjective_a_name:
        has_first = has_first or bool(words & FIRST_NAME_ADJECTIVES)
        has_last = has_last or bool(words & LAST_NAME_ADJECTIVES)
    if has_first and has_last:
        return ColumnKind.NAME
    if has_first:
        return ColumnKind.FIRST_NAME
    if has_last:
        return ColumnKind.LAST_NAME
    return ColumnKind.NAME if has_name_word else None


def is_weak_name_heading(heading: str) -> bool:
    """Whether a column is named after a household or a nickname: better than no name."""
    words = frozenset(fold_heading(heading).split())
    return bool(words & WEAK_NAME_WORDS) and not words & NON_PERSON_WORDS


def rank_phone_heading(heading: str) -> PhoneRank:
    """Return how likely a column with this heading is the phone to text."""
    folded = fold_heading(heading)
    words = frozenset(folded.split())
    if words & NON_TEXT_WORDS:
        return PhoneRank.NO_TEXTS
    if words & OTHER_PERSON_WORDS:
        return PhoneRank.OTHER_PERSON
    is_mobile = bool(words & MOBILE_WORDS) or contains_any(folded, MOBILE_STEMS)
    if words & SECOND_CHOICE_WORDS:
        return PhoneRank.PLAIN if is_mobile else PhoneRank.SECOND_CHOICE
    if is_mobile:
        return PhoneRank.MOBILE
    if words & LANDLINE_WORDS:
        return PhoneRank.LANDLINE
    return PhoneRank.PLAIN if is_phone_heading(folded, words) else PhoneRank.UNKNOWN


def is_id_heading(heading: str) -> bool:
    """Whether a heading says that its numbers may be no phones: a member number, a postcode."""
    if heading.strip() == "#":
        return True
    return not ID_WORDS.isdisjoint(fold_heading(heading).split())


def is_date_heading(heading: str) -> bool:
    """Whether a heading is about days, years or postcodes, whose digits may look like a phone."""
    return not DATE_WORDS.isdisjoint(fold_heading(heading).split())
