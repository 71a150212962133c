"""What the translations of a reminder say, as people without a name get them."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.texts.message_templates import append_footer, fill_template
from app.domain.texts.segments import measure_segments
from app.domain.texts.text_languages import name_language
from app.events.models import Event, EventReminder
from app.events.queries.event_values import build_reminder_values
from app.organisation import queries as organisation


@dataclass(frozen=True)
class ReminderTranslation:
    """A reminder in another language; `name`: of the language, `tag`: its BCP 47 tag."""

    tag: str
    name: str
    text: str

    @property
    def segments(self) -> int:
        """How many segments the text has."""
        return measure_segments(self.text).segments


def list_reminder_translations(
    event: Event, step: EventReminder, moment: datetime
) -> tuple[ReminderTranslation, ...]:
    """Return the translations of a step in the order of their languages' names."""
    lines = organisation.get_opt_out_lines()
    translations = []
    for tag in sorted(step.translations, key=name_language):
        values = build_reminder_values(event, moment, tag)
        text = append_footer(step.translations[tag], lines.choose(tag))
        filled = fill_template(text, None, values)
        translations.append(ReminderTranslation(tag, name_language(tag), filled))
    return tuple(translations)
