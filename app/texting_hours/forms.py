"""The forms of the settings page: the hours of each purpose, and a day without texts."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, ValidationError

from app.core.clock import now
from app.core.form_fields import CalendarDayField, CleanTextField, ClockField, add_error
from app.core.local_formats import get_display_region, get_display_style, get_display_timezone
from app.domain.quiet_hours.hours_sentences import DAY_GROUPS, PURPOSE_LABELS, format_minute
from app.domain.quiet_hours.never_open import (
    MAX_CLOSED_DAYS,
    find_purpose_without_narrow_hours,
    is_too_long_without_texts,
    list_closed_states,
)
from app.domain.quiet_hours.text_purposes import PURPOSES_WITH_HOURS, TextPurpose
from app.domain.quiet_hours.texting_hours import (
    MINUTES_PER_DAY,
    MINUTES_PER_HOUR,
    DayWindow,
    WeekWindows,
)
from app.domain.texts.plurals import pluralize
from app.domain.time.clock_times import parse_clock_time
from app.domain.time.local_times import get_local_date
from app.texting_hours.models import MAX_BLACKOUT_NAME_LENGTH, TextingHoursMode
from app.texting_hours.queries import list_blackout_days

MODE_CHOICES = {
    TextingHoursMode.LIVE.value: "On for real texts, off in practice mode",
    TextingHoursMode.ON.value: "On, in practice mode too",
    TextingHoursMode.OFF.value: "Off: texts are sent at any hour",
}
MAX_DAYS_AHEAD = 3 * 366
ONE_TIME_MISSING_ERROR = "Enter both times, or neither for a day without texts."
MAX_NAMED_STATES = 3


class WindowFields(NamedTuple):
    """The two fields of the hours of some days, and what these days are called."""

    label: str
    opens: ClockField
    closes: ClockField


def build_field_names(purpose: TextPurpose, day_label: str) -> tuple[str, str]:
    """Return the names of the two fields: ("blast_friday_opens", "blast_friday_closes")."""
    name = f"{purpose.value}_{day_label.split()[0].lower()}"
    return f"{name}_opens", f"{name}_closes"


def format_field_minute(minute: int) -> str:
    """Return HH:MM for a field; the end of the day is midnight."""
    hour, rest = divmod(minute % MINUTES_PER_DAY, MINUTES_PER_HOUR)
    return f"{hour:02}:{rest:02}"


class TextingHoursForm(FlaskForm):
    """The hours. `windows` and `narrow_window` hold what was typed once it is valid."""

    mode = RadioField("Texting hours", choices=lambda: MODE_CHOICES, validate_choice=False)
    narrow_opens = ClockField("Numbers without a time zone, from")
    narrow_closes = ClockField("Numbers without a time zone, to")
    uses_state_hours = BooleanField("Keep to the hours of US states too")

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.windows: dict[TextPurpose, WeekWindows] = {}
        self.narrow_window: DayWindow | None = None

    def list_windows(self, purpose: TextPurpose) -> Iterator[WindowFields]:
        """Yield the fields of a purpose: of Monday to Thursday, Friday, Saturday and Sunday."""
        for label in DAY_GROUPS:
            opens, closes = build_field_names(purpose, label)
            yield WindowFields(label, self[opens], self[closes])

    def validate_mode(self, field: RadioField) -> None:
        """Reject a choice that is not among those the page offers."""
        if field.data not in MODE_CHOICES:
            raise ValidationError("Choose whether texts keep to these hours.")

    def validate(self, extra_validators: Any = None) -> bool:
        """Read the windows, and refuse hours that never open."""
        super().validate(extra_validators)
        self.narrow_window = _read_window(self.narrow_opens, self.narrow_closes)
        for purpose in PURPOSES_WITH_HOURS:
            self.windows[purpose] = self._read_week(purpose)
        if not self.errors:
            self._reject_closed_numbers()
            self._reject_closed_states()
        return not self.errors

    def _read_week(self, purpose: TextPurpose) -> WeekWindows:
        week: list[DayWindow | None] = []
        fields = list(self.list_windows(purpose))
        for days in fields:
            week += [_read_window(days.opens, days.closes)] * len(DAY_GROUPS[days.label])
        if not any(week) and not any(days.opens.errors or days.closes.errors for days in fields):
            add_error(fields[0].opens, "Enter the hours of at least one day.")
        return tuple(week)

    def _reject_closed_numbers(self) -> None:
        if self.narrow_window is None:
            add_error(self.narrow_opens, "Enter both times.")
            return
        purpose = find_purpose_without_narrow_hours(self.windows, self.narrow_window)
        if purpose:
            label = PURPOSE_LABELS[purpose].lower()
            add_error(
                self.narrow_opens,
                f"These hours share no time with the hours of {label}, so these numbers would "
                f"never get {label}.",
            )

    def _reject_closed_states(self) -> None:
        if not self.uses_state_hours.data:
            return
        for purpose in PURPOSES_WITH_HOURS:
            states = list_closed_states(self.windows[purpose])
            if states:
                add_error(
                    self.uses_state_hours,
                    f"{PURPOSE_LABELS[purpose]} would never be sent to people in "
                    f"{_join_states(states)}: their hours share no time with yours.",
                )


for _purpose in PURPOSES_WITH_HOURS:
    for _day_label in DAY_GROUPS:
        _opens, _closes = build_field_names(_purpose, _day_label)
        _label = f"{PURPOSE_LABELS[_purpose]}, {_day_label}"
        setattr(TextingHoursForm, _opens, ClockField(f"{_label}, from"))
        setattr(TextingHoursForm, _closes, ClockField(f"{_label}, to"))


class BlackoutDayForm(FlaskForm):
    """A day without texts, and what day it is."""

    day = CalendarDayField("Day", get_display_region)
    name = CleanTextField("Name")

    def validate_day(self, field: CalendarDayField) -> None:
        """Require a day to come that is not on the list yet and leaves days with texts."""
        day = self.parsed_day
        if day is None:
            raise ValidationError(get_display_style().date_error)
        today = get_local_date(get_display_timezone(), now())
        if day < today:
            raise ValidationError("That day has passed.")
        if day > today + timedelta(days=MAX_DAYS_AHEAD):
            raise ValidationError("That is more than 3 years away.")
        days = {row.day: row.name for row in list_blackout_days()}
        if day in days:
            raise ValidationError(f"That day is on the list already: {days[day]}.")
        if is_too_long_without_texts(days, day):
            raise ValidationError(
                f"Up to {MAX_CLOSED_DAYS} days in a row can be without texts: held texts must be "
                "sent some day."
            )

    def validate_name(self, field: CleanTextField) -> None:
        """Require a name of one line."""
        name = " ".join((field.data or "").split())
        if not name:
            raise ValidationError("Enter a name, such as Christmas Day.")
        if len(name) > MAX_BLACKOUT_NAME_LENGTH:
            raise ValidationError(f"A name can have up to {MAX_BLACKOUT_NAME_LENGTH} characters.")
        field.data = name

    @property
    def parsed_day(self) -> date | None:
        """The day that was typed, or None."""
        try:
            return date.fromisoformat(self.day.data or "")
        except ValueError:
            return None


def _read_window(opens: ClockField, closes: ClockField) -> DayWindow | None:
    """Return the window of two fields, None when both are blank; errors go beside the fields."""
    if not opens.data and not closes.data:
        return None
    if not opens.data or not closes.data:
        add_error(closes if opens.data else opens, ONE_TIME_MISSING_ERROR)
        return None
    start, end = _read_minute(opens), _read_minute(closes)
    if start is None or end is None:
        return None
    end = end or MINUTES_PER_DAY
    if end <= start:
        clock = format_minute(start, get_display_region())
        add_error(closes, f"The end is not after the start. Choose a time after {clock}.")
        return None
    return DayWindow(start, end)


def _read_minute(field: ClockField) -> int | None:
    clock = parse_clock_time(field.data or "")
    if clock is None:
        add_error(field, get_display_style().clock_error)
        return None
    hour, minute = clock.split(":")
    return int(hour) * MINUTES_PER_HOUR + int(minute)


def _join_states(states: list[str]) -> str:
    if len(states) <= MAX_NAMED_STATES:
        return " and ".join(states)
    more = pluralize(len(states) - MAX_NAMED_STATES, "more state")
    return f"{', '.join(states[:MAX_NAMED_STATES])} and {more}"
