"""Features that an admin has switched off: their pages are not there, whoever asks.

The name of a feature is that of its blueprint. Asked in one place for every request, and by
may_open() for every link and menu entry. It costs no statement: the organisation's row, which
every page has read, holds them.
"""

from collections.abc import Callable

from flask import Flask, current_app

SOURCE_KEY = "switched_off_source"
LABELS_KEY = "switchable_features"


def set_switched_off_source(
    app: Flask, labels: dict[str, str], source: Callable[[], frozenset[str]]
) -> None:
    """Hide what `source` returns, of the features in `labels` (their names on pages)."""
    app.extensions[LABELS_KEY] = labels
    app.extensions[SOURCE_KEY] = source


def is_any_feature_off() -> bool:
    """Whether some feature is switched off: links to it are hidden then."""
    source = current_app.extensions.get(SOURCE_KEY)
    return bool(source and source())


def is_endpoint_on(endpoint: str) -> bool:
    """Whether the feature of this view is not switched off."""
    return not find_switched_off_feature(endpoint)


def find_switched_off_feature(endpoint: str | None) -> str:
    """Return the name on pages of the feature that is off and has this view; "" for none."""
    blueprint = (endpoint or "").partition(".")[0]
    extensions = current_app.extensions
    labels: dict[str, str] = extensions.get(LABELS_KEY, {})
    if blueprint not in labels or blueprint not in extensions[SOURCE_KEY]():
        return ""
    return labels[blueprint]
