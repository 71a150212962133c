"""The surveys that register people for an event, from the feature above this one that has them."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask, current_app

_EXTENSION_KEY = "surveys_of_event"
LinkedSurveySource = Callable[[int], Sequence[Any]]


def set_linked_survey_source(app: Flask, find_surveys: LinkedSurveySource) -> None:
    """Set the function that finds the surveys of an event by its id.

    Surveys lie above events and may not be imported here; app/blueprints.py knows both.
    """
    app.extensions[_EXTENSION_KEY] = find_surveys


def find_linked_surveys(event_id: int) -> Sequence[Any]:
    """Return the surveys that register people for this event, as their template needs them."""
    find_surveys: LinkedSurveySource = current_app.extensions[_EXTENSION_KEY]
    return find_surveys(event_id)
