"""Columns in which a file says who wants no texts: "Unsubscribed", "OK to text: no", a date."""

import re
from collections.abc import Collection, Iterable, Sequence
from enum import Enum

from app.domain.profiles.field_values import parse_yes_or_no
from app.domain.spreadsheets.column_samples import SampledTable
from app.domain.spreadsheets.heading_words import LABEL_WORDS, fold_heading
from app.domain.spreadsheets.opt_status_words import (
    ACTIVE_HEADINGS,
    CONSENT_HEADINGS,
    CONSENT_PHRASES,
    DEAD_VALUES,
    DOUBTFUL_VALUES,
    LANDLINE_VALUES,
    NO_OBJECTIONS,
    NO_VALUES,
    NO_WORDS,
    NOTHING_VALUES,
    OPTED_IN_VALUES,
    OTHER_CONSENT_WORDS,
    OUT_PHRASES,
    OUT_VALUES,
    STATUS_PHRASES,
    TEXT_WORDS,
)
from app.domain.surveys.question_definitions import YES_VALUE
from app.domain.texts.contained_phrases import contains_any

MAX_STATUS_CHARACTERS = 60
EMPTY_CELL_LABEL = "(nothing)"
# 2026-02-01 10:00, 05/01/2026, 1.5.2026
FULL_DATE_PATTERN = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4}"
)
TAG_SEPARATOR_PATTERN = re.compile(r"\s*[;,|/]\s*")


class OptPolarity(Enum):
    """How the cells of a column are read.

    OUT: a cell that is filled and not "no" says no texts ("Opted out: yes", "Opt-out date").
    CONSENT: "no" says no texts ("OK to text: no"). STATUS: only words like "Unsubscribed" do.
    TEXT_STATUS: of texts, not of the person: "Bounced" does too.
    """

    OUT = "out"
    CONSENT = "consent"
    STATUS = "status"
    TEXT_STATUS = "text_status"


def find_heading_polarity(heading: str) -> OptPolarity | None:
    """Return how the cells under a heading are read, None when it is about something else."""
    folded = fold_heading(heading)
    words = frozenset(folded.split())
    if words & OTHER_CONSENT_WORDS and not words & (TEXT_WORDS - {"all"}):
        return None
    if contains_any(f"{folded} ", OUT_PHRASES):
        return OptPolarity.OUT
    # "Baja", "Wypisany": what a cell would say stands above the column. "Stop" may be a bus's.
    if folded in OUT_VALUES and folded != "stop":
        return OptPolarity.OUT
    if folded in CONSENT_HEADINGS or contains_any(folded, CONSENT_PHRASES):
        return OptPolarity.CONSENT
    if contains_any(folded, STATUS_PHRASES):
        is_about_texts = bool(words & (TEXT_WORDS - {"all", "phone", "mobile"}))
        return OptPolarity.TEXT_STATUS if is_about_texts else OptPolarity.STATUS
    return None


def wants_no_texts(cell: str, polarity: OptPolarity) -> bool:
    """Whether a cell of a status column says that its person wants no texts."""
    text = cell.strip()
    if not text or len(text) > MAX_STATUS_CHARACTERS:
        return False
    value = fold_heading(text) or text
    if value in OUT_VALUES or _has_opt_out_tag(text):
        return True
    if polarity is OptPolarity.CONSENT:
        return value in NO_VALUES or _is_refusal(value)
    if polarity is OptPolarity.TEXT_STATUS:
        return value in DEAD_VALUES
    if polarity is OptPolarity.OUT:
        # A date, a reason or a yes; a dash and the like have no word.
        return value not in NO_VALUES | NOTHING_VALUES and any(map(str.isalnum, text))
    return False


def gives_consent(cell: str, polarity: OptPolarity) -> bool:
    """Whether a cell of a status column says that its person agreed to texts.

    Beside a yes to "OK to text?" that is the day of the yes, and "Subscribed" in a status of texts.
    """
    text = cell.strip()
    if not text or len(text) > MAX_STATUS_CHARACTERS or wants_no_texts(text, polarity):
        return False
    value = fold_heading(text)
    if polarity is OptPolarity.CONSENT:
        is_yes = parse_yes_or_no(text) == YES_VALUE or value in OPTED_IN_VALUES
        return is_yes or FULL_DATE_PATTERN.match(text) is not None
    return polarity is OptPolarity.TEXT_STATUS and value in OPTED_IN_VALUES


def count_consents(cells: Iterable[str], polarity: OptPolarity) -> int:
    """Return how many of the cells say that their person agreed to texts."""
    return sum(gives_consent(cell, polarity) for cell in cells)


def _is_refusal(value: str) -> bool:
    """Whether a folded answer begins with a no: "non merci", "no, e-mail only"."""
    first_word = value.partition(" ")[0]
    return first_word in NO_WORDS and value not in NO_OBJECTIONS


def _has_opt_out_tag(text: str) -> bool:
    """Whether one of several tags of a cell says it: "choir; do not text"."""
    tags = TAG_SEPARATOR_PATTERN.split(text)
    return len(tags) > 1 and any(fold_heading(tag) in OUT_VALUES for tag in tags)


def get_column_polarity(heading: str) -> OptPolarity:
    """Return how to read the cells of a column that was chosen as a status."""
    return find_heading_polarity(heading) or OptPolarity.STATUS


def find_opt_status_columns(table: SampledTable, taken: Collection[int]) -> list[int]:
    """Return the columns in which at least one cell says that its person wants no texts."""
    columns = []
    for index, heading in enumerate(table.headings):
        if index not in taken and _is_opt_status_column(table, index, heading):
            columns.append(index)
    return columns


def _is_opt_status_column(table: SampledTable, index: int, heading: str) -> bool:
    """Whether the cells of a column say of anyone that they want no texts."""
    polarity = find_heading_polarity(heading)
    words = frozenset(fold_heading(heading).split())
    if polarity is None and words & OTHER_CONSENT_WORDS:
        return False
    if polarity is OptPolarity.OUT:
        values: Collection[str] = _list_cells(table.rows, index)
    else:
        values = table.find_distinct_values(index)
    return any(wants_no_texts(value, polarity or OptPolarity.STATUS) for value in values)


def _list_cells(rows: Sequence[Sequence[str]], index: int) -> set[str]:
    return {cells[index] for cells in rows if index < len(cells) and cells[index]}


def list_doubtful_values(table: SampledTable, index: int) -> list[str]:
    """Return what a column of status says of people who may not want texts: "Deceased"."""
    polarity = find_heading_polarity(table.headings[index])
    values = table.find_distinct_values(index)
    doubtful_values = []
    for value in values:
        is_doubtful = _is_doubtful_value(fold_heading(value), table.headings[index], polarity)
        if is_doubtful and not wants_no_texts(value, polarity or OptPolarity.STATUS):
            doubtful_values.append(value.strip())
    # "I agree to receive texts", with nothing in the cell of who did not tick it.
    if values and polarity is OptPolarity.CONSENT:
        is_filled = table.count_filled_cells(index) == len(table.sampled_rows)
        doubtful_values += [] if is_filled else [EMPTY_CELL_LABEL]
    return sorted(doubtful_values)


def _is_doubtful_value(value: str, heading: str, polarity: OptPolarity | None) -> bool:
    folded = fold_heading(heading)
    if polarity in (OptPolarity.STATUS, OptPolarity.TEXT_STATUS):
        return value in DOUBTFUL_VALUES
    if folded in ACTIVE_HEADINGS:
        return value in NO_VALUES
    return bool(LABEL_WORDS.intersection(folded.split())) and value in LANDLINE_VALUES
