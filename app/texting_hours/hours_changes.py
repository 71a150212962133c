"""Tells what is planned by texting hours that they have changed: the reminders of events.

Events lie above this feature and may not be imported here; app/blueprints.py knows them.
"""

from collections.abc import Callable
from datetime import datetime

from flask import Flask, current_app

from app.core.clock import now

_EXTENSION_KEY = "texting_hours_change_hook"
HoursChangeHook = Callable[[datetime], None]


def set_hours_change_hook(app: Flask, hook: HoursChangeHook) -> None:
    """Set the function that is called with the present moment inside the write() of a change."""
    app.extensions[_EXTENSION_KEY] = hook


def tell_of_changed_hours() -> None:
    """Call the function that plans anew. Inside write()."""
    hook: HoursChangeHook = current_app.extensions[_EXTENSION_KEY]
    hook(now())
