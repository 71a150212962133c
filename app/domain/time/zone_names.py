"""Names of time zones to choose from: the current ones, and what a typed place may mean."""

from functools import cache
from importlib.resources import files

from app.domain.time.local_times import is_time_zone, list_time_zones


# Cached: the zone tables do not change while we run.
@cache
def list_current_time_zones() -> list[str]:
    """Return UTC, then the current name of every zone; old ones (Asia/Calcutta) are left out."""
    lines = files("tzdata.zoneinfo").joinpath("zone.tab").read_text("utf-8").splitlines()
    named = {line.split("\t")[2] for line in lines if line and not line.startswith("#")}
    return [zone for zone in list_time_zones() if zone == "UTC" or zone in named]


def parse_time_zone(typed: str) -> str | None:
    """Return the zone that somebody means: "america/denver", "New York" or "Denver"; else None."""
    typed = typed.strip()
    if is_time_zone(typed):
        return typed
    fitting = [zone for zone in list_current_time_zones() if _fold(typed) in _build_spellings(zone)]
    return fitting[0] if len(fitting) == 1 else None


def _fold(name: str) -> str:
    return name.strip().lower().replace("_", " ")


def _build_spellings(zone: str) -> set[str]:
    """Return the whole name and the city alone, in small letters with spaces."""
    return {_fold(zone), _fold(zone.rsplit("/", 1)[-1])}
