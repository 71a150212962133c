"""Failpoints: named places where a test lets the process exit.

SMSADMIN_FAILPOINT is "name", or "name:n" for the n-th time that the place is reached.
"""

import os

from app.domain.texts.whole_numbers import parse_whole_number

# The exit code that a shell reports after kill -9.
KILLED_EXIT_CODE = 137
_remaining_hits: dict[str, int] = {}


def arm_failpoint(setting: str) -> None:
    """Set the failpoint of this process; "" for none. Production refuses one (core.environment)."""
    name, _, number = setting.partition(":")
    _remaining_hits.clear()
    if name:
        _remaining_hits[name] = parse_whole_number(number, 9) or 1


def is_failpoint_armed(name: str) -> bool:
    """Whether a test lets the process exit at this place."""
    return name in _remaining_hits


def crash_if_armed(name: str) -> None:
    """Exit without any clean-up if this is the failpoint. Else it costs one dictionary look-up."""
    if name not in _remaining_hits:
        return
    _remaining_hits[name] -= 1
    if _remaining_hits[name] <= 0:
        os._exit(KILLED_EXIT_CODE)
