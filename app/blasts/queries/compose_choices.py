"""The events and surveys that one can choose while a blast is being written."""

from flask import g

from app.core.local_formats import format_day
from app.core.permission_checks import is_reached
from app.domain.texts.plurals import pluralize
from app.events.models import Event
from app.events.queries import events
from app.events.queries.registrations import count_invited_people_by_event
from app.surveys.models import SurveyFlow
from app.surveys.queries import surveys

NO_SURVEY_CHOICE = {"": "go to the inbox"}
NO_EVENT_CHOICE = {"": "Choose an event"}


def build_survey_choices() -> dict[str, str]:
    """Return the labels of the surveys that can be begun by their id, after one for none."""
    choices = dict(NO_SURVEY_CHOICE)
    for survey in _get_open_surveys():
        choices[str(survey.id)] = f"start the survey “{survey.name}”"
    return choices


def _get_open_surveys() -> list[SurveyFlow]:
    """Return every survey that can be begun.

    Read once a request: validation asks for them, and the page that shows the form again.
    """
    if "open_surveys" not in g:
        open_surveys = surveys.find_open_surveys()
        g.open_surveys = [survey for survey in open_surveys if is_reached("survey_id", survey.id)]
    return list(g.open_surveys)


def build_event_choices() -> dict[str, str]:
    """Return every event by its title and day, after an empty first line."""
    choices = dict(NO_EVENT_CHOICE)
    for event, count in list_counted_events():
        choices[str(event.id)] = _format_event_choice(event, count)
    return choices


def list_counted_events() -> list[tuple[Event, int]]:
    """Return every event and how many people are coming or may come.

    Read once a request: the choice of an event asks for them, and the choice of lists.
    """
    if "counted_events" not in g:
        counts = count_invited_people_by_event()
        g.counted_events = [(event, counts.get(event.id, 0)) for event in events.fetch_all_events()]
    return list(g.counted_events)


def _format_event_choice(event: Event, count: int) -> str:
    people = pluralize(count, "person", "people")
    if not event.date:
        return f"{event.title} · {people}"
    return f"{event.title}, {format_day(event.date)} · {people}"
