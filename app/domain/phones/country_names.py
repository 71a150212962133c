"""The English names of the countries that have calling codes."""

from functools import cache
from importlib.resources import files

# They have calling codes, but no entry in the table of ISO 3166.
UNLISTED_COUNTRY_NAMES = {
    "AC": "Ascension Island",
    "TA": "Tristan da Cunha",
    "XK": "Kosovo",
}


@cache
def load_country_names() -> dict[str, str]:
    """Return the English name of every country by its two letters.

    The table comes with the time zones (tzdata). Read once, for it never changes while we run.
    """
    table = files("tzdata.zoneinfo").joinpath("iso3166.tab").read_text("utf-8")
    names = dict(UNLISTED_COUNTRY_NAMES)
    for line in table.splitlines():
        if line and not line.startswith("#"):
            region, name, *_ = line.split("\t")
            names[region] = name
    return names
