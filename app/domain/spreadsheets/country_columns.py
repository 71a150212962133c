"""Columns that belong to a national number: its country, its country code or its area code."""

import re
from collections.abc import Collection, Iterator
from functools import cache

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from app.domain.phones.country_names import load_country_names
from app.domain.phones.phone_number import PhoneNumber, extract_digits
from app.domain.phones.phone_problems import InvalidPhoneNumber
from app.domain.spreadsheets.column_headings import ColumnKind
from app.domain.spreadsheets.column_samples import SampledTable
from app.domain.spreadsheets.heading_words import CODE_WORDS, PHONE_STEMS, fold_heading

WORLDWIDE_REGION = "001"
MAX_CODE_DIGITS = 5
MAX_AREA_CODE_DIGITS = 6
INTERNATIONAL_PATTERN = re.compile(r"[\s'\"=(]*(?:\+|00)")
CALLING_CODE_CELL_PATTERN = re.compile(r"\s*\+\s*\d{1,3}\s*")
MIN_VALID_SHARE = 0.5
# Names and letters that the table of countries does not have.
COUNTRY_ALIASES = {
    "usa": "US",
    "u s a": "US",
    "u s": "US",
    "united states of america": "US",
    "america": "US",
    "estados unidos": "US",
    "etats unis": "US",
    "vereinigte staaten": "US",
    "uk": "GB",
    "united kingdom": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "northern ireland": "GB",
    "reino unido": "GB",
    "royaume uni": "GB",
    "grossbritannien": "GB",
    "deutschland": "DE",
    "alemania": "DE",
    "allemagne": "DE",
    "osterreich": "AT",
    "schweiz": "CH",
    "suisse": "CH",
    "svizzera": "CH",
    "espana": "ES",
    "spanien": "ES",
    "espagne": "ES",
    "france": "FR",
    "frankreich": "FR",
    "francia": "FR",
    "italia": "IT",
    "italien": "IT",
    "italie": "IT",
    "brasil": "BR",
    "mexique": "MX",
    "mexiko": "MX",
    "nederland": "NL",
    "holland": "NL",
    "the netherlands": "NL",
    "niederlande": "NL",
    "belgie": "BE",
    "belgique": "BE",
    "belgien": "BE",
    "polska": "PL",
    "polen": "PL",
    "portugal": "PT",
    "turkiye": "TR",
    "turkei": "TR",
    "россия": "RU",
    "russia": "RU",
    "украина": "UA",
    "україна": "UA",
    "中国": "CN",
    "china": "CN",
    "日本": "JP",
    "한국": "KR",
    "south korea": "KR",
    "korea": "KR",
    "vietnam": "VN",
    "czech republic": "CZ",
    "ivory coast": "CI",
    "sverige": "SE",
    "norge": "NO",
    "danmark": "DK",
    "suomi": "FI",
    "irland": "IE",
    "eire": "IE",
    "canada": "CA",
    "kanada": "CA",
    "philippinen": "PH",
    "filipinas": "PH",
    "can": "CA",
    "gbr": "GB",
    "mex": "MX",
    "deu": "DE",
    "fra": "FR",
    "esp": "ES",
    "ita": "IT",
    "bra": "BR",
    "ind": "IN",
    "nga": "NG",
    "ken": "KE",
    "gha": "GH",
    "zaf": "ZA",
    "aus": "AU",
    "nzl": "NZ",
    "phl": "PH",
    "col": "CO",
    "per": "PE",
    "arg": "AR",
    "chl": "CL",
    "ven": "VE",
    "gtm": "GT",
    "hnd": "HN",
    "slv": "SV",
    "dom": "DO",
    "pri": "PR",
    "hti": "HT",
    "jam": "JM",
    "nld": "NL",
    "bel": "BE",
    "che": "CH",
    "aut": "AT",
    "pol": "PL",
    "prt": "PT",
}


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
        words = frozenset(fold_heading(table.headings[index]).split())
        is_about_phone = bool(words & CODE_WORDS) or any(
            stem in word for word in words for stem in PHONE_STEMS
        )
        candidate = (share, is_about_phone, -index, kind)
        if share >= MIN_VALID_SHARE and (best is None or candidate[:3] > best[:3]):
            best = candidate
    return {} if best is None else {-best[2]: best[3]}


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


def _get_valid_share(table: SampledTable, phone: int, index: int, kind: ColumnKind) -> float:
    """Return which part of the numbers can be read with this column, 0 when it changes nothing.

    A number that is as good without it speaks for a country, but not for an area code.
    """
    pairs = [pair for pair in table.list_pairs(phone, index)[:200] if all(pair)]
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


def _is_valid(parse: object, written: str, cell: str, region: str) -> bool:
    assert callable(parse)
    try:
        parse(written, cell, region)
    except InvalidPhoneNumber:
        return False
    return True
