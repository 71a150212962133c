"""When a blast leaves and when it is too late for it: typed local times, parsed to UTC."""

from datetime import datetime, timedelta
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, RadioField, StringField

from app.core.clock import now
from app.core.form_fields import add_error
from app.core.local_formats import format_time_in_zone
from app.domain.delivery.send_rate import compute_validity_seconds
from app.domain.time import local_times
from app.domain.time.local_times import InvalidLocalTime, LocalMoment
from app.organisation import queries as organisation

END_FIELD_NAMES = {"schedule_date": "end_date", "schedule_time": "end_time"}
END_TOO_SOON_ERROR = "That is too soon: nothing can be sent before then."


class SendModeField(RadioField):
    """When: now or later.

    The button that sends a test adds a second value; what was chosen before stays chosen.
    """

    is_test = False

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.is_test = "test" in valuelist
        super().process_formdata([value for value in valuelist if value != "test"])


def create_repeated_hour_field() -> Any:
    """Return the field that asks which of two equal times on the clocks is meant."""
    return RadioField(
        "Clocks go back that night, so this time comes twice",
        choices={"first": "The first time", "second": "The second time"},
        default="first",
        validate_choice=False,
    )


class SendTimeForm(FlaskForm):
    """The fields of a form that say when a blast leaves.

    After `validate()`, `start` is when it leaves (None: at once) and `end` when it is too late
    (None: never). A test has neither.
    """

    send_mode: SendModeField
    schedule_date: StringField
    schedule_time: StringField
    timezone: StringField
    fold: RadioField
    end_date: StringField
    end_time: StringField
    end_fold: RadioField

    start: LocalMoment | None = None
    end: LocalMoment | None = None

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate every field, then parse the send times."""
        is_valid = super().validate(extra_validators)
        return self.parse_send_times() and is_valid

    def parse_send_times(self) -> bool:
        """Set `start` and `end`; False, with a sentence beside the field, when one is invalid."""
        if self.is_test:
            return True
        try:
            self.start = self._parse_start()
        except InvalidLocalTime as error:
            add_error(self[error.field], error.sentence)
            return False
        try:
            self.end = self._parse_end()
            self._require_end_after_start()
        except InvalidLocalTime as error:
            add_error(self[END_FIELD_NAMES.get(error.field, error.field)], error.sentence)
            return False
        return True

    @property
    def is_test(self) -> bool:
        """Whether it goes to the test phone only."""
        return self.send_mode.is_test

    @property
    def selected_timezone(self) -> str:
        """The zone its moments were chosen in; without any, the organisation's."""
        moment = self.start or self.end
        if moment:
            return moment.zone
        return organisation.get_organisation_timezone()

    @property
    def is_start_ambiguous(self) -> bool:
        """Whether the clocks show the start twice, so that the page must ask which one is meant."""
        try:
            start = self._parse_start()
        except InvalidLocalTime:
            return False
        return start is not None and start.is_ambiguous

    @property
    def is_end_ambiguous(self) -> bool:
        """Whether the clocks show the end twice, so that the page must ask which one is meant."""
        try:
            end = self._parse_end()
        except InvalidLocalTime:
            return False
        return end is not None and end.is_ambiguous

    @staticmethod
    def get_selected_fold(moment: LocalMoment | None) -> str:
        """Return which of two equal times was chosen, "" where there is only one."""
        return moment.fold if moment and moment.is_ambiguous else ""

    def _parse_start(self) -> LocalMoment | None:
        if self.send_mode.data != "later":
            return None
        return self._parse_local_time(self.schedule_date, self.schedule_time, self.fold)

    def _parse_end(self) -> LocalMoment | None:
        if not _get_stripped_value(self.end_date) and not _get_stripped_value(self.end_time):
            return None
        return self._parse_local_time(self.end_date, self.end_time, self.end_fold)

    def _parse_local_time(
        self,
        day: Field,
        time: Field,
        fold: Field,
    ) -> LocalMoment:
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
            region=organisation.get_organisation_region(),
        )

    def _require_end_after_start(self) -> None:
        if self.end is None or compute_validity_seconds(self.end.utc, self._get_earliest_start()):
            return
        if self.start is None:
            raise InvalidLocalTime("schedule_time", END_TOO_SOON_ERROR)
        start = format_time_in_zone(self.start.utc, self.start.zone)
        raise InvalidLocalTime("schedule_time", f"Choose a time after the start, {start}.")

    def _get_earliest_start(self) -> datetime:
        """Return when the first text could leave (UTC)."""
        if self.start:
            return self.start.utc
        return now() + timedelta(seconds=organisation.get_undo_seconds())


def _get_stripped_value(field: Field) -> str:
    return (field.data or "").strip()
