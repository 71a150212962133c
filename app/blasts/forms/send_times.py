"""When a blast leaves and when it is too late for it: what was typed, read into moments."""

from datetime import datetime, timedelta
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, RadioField, SelectField, StringField

from app.core.clock import now
from app.domain.delivery.send_rate import compute_validity_seconds
from app.domain.time import local_times
from app.domain.time.local_times import InvalidLocalTime, LocalMoment
from app.organisation import queries as organisation

END_FIELD_NAMES = {"schedule_date": "end_date", "schedule_time": "end_time"}
END_TOO_SOON_ERROR = "That is too soon: nothing could leave before then."


class SendModeField(RadioField):
    """When: now or later.

    The button that sends a test adds a second value; what was chosen before stays chosen.
    """

    is_test = False

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.is_test = "test" in valuelist
        super().process_formdata([value for value in valuelist if value != "test"])


def create_repeated_hour_field() -> Any:
    """The question which of two equal times on the clocks is meant."""
    return RadioField(
        "The clocks are put back then, so this time comes twice",
        choices={"first": "The first time", "second": "The second time"},
        default="first",
        validate_choice=False,
    )


def add_field_error(field: Field, sentence: str) -> None:
    """One more sentence beside a field."""
    field.errors = [*field.errors, sentence]


class SendTimeForm(FlaskForm):
    """The part of a form that says when.

    `local`: when it leaves (None: at once); `end`: when it is too late (or None).

    Both are there once `validate()` was happy. A test has neither.
    """

    send_mode: SendModeField
    schedule_date: StringField
    schedule_time: StringField
    timezone: SelectField
    fold: RadioField
    end_date: StringField
    end_time: StringField
    end_fold: RadioField

    start: LocalMoment | None = None
    end: LocalMoment | None = None

    def validate(self, extra_validators: Any = None) -> bool:
        """Every field, then the moments."""
        fine = super().validate(extra_validators)
        return self.parse_send_times() and fine

    def parse_send_times(self) -> bool:
        """Read the moments; False, with a sentence beside the field, when what was typed is
        none.
        """
        if self.is_test:
            return True
        try:
            self.start = self._parse_start()
        except InvalidLocalTime as error:
            add_field_error(self[error.field], error.sentence)
            return False
        try:
            self.end = self._parse_end()
            self._require_end_after_start()
        except InvalidLocalTime as error:
            add_field_error(self[END_FIELD_NAMES.get(error.field, error.field)], error.sentence)
            return False
        return True

    @property
    def is_test(self) -> bool:
        """Whether it goes to the test phone only."""
        return self.send_mode.is_test

    @property
    def selected_timezone(self) -> str:
        """The zone its moments were chosen in; without any, the organisation's."""
        chosen = self.start or self.end
        return chosen.zone if chosen else organisation.get_organisation_timezone()

    @property
    def is_start_ambiguous(self) -> bool:
        """Whether the clocks show the chosen time twice, so that it has to be asked which one
        is meant.
        """
        try:
            return bool((start := self._parse_start()) and start.is_ambiguous)
        except InvalidLocalTime:
            return False

    @property
    def is_end_ambiguous(self) -> bool:
        """The same of the end."""
        try:
            return bool((end := self._parse_end()) and end.is_ambiguous)
        except InvalidLocalTime:
            return False

    @staticmethod
    def get_selected_fold(local: LocalMoment | None) -> str:
        """Which of two equal times was chosen, "" where there is only one."""
        return local.fold if local and local.is_ambiguous else ""

    def _parse_start(self) -> LocalMoment | None:
        if self.send_mode.data != "later":
            return None
        return self._parse_local_time(self.schedule_date, self.schedule_time, self.fold)

    def _parse_end(self) -> LocalMoment | None:
        if not _get_stripped_value(self.end_date) and not _get_stripped_value(self.end_time):
            return None
        return self._parse_local_time(self.end_date, self.end_time, self.end_fold)

    def _parse_local_time(self, day: Field, time: Field, fold: Field) -> LocalMoment:
        if not _get_stripped_value(day):
            raise InvalidLocalTime("schedule_date", "Choose a day.")
        if not _get_stripped_value(time):
            raise InvalidLocalTime("schedule_time", "Choose a time.")
        return local_times.parse_future_local_time(
            _get_stripped_value(day),
            _get_stripped_value(time),
            self.timezone.data or "",
            fold=fold.data or "",
            now=now(),
        )

    def _require_end_after_start(self) -> None:
        if self.end is None or compute_validity_seconds(self.end.utc, self._get_earliest_start()):
            return
        if self.start is None:
            raise InvalidLocalTime("schedule_time", END_TOO_SOON_ERROR)
        start = local_times.format_moment(self.start.utc, self.start.zone, now=now())
        raise InvalidLocalTime("schedule_time", f"Choose a time after the start, {start}.")

    def _get_earliest_start(self) -> datetime:
        """When the first text could leave."""
        at_once = now() + timedelta(seconds=organisation.get_undo_seconds())
        return self.start.utc if self.start else at_once


def _get_stripped_value(field: Field) -> str:
    return (field.data or "").strip()
