"""Columns that belong to a national number: its country, its country code or its area code."""

import re
from collections.abc import Collection, Iterator
from functools import cache

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from app.domain.phones.country_names import load_country_names
from app.domain.phones.phone_number import PhoneNumber, extract_digits
from app.domain.phones.phone_problems import InvalidPhoneNumber
from app.domain.spreadsheets.column_headings import ColumnKind
from app.domain.spreadsheets.column_samples import SampledTable, is_phone_cell
from app.domain.spreadsheets.country_aliases import COUNTRY_ALIASES
from app.domain.spreadsheets.heading_words import (
    CODE_WORDS,
    COUNTRY_WORDS,
    PHONE_STEMS,
    fold_heading,
)
from app.domain.texts.contained_phrases import contains_any

WORLDWIDE_REGION = "001"
MAX_CODE_DIGITS = 5
MAX_AREA_CODE_DIGITS = 6
INTERNATIONAL_PATTERN = re.compile(r"[\s'\"=(]*(?:\+|00)")
CALLING_CODE_CELL_PATTERN = re.compile(r"\s*\+\s*\d{1,3}\s*")
MIN_VALID_SHARE = 0.5
# "Code" may be that of anything, so that it must explain nearly all numbers.
MIN_VAGUE_SHARE = 0.9
CLEAR_CODE_WORDS = frozenset({"calling", "dial", "dialling", "dialing", "phone", "indicatif"})


@cache
def _load_regions() -> dict[str, str]:
    """Return the regions of calling codes by their folded names and letters."""
    regions = dict(COUNTRY_ALIASES)
    for region, name in load_country_names().items():
        regions.setdefault(fold_heading(name), region)
        regions.setdefault(region.casefold(), region)
    return regions


def find_country_region(cell: str) -> str:
    """Return the region that a cell names, by name, letters or calling code, else "".

    "52", "+52", "0052", "MX", "México" and "Mexico (+52)" all give "MX".
    """
    folded = fold_heading(cell)
    region = _load_regions().get(folded, "")
    if region:
        return region
    digits = extract_digits(cell)
    if digits and len(digits) <= MAX_CODE_DIGITS:
        return _find_calling_code_region(digits)
    return ""


def _find_calling_code_region(digits: str) -> str:
    code = digits.removeprefix("00").removeprefix("011")
    if not code or code.startswith("0"):
        return ""
    regions = COUNTRY_CODE_TO_REGION_CODE.get(int(code), (WORLDWIDE_REGION,))
    return "" if regions[0] == WORLDWIDE_REGION else str(regions[0])


def parse_phone_of_country(written: str, country: str, region: str) -> PhoneNumber:
    """Read a number with the cell beside it that says its country. Raises InvalidPhoneNumber.

    A number that has its own country code, and a cell that names no country, change nothing.
    """
    if INTERNATIONAL_PATTERN.match(written):
        return PhoneNumber.parse(written, region)
    return PhoneNumber.parse(written, find_country_region(country) or region)


def parse_phone_of_area(written: str, area_code: str, region: str) -> PhoneNumber:
    """Read a number with the cell beside it that is its area code. Raises InvalidPhoneNumber."""
    digits = extract_digits(area_code)
    if INTERNATIONAL_PATTERN.match(written) or not 0 < len(digits) <= MAX_AREA_CODE_DIGITS:
        return PhoneNumber.parse(written, region)
    return PhoneNumber.parse(f"{area_code.strip()} {written}", region)


def find_code_columns(
    table: SampledTable, phones: Collection[int], taken: Collection[int]
) -> dict[int, ColumnKind]:
    """Return the column with the country or the area code of the numbers, if there is one."""
    if not phones:
        return {}
    phone = next(iter(phones))
    best: tuple[float, bool, int, ColumnKind] | None = None
    for index, kind in _iterate_code_candidates(table, phone, taken):
        share = _get_valid_share(table, phone, index, kind)
        if kind is ColumnKind.COUNTRY and _is_vague_code(table, phone, index, share):
            continue
        words = frozenset(fold_heading(table.headings[index]).split())
        is_about_phone = bool(words & CODE_WORDS) or contains_any(" ".join(words), PHONE_STEMS)
        candidate = (share, is_about_phone, -index, kind)
        if share >= MIN_VALID_SHARE and (best is None or candidate[:3] > best[:3]):
            best = candidate
    return {} if best is None else {-best[2]: best[3]}


def find_columns_behind_area_codes(table: SampledTable) -> list[int]:
    """Return the columns that are phones together with the area code before them."""
    columns = []
    for area_index in table.list_columns_of_kind(ColumnKind.AREA_CODE):
        index = area_index + 1
        if index == len(table.headings):
            continue
        pairs = list(filter(all, table.list_pairs(index, area_index)))
        valid_count = sum(is_phone_cell(f"{area} {cell}", table.region) for cell, area in pairs)
        if valid_count > len(pairs) * MIN_VALID_SHARE:
            columns.append(index)
    return columns


def _is_vague_code(
    table: SampledTable,
    phone: int,
    index: int,
    share: float,
) -> bool:
    """Whether "Code" may be any code: no cell has a plus, and no number needs a country."""
    words = frozenset(fold_heading(table.headings[index]).split())
    if words & (COUNTRY_WORDS | CLEAR_CODE_WORDS) or not words:
        return False
    if any(map(INTERNATIONAL_PATTERN.match, table.samples[index])):
        return False
    return share < MIN_VAGUE_SHARE or table.get_phone_share(phone) == 1


def _iterate_code_candidates(
    table: SampledTable, phone: int, taken: Collection[int]
) -> Iterator[tuple[int, ColumnKind]]:
    """Yield the columns that may belong to the number, with the kinds they may be."""
    for index, kind in enumerate(table.heading_kinds):
        sample = table.samples[index]
        if index in taken or not sample:
            continue
        if kind is ColumnKind.COUNTRY:
            yield index, ColumnKind.COUNTRY
            yield index, ColumnKind.AREA_CODE
        elif kind is ColumnKind.AREA_CODE:
            yield index, ColumnKind.AREA_CODE
        elif index == phone - 1 and all(map(CALLING_CODE_CELL_PATTERN.fullmatch, sample)):
            yield index, ColumnKind.COUNTRY


def _get_valid_share(
    table: SampledTable,
    phone: int,
    index: int,
    kind: ColumnKind,
) -> float:
    """Return which part of the numbers can be read with this column, 0 when it changes nothing.

    A number that is as good without it speaks for a country, but not for an area code.
    """
    pairs = list(filter(all, table.list_pairs(phone, index)[:200]))
    if not pairs:
        return 0.0
    valid = 0
    for written, cell in pairs:
        if kind is ColumnKind.COUNTRY:
            valid += bool(find_country_region(cell)) and _is_valid(
                parse_phone_of_country, written, cell, table.region
            )
        elif not _is_valid(parse_phone_of_country, written, "", table.region):
            valid += _is_valid(parse_phone_of_area, written, cell, table.region)
    return valid / len(pairs)


def _is_valid(
    parse: object,
    written: str,
    cell: str,
    region: str,
) -> bool:
    assert callable(parse)
    try:
        parse(written, cell, region)
    except InvalidPhoneNumber:
        return False
    return True
