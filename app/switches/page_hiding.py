"""Answers 404 for pages of features that are switched off."""

from flask import Flask, request
from flask.typing import ResponseReturnValue

from app.core.error_pages import render_error_page
from app.core.feature_switches import find_switched_off_feature, set_switched_off_source
from app.organisation.queries import get_organisation
from app.switches.switchable_features import LABELS


def install_page_hiding(app: Flask) -> None:
    """Hide the pages, links and menu entries of what the organisation has switched off."""
    set_switched_off_source(app, dict(LABELS), list_switched_off)
    # After the check of permissions: a stranger learns nothing of it.
    app.before_request(_refuse_hidden_page)


def list_switched_off() -> frozenset[str]:
    """Return the names of the features that are off. No statement: every page read the row."""
    return frozenset(get_organisation().switched_off.split())


def _refuse_hidden_page() -> ResponseReturnValue | None:
    label = find_switched_off_feature(request.endpoint)
    if not label:
        return None
    verb = "is" if label == "Calendar" else "are"
    return render_error_page(
        404,
        f"{label} {verb} switched off",
        "Nothing was deleted. An admin can switch this on again under Settings, Features.",
    )
