"""A place where a test lets the process die: SMSADMIN_FAILPOINT=name or name:n (the n-th time
it is reached).
"""

import os

EXIT_CODE = 137  # as after kill -9
_reached: dict[str, int] = {}


def arm(setting: str) -> None:
    """Take over the setting; "" for none. Production refuses it (kit.environment)."""
    name, _, number = setting.partition(":")
    _reached.clear()
    if name:
        _reached[name] = int(number) if number.isdigit() else 1


def is_armed(name: str) -> bool:
    """Whether a test wants the process to die there."""
    return name in _reached


def reach(name: str) -> None:
    """Die here without a word, if a test asked for it.

    A look into an empty dictionary otherwise.
    """
    if name not in _reached:
        return
    _reached[name] -= 1
    if _reached[name] <= 0:
        os._exit(EXIT_CODE)
