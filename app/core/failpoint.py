"""A place where a test lets the process die: SMSADMIN_FAILPOINT=name or name:n (the n-th time
it is reached).
"""

import os

KILLED_EXIT_CODE = 137  # as after kill -9
_remaining_hits: dict[str, int] = {}


def arm_failpoint(setting: str) -> None:
    """Take over the setting; "" for none. Production refuses it (kit.environment)."""
    name, _, number = setting.partition(":")
    _remaining_hits.clear()
    if name:
        _remaining_hits[name] = int(number) if number.isdigit() else 1


def is_failpoint_armed(name: str) -> bool:
    """Whether a test wants the process to die there."""
    return name in _remaining_hits


def crash_if_armed(name: str) -> None:
    """Die here without a word, if a test asked for it.

    A look into an empty dictionary otherwise.
    """
    if name not in _remaining_hits:
        return
    _remaining_hits[name] -= 1
    if _remaining_hits[name] <= 0:
        os._exit(KILLED_EXIT_CODE)
