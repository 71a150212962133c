"""The form that says when a series repeats, alone and with the text of the series."""

from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    Field,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.widgets import CheckboxInput, ListWidget, NumberInput

from app.core.form_fields import CalendarDayField, ClockField
from app.core.local_formats import get_display_style
from app.domain.recurrence.recurrence_rules import (
    LAST,
    LAST_YEAR,
    MAX_MONTHS_BETWEEN,
    MAX_OCCURRENCES,
    MAX_WEEKS_BETWEEN,
    RecurrenceKind,
    RecurrenceRule,
    iterate_days,
)
from app.domain.recurrence.recurrence_sentences import NTH_WORDS, WEEKDAY_NAMES
from app.domain.texts.whole_numbers import parse_whole_number
from app.domain.time.clock_times import parse_clock_time
from app.organisation import queries as organisation
from app.series.actions.series_editing import SeriesTiming
from app.series.models import BlastSeries

MAX_DIGITS = 3
NEVER = "never"
UNTIL_DAY = "until"
AFTER_COUNT = "count"
END_LABELS = {NEVER: "Never", UNTIL_DAY: "On a day", AFTER_COUNT: "After a number of times"}
KIND_LABELS = {
    RecurrenceKind.WEEKLY.value: "On days of the week",
    RecurrenceKind.MONTH_DAY.value: "On a day of the month, such as the 15th",
    RecurrenceKind.MONTH_WEEKDAY.value: "On a weekday of the month, such as the first Sunday",
}
MONTH_DAY_CHOICES = {str(day): str(day) for day in range(1, 32)} | {str(LAST): "Last day"}
NTH_CHOICES = {str(nth): word.capitalize() for nth, word in NTH_WORDS.items()}
WEEKDAY_CHOICES = {str(number): name for number, name in enumerate(WEEKDAY_NAMES)}


class TimingForm(FlaskForm):
    """When a series repeats. After `validate()`, `timing` is what was chosen."""

    kind = RadioField("Repeat", choices=KIND_LABELS, validate_choice=False)
    weekdays = SelectMultipleField(
        "Days of the week",
        choices=WEEKDAY_CHOICES,
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    month_day = SelectField("Day of the month", choices=MONTH_DAY_CHOICES, validate_choice=False)
    nth = SelectField("Which one", choices=NTH_CHOICES, validate_choice=False)
    weekday = SelectField("Weekday", choices=WEEKDAY_CHOICES, validate_choice=False)
    every = StringField("Every how many weeks or months", default="1", widget=NumberInput(min=1))
    starts_on = CalendarDayField("Starts on", organisation.get_organisation_region)
    clock = ClockField("Time")
    ends = RadioField(
        "Ends",
        choices=END_LABELS,
        default=NEVER,
        validate_choice=False,
    )
    until = CalendarDayField("Last day", organisation.get_organisation_region)
    max_count = StringField("How many times", widget=NumberInput(min=1, max=MAX_OCCURRENCES))

    def validate_kind(self, field: Field) -> None:
        """Reject what is not offered."""
        if field.data not in KIND_LABELS:
            raise ValidationError("Choose how it repeats.")

    def validate_weekdays(self, field: Field) -> None:
        """Require a day of the week, where days of the week are chosen."""
        if self.kind.data == RecurrenceKind.WEEKLY and not _parse_weekdays(field.data):
            raise ValidationError("Choose at least one day.")

    def validate_month_day(self, field: Field) -> None:
        """Reject a day that no month has."""
        if self.kind.data == RecurrenceKind.MONTH_DAY:
            _require_choice(field, MONTH_DAY_CHOICES)

    def validate_nth(self, field: Field) -> None:
        """Reject what is not offered."""
        if self.kind.data == RecurrenceKind.MONTH_WEEKDAY:
            _require_choice(field, NTH_CHOICES)

    def validate_weekday(self, field: Field) -> None:
        """Reject what is not offered."""
        if self.kind.data == RecurrenceKind.MONTH_WEEKDAY:
            _require_choice(field, WEEKDAY_CHOICES)

    def validate_every(self, field: Field) -> None:
        """Require a number of weeks or months."""
        is_weekly = self.kind.data == RecurrenceKind.WEEKLY
        most = MAX_WEEKS_BETWEEN if is_weekly else MAX_MONTHS_BETWEEN
        number = parse_whole_number((field.data or "").strip(), MAX_DIGITS)
        if number is None or not 1 <= number <= most:
            unit = "weeks" if is_weekly else "months"
            raise ValidationError(f"Enter a number of {unit} from 1 to {most}.")

    def validate_starts_on(self, field: Field) -> None:
        """Require a day that calendars have."""
        _require_day(field)

    def validate_clock(self, field: Field) -> None:
        """Require a time of day."""
        if parse_clock_time(field.data or "") is None:
            raise ValidationError(get_display_style().clock_error)

    def validate_ends(self, field: Field) -> None:
        """Reject what is not offered."""
        if field.data not in END_LABELS:
            raise ValidationError("Choose when it ends.")

    def validate_until(self, field: Field) -> None:
        """Require a day, where the series ends after one."""
        if self.ends.data == UNTIL_DAY:
            _require_day(field)

    def validate_max_count(self, field: Field) -> None:
        """Require a number, where the series ends after so many times."""
        if self.ends.data != AFTER_COUNT:
            return
        number = parse_whole_number((field.data or "").strip(), MAX_DIGITS)
        if number is None or not 1 <= number <= MAX_OCCURRENCES:
            raise ValidationError(f"Enter a number from 1 to {MAX_OCCURRENCES}.")

    @property
    def timing(self) -> SeriesTiming:
        """When it repeats. Call after `validate()` returned True."""
        kind = RecurrenceKind(self.kind.data)
        weekdays = _parse_weekdays(self.weekdays.data)
        if kind is RecurrenceKind.MONTH_WEEKDAY:
            weekdays = (int(self.weekday.data),)
        rule = RecurrenceRule(
            kind=kind,
            every=int((self.every.data or "").strip()),
            weekdays=() if kind is RecurrenceKind.MONTH_DAY else weekdays,
            month_day=int(self.month_day.data) if kind is RecurrenceKind.MONTH_DAY else 1,
            nth=int(self.nth.data) if kind is RecurrenceKind.MONTH_WEEKDAY else 1,
            until=date.fromisoformat(self.until.data or "")
            if self.ends.data == UNTIL_DAY
            else None,
            max_count=int(self.max_count.data or "1") if self.ends.data == AFTER_COUNT else None,
        )
        starts_on = date.fromisoformat(self.starts_on.data or "")
        return SeriesTiming(rule, starts_on, parse_clock_time(self.clock.data or "") or "")

    def list_carried_fields(self) -> list[tuple[str, str]]:
        """Return what the page with the dates sends again, as (name, value)."""
        fields = []
        for field in self:
            values = field.data if isinstance(field.data, list) else [field.data]
            if field.name != "csrf_token":
                fields += [(field.name, str(value)) for value in values if value]
        return fields


def build_timing_data(timing: SeriesTiming) -> dict[str, Any]:
    """Return what the form shows for a timing; what its kind does not need fits its first day."""
    rule = timing.rule
    first = next(iterate_days(rule, timing.starts_on), timing.starts_on)
    is_monthly = rule.kind is RecurrenceKind.MONTH_WEEKDAY
    weekdays = rule.weekdays or (first.weekday(),)
    ends = NEVER
    if rule.until:
        ends = UNTIL_DAY
    elif rule.max_count:
        ends = AFTER_COUNT
    return {
        "kind": rule.kind.value,
        "weekdays": list(map(str, weekdays)),
        "month_day": str(rule.month_day if rule.kind is RecurrenceKind.MONTH_DAY else first.day),
        "nth": str(rule.nth if is_monthly else _find_nth(first)),
        "weekday": str(weekdays[0]),
        "every": str(rule.every),
        "starts_on": timing.starts_on.isoformat(),
        "clock": timing.clock,
        "ends": ends,
        "until": rule.until.isoformat() if rule.until else "",
        "max_count": str(rule.max_count or ""),
    }


def read_series_timing(series: BlastSeries) -> SeriesTiming:
    """Return when a stored series repeats."""
    rule = RecurrenceRule.from_json(series.rule)
    return SeriesTiming(rule, series.starts_on, series.time_of_day)


def _find_nth(day: date) -> int:
    """Return which of its weekday a day is in its month; the fifth is the last."""
    number = (day.day - 1) // 7 + 1
    return LAST if number > 4 else number


def _parse_weekdays(values: list[str] | None) -> tuple[int, ...]:
    return tuple(sorted({int(value) for value in values or [] if value in WEEKDAY_CHOICES}))


def _require_choice(field: Field, choices: dict[str, str]) -> None:
    if field.data not in choices:
        raise ValidationError("Choose one of the list.")


def _require_day(field: Field) -> None:
    try:
        day = date.fromisoformat(field.data or "")
    except ValueError:
        raise ValidationError(get_display_style().date_error) from None
    if not 2000 <= day.year <= LAST_YEAR:
        raise ValidationError(get_display_style().date_error)
