"""The country of a time zone, as a first guess for a setup."""

from functools import cache
from importlib.resources import files


@cache
def load_zones_by_country() -> dict[str, list[str]]:
    """Return the current time zones of each country, by its two letters."""
    zones: dict[str, list[str]] = {}
    for line in files("tzdata.zoneinfo").joinpath("zone.tab").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            zones.setdefault(country, []).append(zone)
    return zones


def guess_country(zone: str) -> str | None:
    """Return the country (two letters) in which this time zone is; None for UTC and the like."""
    for country, names in load_zones_by_country().items():
        if zone in names:
            return country
    return None
