"""Hours of texting that states of the US ask for, by the area code of a number.

They bind sellers first of all, and many exempt charities: they are a switch in the settings and
no law. state_hours.csv has the hours, area_code_states.csv the area codes of these states;
docs/when-texts-leave.md names where both come from.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from app.domain.quiet_hours.texting_hours import MINUTES_PER_HOUR, DayWindow, WeekWindows

NORTH_AMERICA_PREFIX = "+1"
WEEKDAYS = 5


@dataclass(frozen=True)
class StateHours:
    """The hours of a state: two letters, its name, and its windows from Monday to Sunday."""

    state: str
    name: str
    week: WeekWindows


@cache
def load_state_hours() -> dict[str, StateHours]:
    """Return the hours of every state in the table, by its two letters."""
    hours = {}
    for row in _read_table("state_hours.csv"):
        week = (_parse_window(row["weekdays"]),) * WEEKDAYS
        week += (_parse_window(row["saturday"]), _parse_window(row["sunday"]))
        hours[row["state"]] = StateHours(row["state"], row["name"], week)
    return hours


@cache
def load_area_code_states() -> dict[str, str]:
    """Return the state (two letters) of each area code of the states in the table."""
    return {row["area_code"]: row["state"] for row in _read_table("area_code_states.csv")}


def find_state(phone: str) -> str:
    """Return the state of a number in E.164 that has hours of its own, else ""."""
    if not phone.startswith(NORTH_AMERICA_PREFIX):
        return ""
    return load_area_code_states().get(phone[2:5], "")


def _read_table(name: str) -> list[dict[str, str]]:
    lines = files(__package__).joinpath(name).read_text("utf-8").splitlines()
    return list(csv.DictReader(lines))


def _parse_window(hours: str) -> DayWindow:
    """Return the window of "9-21"."""
    opens, closes = hours.split("-")
    return DayWindow(int(opens) * MINUTES_PER_HOUR, int(closes) * MINUTES_PER_HOUR)
