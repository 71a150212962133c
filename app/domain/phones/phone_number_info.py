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

from app.domain.phones.phone_countries import find_main_country, find_phone_country
from app.domain.time.local_times import is_time_zone

# They have calling codes, and no entry in the table of countries.
UNLISTED_COUNTRY_NAMES = {
    "AC": "Ascension Island",
    "TA": "Tristan da Cunha",
    "XK": "Kosovo",
}
NUMBER_TYPE_LABELS = {
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
UNKNOWN_NUMBER_TYPE_LABEL = "Not a number that is in use"
MAX_ZONES_PER_NUMBER = (
    3  # toll-free and some mobile numbers belong to a whole continent: that says nothing
)


@dataclass(frozen=True)
class PhoneNumberInfo:
    """A number in words.

    `country` is "" when it names none; `zones` is empty when it could be anywhere.
    """

    country: str
    type_label: str
    zones: tuple[str, ...]

    def format_local_times(self, moment: datetime) -> str:
        """'21:04 in Denver', once for each time it may be there; '' when the number does not
        say.
        """
        said: dict[str, list[str]] = {}
        for zone in self.zones:
            place = zone.rpartition("/")[2].replace("_", " ")
            said.setdefault(f"{moment.astimezone(ZoneInfo(zone)):%H:%M}", []).append(place)
        return ", ".join(f"{time} in {' and '.join(places)}" for time, places in said.items())


def get_phone_number_info(e164: str) -> PhoneNumberInfo:
    """What `phonenumbers` knows of a stored number.

    Never raises: of a number that cannot be, it knows nothing.
    """
    try:
        number = phonenumbers.parse(e164, None)
    except NumberParseException:
        return PhoneNumberInfo("", UNKNOWN_NUMBER_TYPE_LABEL, ())
    region = phonenumbers.region_code_for_number(number) or ""
    zones = [zone for zone in zones_of_numbers.time_zones_for_number(number) if is_time_zone(zone)]
    return PhoneNumberInfo(
        load_country_names().get(region, ""),
        NUMBER_TYPE_LABELS.get(phonenumbers.number_type(number), UNKNOWN_NUMBER_TYPE_LABEL),
        tuple(zones) if len(zones) <= MAX_ZONES_PER_NUMBER else (),
    )


@cache
def load_country_names() -> dict[str, str]:
    """The English name of every country, by its two letters.

    (The names come with the time zones.)
    """
    table = files("tzdata.zoneinfo").joinpath("iso3166.tab").read_text("utf-8")
    rows = (
        line.split("\t")[:2] for line in table.splitlines() if line and not line.startswith("#")
    )
    return UNLISTED_COUNTRY_NAMES | {region: name for region, name in rows}


COUNTRY_PREFIX_LENGTH = 5  # so many signs of a number in E.164 tell its country
MAX_COUNTRIES_NAMED = 5


def count_foreign_numbers(starts: Mapping[str, int], region: str) -> Counter[str]:
    """How many numbers belong to which other country than that of `region`, by its English name
    ("" when it has none).

    `starts`: how many numbers begin with which START signs ("+1303").
    """
    home = find_main_country(region)
    found: Counter[str] = Counter()
    for start, many in starts.items():
        country = find_phone_country(start)
        if country != home:
            found[load_country_names().get(country, "")] += many
    return found


def describe_foreign_number_counts(starts: Mapping[str, int], region: str) -> str:
    """ "2 numbers are abroad (1 in Jamaica, 1 in Puerto Rico).

    A text to them may cost more than the price per part."; "" when none is.
    """
    found = count_foreign_numbers(starts, region)
    if not found:
        return ""
    named = [f"{many:,} in {name}" for name, many in found.most_common(MAX_COUNTRIES_NAMED) if name]
    rest = found.total() - sum(
        many for name, many in found.most_common(MAX_COUNTRIES_NAMED) if name
    )
    where = ", ".join([*named, *([f"{rest:,} elsewhere"] if rest else [])])
    total = found.total()
    if total == 1:
        where = where.removeprefix("1 ")
    numbers, them = ("1 number is", "it") if total == 1 else (f"{total:,} numbers are", "them")
    return f"{numbers} abroad ({where}). A text to {them} may cost more than the price per part."
