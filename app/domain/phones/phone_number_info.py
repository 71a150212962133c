"""What a number tells about its phone: country, type, and the time there, in words."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType
from phonenumbers import timezone as phone_timezones

from app.domain.phones.country_names import load_country_names
from app.domain.phones.phone_countries import find_main_country, find_phone_country
from app.domain.time.date_styles import get_date_style
from app.domain.time.local_times import is_time_zone

NUMBER_TYPE_LABELS = {
    PhoneNumberType.MOBILE: "Mobile phone",
    PhoneNumberType.FIXED_LINE: "Landline",
    # The number does not tell, so pages say nothing.
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "",
    PhoneNumberType.VOIP: "Internet phone",
    PhoneNumberType.PAGER: "Pager",
    PhoneNumberType.TOLL_FREE: "Toll-free number",
    PhoneNumberType.PREMIUM_RATE: "Premium number",
    PhoneNumberType.SHARED_COST: "Premium number",
    PhoneNumberType.PERSONAL_NUMBER: "Call forwarding number",
    PhoneNumberType.UAN: "Company number",
    PhoneNumberType.VOICEMAIL: "Voicemail",
}
UNKNOWN_NUMBER_TYPE_LABEL = "Number not in use"
# Toll-free and some mobile numbers belong to a whole continent: its zones tell nothing.
MAX_ZONES_PER_NUMBER = 3
# The first five characters of a number in E.164 determine its country, and mostly its time zones:
# "+1303" is Denver.
COUNTRY_PREFIX_LENGTH = 5
TYPICAL_NUMBER_LENGTH = 12
MAX_COUNTRIES_NAMED = 5


@dataclass(frozen=True)
class PhoneNumberInfo:
    """A number in words.

    `country` and `type_label` are "" when the number does not tell; `zones` is empty when it
    could be anywhere.
    """

    country: str
    type_label: str
    zones: tuple[str, ...]

    def format_local_times(self, moment: datetime, region: str = "") -> str:
        """Return "9:04 PM in Denver", once for each possible time; "" without zones.

        Times are written as the country `region` does.
        """
        places_by_time: dict[str, list[str]] = {}
        for zone in self.zones:
            local = moment.astimezone(ZoneInfo(zone))
            local_time = get_date_style(region).format_clock(local.time())
            place = zone.rpartition("/")[2].replace("_", " ")
            places_by_time.setdefault(local_time, []).append(place)
        return ", ".join(
            f"{local_time} in {' and '.join(places)}"
            for local_time, places in places_by_time.items()
        )


def get_phone_number_info(e164: str) -> PhoneNumberInfo:
    """Return what the phonenumbers library knows of a stored number.

    Never raises: a text that is no number has an unknown type and no country.
    """
    try:
        number = phonenumbers.parse(e164, None)
    except NumberParseException:
        return PhoneNumberInfo("", UNKNOWN_NUMBER_TYPE_LABEL, ())
    region = phonenumbers.region_code_for_number(number) or ""
    zones = tuple(filter(is_time_zone, phone_timezones.time_zones_for_number(number)))
    if len(zones) > MAX_ZONES_PER_NUMBER:
        zones = ()
    return PhoneNumberInfo(
        load_country_names().get(region, ""),
        NUMBER_TYPE_LABELS.get(phonenumbers.number_type(number), UNKNOWN_NUMBER_TYPE_LABEL),
        zones,
    )


def count_foreign_numbers(counts_by_prefix: Mapping[str, int], region: str) -> Counter[str]:
    """Count the numbers of other countries than that of `region`, by English country name.

    `counts_by_prefix` counts the numbers by their first COUNTRY_PREFIX_LENGTH characters. The
    name is "" for numbers of no country.
    """
    home = find_main_country(region)
    counts: Counter[str] = Counter()
    for prefix, count in counts_by_prefix.items():
        country = find_phone_country(prefix)
        if country != home:
            counts[load_country_names().get(country, "")] += count
    return counts


def describe_foreign_number_counts(counts_by_prefix: Mapping[str, int], region: str) -> str:
    """Return a warning about numbers abroad, or "" when there are none.

    "2 numbers are abroad (1 in Jamaica, 1 in Puerto Rico). A text to them may cost more …"
    """
    counts = count_foreign_numbers(counts_by_prefix, region)
    if not counts:
        return ""
    total = counts.total()
    places = _list_places(counts)
    if total == 1:
        place = places.removeprefix("1 ")
        return (
            f"1 number is abroad ({place}). A text to it may cost more than the price per segment."
        )
    return (
        f"{total:,} numbers are abroad ({places})."
        " A text to them may cost more than the price per segment."
    )


def _list_places(counts: Counter[str]) -> str:
    """Return "2 in Jamaica, 1 in Peru, 3 elsewhere": the largest first, five at most."""
    places = []
    elsewhere = counts.total()
    for name, count in counts.most_common(MAX_COUNTRIES_NAMED):
        if name:
            places.append(f"{count:,} in {name}")
            elsewhere -= count
    if elsewhere:
        places.append(f"{elsewhere:,} elsewhere")
    return ", ".join(places)


def count_phones_by_zone(prefix_counts: Mapping[str, int]) -> dict[tuple[str, ...], int]:
    """Return how many phones may be in which time zones.

    `prefix_counts`: how many phones have which first COUNTRY_PREFIX_LENGTH characters. Numbers
    whose zone is not known are missing.
    """
    counts: dict[tuple[str, ...], int] = {}
    for prefix, count in prefix_counts.items():
        zones = _find_zones(prefix)
        if zones:
            counts[zones] = counts.get(zones, 0) + count
    return counts


def _find_zones(prefix: str) -> tuple[str, ...]:
    # Any number with these digits: the tables go by the longest prefix they have.
    try:
        number = phonenumbers.parse(prefix.ljust(TYPICAL_NUMBER_LENGTH, "5"))
    except NumberParseException:
        return ()
    zones = tuple(phone_timezones.time_zones_for_geographical_number(number))
    return () if phone_timezones.UNKNOWN_TIMEZONE in zones else zones
