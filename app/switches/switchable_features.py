"""Which features can be switched off, what is hidden then, and what may not be running."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.core.clock import now
from app.core.local_formats import get_display_timezone
from app.domain.texts.plurals import pluralize
from app.domain.time.local_times import get_local_date
from app.events.queries.coming_reminders import count_events_with_reminders
from app.keywords.queries import count_running_keywords
from app.sequences.queries.running_sequences import count_running_sequences
from app.series.queries.running_series import count_running_series
from app.surveys.queries.running_surveys import count_running_surveys


@dataclass(frozen=True)
class SwitchableFeature:
    """A feature by the name of its blueprint.

    `count_running`: how many of them text or answer people by themselves. While there are any, it
    stays on: nobody could see or stop what is sent.
    """

    name: str
    label: str
    hint: str
    count_running: Callable[[], int] | None = None
    running: str = ""
    running_plural: str = ""
    advice: str = ""

    def find_obstacle(self) -> str:
        """Return why it cannot be switched off now; "" when it can."""
        count = self.count_running() if self.count_running else 0
        if not count:
            return ""
        things = pluralize(count, self.running, self.running_plural)
        return f"Still on: {things}. {self.advice}"


def _count_events() -> int:
    return count_events_with_reminders(get_local_date(get_display_timezone(), now()))


FEATURES = (
    SwitchableFeature(
        "groups",
        "Groups",
        "Lists of people. Who is in a group stays in it, and people can still leave a topic.",
    ),
    SwitchableFeature(
        "segments", "Segments", "Saved filters, such as everyone in Choir who speaks Spanish."
    ),
    SwitchableFeature(
        "events",
        "Events",
        "Registrations and reminders. Answers to an event are still noted.",
        _count_events,
        "event with reminders",
        "events with reminders",
        "Switch off their reminders first.",
    ),
    SwitchableFeature(
        "surveys",
        "Surveys",
        "Questions by text.",
        count_running_surveys,
        "survey",
        "surveys",
        "Switch off every survey first.",
    ),
    SwitchableFeature(
        "keywords",
        "Keywords",
        "Words that are answered automatically. STOP, HELP and START are always answered.",
        count_running_keywords,
        "keyword",
        "keywords",
        "Switch off every keyword first.",
    ),
    SwitchableFeature(
        "sequences",
        "Sequences",
        "Texts that follow step by step.",
        count_running_sequences,
        "sequence",
        "sequences",
        "Pause or switch off every sequence first.",
    ),
    SwitchableFeature(
        "series",
        "Series",
        "Blasts that repeat.",
        count_running_series,
        "blast that repeats",
        "blasts that repeat",
        "Pause or stop each of them first.",
    ),
    SwitchableFeature(
        "calendar", "Calendar", "Everything that will be sent. It is still sent when it is due."
    ),
)
LABELS: Mapping[str, str] = {feature.name: feature.label for feature in FEATURES}
