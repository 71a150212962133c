"""Names of numbers, from the features above this one that keep names."""

from collections.abc import Callable, Mapping, Sequence

from flask import Flask, current_app

_EXTENSION_KEY = "suppression_contact_names"
ContactNameSource = Callable[[Sequence[str]], Mapping[str, str | None]]


def set_contact_name_source(app: Flask, find_names: ContactNameSource) -> None:
    """Set the function that finds names.

    Members, registrations and messages belong to features that lie above this one and may not
    be imported here; the composition root (app/blueprints.py) knows them.
    """
    app.extensions[_EXTENSION_KEY] = find_names


def find_contact_names(phones: Sequence[str]) -> Mapping[str, str | None]:
    """Return the names of those of `phones` that some list has a name for."""
    if not phones:
        return {}
    find_names: ContactNameSource = current_app.extensions[_EXTENSION_KEY]
    return find_names(phones)
