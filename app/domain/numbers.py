"""What a number says about its phone: country, kind, and the time there, in words."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType
from phonenumbers import timezone as zones_of_numbers

from app.domain.countries import country_of, country_of_region
from app.domain.hours import is_zone

# They have calling codes, and no entry in the table of countries.
WITHOUT_ENTRY = {"AC": "Ascension Island", "TA": "Tristan da Cunha", "XK": "Kosovo"}
KINDS = {
    PhoneNumberType.MOBILE: "Mobile phone",
    PhoneNumberType.FIXED_LINE: "Landline",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "Mobile phone or landline: the number does not tell",
    PhoneNumberType.VOIP: "Internet phone",
    PhoneNumberType.PAGER: "Pager",
    PhoneNumberType.TOLL_FREE: "Toll-free number",
    PhoneNumberType.PREMIUM_RATE: "Premium number",
    PhoneNumberType.SHARED_COST: "Premium number",
    PhoneNumberType.PERSONAL_NUMBER: "Number that forwards calls",
    PhoneNumberType.UAN: "Number of a company",
    PhoneNumberType.VOICEMAIL: "Voicemail",
}
UNKNOWN_KIND = "Not a number that is in use"
MOST_ZONES = 3  # toll-free and some mobile numbers belong to a whole continent: that says nothing


@dataclass(frozen=True)
class AboutNumber:
    """A number in words.

    `country` is "" when it names none; `zones` is empty when it could be anywhere.
    """

    country: str
    kind: str
    zones: tuple[str, ...]

    def clocks(self, moment: datetime) -> str:
        """'21:04 in Denver', once for each time it may be there; '' when the number does not
        say.
        """
        said: dict[str, list[str]] = {}
        for zone in self.zones:
            place = zone.rpartition("/")[2].replace("_", " ")
            said.setdefault(f"{moment.astimezone(ZoneInfo(zone)):%H:%M}", []).append(
                place
            )
        return ", ".join(
            f"{time} in {' and '.join(places)}" for time, places in said.items()
        )


def about_number(e164: str) -> AboutNumber:
    """What `phonenumbers` knows of a stored number.

    Never raises: of a number that cannot be, it knows nothing.
    """
    try:
        number = phonenumbers.parse(e164, None)
    except NumberParseException:
        return AboutNumber("", UNKNOWN_KIND, ())
    region = phonenumbers.region_code_for_number(number) or ""
    zones = [
        zone for zone in zones_of_numbers.time_zones_for_number(number) if is_zone(zone)
    ]
    return AboutNumber(
        country_names().get(region, ""),
        KINDS.get(phonenumbers.number_type(number), UNKNOWN_KIND),
        tuple(zones) if len(zones) <= MOST_ZONES else (),
    )


@cache
def country_names() -> dict[str, str]:
    """The English name of every country, by its two letters.

    (The names come with the time zones.)
    """
    table = files("tzdata.zoneinfo").joinpath("iso3166.tab").read_text("utf-8")
    rows = (
        line.split("\t")[:2]
        for line in table.splitlines()
        if line and not line.startswith("#")
    )
    return WITHOUT_ENTRY | {region: name for region, name in rows}


START = 5  # so many signs of a number in E.164 tell its country
MOST_COUNTRIES = 5


def abroad(starts: Mapping[str, int], region: str) -> Counter[str]:
    """How many numbers belong to which other country than that of `region`, by its English name
    ("" when it has none).

    `starts`: how many numbers begin with which START signs ("+1303").
    """
    home = country_of_region(region)
    found: Counter[str] = Counter()
    for start, many in starts.items():
        country = country_of(start)
        if country != home:
            found[country_names().get(country, "")] += many
    return found


def abroad_in_words(starts: Mapping[str, int], region: str) -> str:
    """ "2 numbers are abroad (1 in Jamaica, 1 in Puerto Rico).

    A text to them may cost more than the price per part."; "" when none is.
    """
    found = abroad(starts, region)
    if not found:
        return ""
    named = [
        f"{many:,} in {name}"
        for name, many in found.most_common(MOST_COUNTRIES)
        if name
    ]
    rest = found.total() - sum(
        many for name, many in found.most_common(MOST_COUNTRIES) if name
    )
    where = ", ".join([*named, *([f"{rest:,} elsewhere"] if rest else [])])
    total = found.total()
    if total == 1:
        where = where.removeprefix("1 ")
    numbers, them = (
        ("1 number is", "it") if total == 1 else (f"{total:,} numbers are", "them")
    )
    return f"{numbers} abroad ({where}). A text to {them} may cost more than the price per part."
