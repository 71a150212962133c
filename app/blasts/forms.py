"""What somebody writes and chooses, and the sentences beside what cannot be sent."""

from datetime import datetime
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, RadioField, SelectField, StringField, ValidationError
from wtforms.widgets import DateInput, TextArea, TimeInput

from app.blasts import queries
from app.blasts.actions.confirm import Draft, test_phone
from app.domain import hours, wording
from app.domain.audience import Rehearsal
from app.domain.blast_states import Target
from app.domain.hours import BadTime, Local
from app.domain.phone import pretty
from app.domain.segments import LIMIT, characters
from app.events import queries as events
from app.events.models import Event
from app.kit.clock import now
from app.kit.fields import CleanField
from app.organisation import queries as organisation

LONGEST = f"The longest text that can be sent has {LIMIT:,}."
NO_TEST_PHONE = (
    "There is no phone for tests yet. Set ADMIN_TEST_PHONE to your own number (in the file .env), "
    "start SMS Admin again and send the test then."
)
MANY = 25  # above this, the number of people is typed before a blast leaves
NAMED = 3


class ModeField(RadioField):
    """When: now or later. The button that sends a test adds a second value; what was chosen before stays chosen."""

    test = False

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.test = "test" in valuelist
        super().process_formdata([value for value in valuelist if value != "test"])


class FooterField(BooleanField):
    """Ticked unless it is left away, as browsers do with an empty box; a program may also say no."""

    false_values = (False, "false", "", "0", "no", "off")


class ComposeForm(FlaskForm):
    """A blast on its way to being one. After `validate()`, `draft` is what would be sent."""

    message_body = CleanField("Text", widget=TextArea())
    target = RadioField(
        "Audience",
        choices={Target.COMMUNITY.value: "Everybody in the community", Target.EVENT.value: "People of an event"},
        default=Target.COMMUNITY.value,
        validate_choice=False,
    )
    event_id = SelectField("Event", validate_choice=False)
    send_mode = ModeField("Send it", choices={"now": "Now", "later": "Later"}, default="now", validate_choice=False)
    schedule_date = StringField("Day", widget=DateInput())
    schedule_time = StringField("Time", widget=TimeInput())
    timezone = SelectField("Time zone", default=organisation.timezone, validate_choice=False)
    fold = RadioField(
        "The clocks are put back then, so this time comes twice",
        choices={"first": "The first time", "second": "The second time"},
        default="first",
        validate_choice=False,
    )
    include_unsubscribe = FooterField("Say how to stop", default=True)
    client_token = HiddenField()

    local: Local | None = None

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.event_id.choices = _events()
        self.timezone.choices = {zone: zone for zone in _zones(self.timezone.data)}

    def validate_message_body(self, field: Field) -> None:
        """Something to read, of placeholders that exist, not too long."""
        if wording.is_blank(field.data or ""):
            raise ValidationError("Write a text first.")
        field.errors = [*field.errors, *wording.problems_with(field.data)]
        size = characters(field.data)
        if size > LIMIT:
            raise ValidationError(f"This text has {size:,} characters. {LONGEST}")

    def validate_target(self, field: Field) -> None:
        """Whom it is for is never guessed."""
        if not field.raw_data or field.data not in set(Target):
            raise ValidationError("Choose who gets it.")

    def validate_event_id(self, field: Field) -> None:
        """An event that is there."""
        if self.target.data != Target.EVENT:
            return
        if self.event is None:
            raise ValidationError("Choose an event.")
        if events.event(self.event) is None:
            raise ValidationError("That event was deleted.")

    def validate_send_mode(self, field: Field) -> None:
        """A choice we know, and for a test a phone to send it to."""
        if field.data not in {"now", "later"}:
            raise ValidationError("Choose when.")
        if self.is_test and test_phone() is None:
            raise ValidationError(NO_TEST_PHONE)

    def validate(self, extra_validators: Any = None) -> bool:
        """Every field, then the moment."""
        fine = super().validate(extra_validators)
        return self.read_moment() and fine

    def read_moment(self) -> bool:
        """Read day, time and zone into `local`; False, with a sentence beside the field, when they are no moment."""
        if self.is_test or self.send_mode.data != "later":
            return True
        try:
            self.local = self._local()
        except BadTime as error:
            self._say(self[error.field], error.sentence)
            return False
        return True

    @property
    def comes_twice(self) -> bool:
        """Whether the clocks show the chosen time twice, so that it has to be asked which one is meant."""
        try:
            return self.send_mode.data == "later" and self._local().ambiguous
        except BadTime:
            return False

    def _local(self) -> Local:
        day, time = (self.schedule_date.data or "").strip(), (self.schedule_time.data or "").strip()
        if not day:
            raise BadTime("schedule_date", "Choose a day.")
        if not time:
            raise BadTime("schedule_time", "Choose a time.")
        return hours.read_local(day, time, self.timezone.data or "", fold=self.fold.data or "", now=now())

    def judge(self, rehearsal: Rehearsal) -> bool:
        """Whether every text can be sent once names are filled in; if not, says whose are too long."""
        long = rehearsal.too_long
        if not long:
            return True
        named = [f"{text.name or pretty(text.phone)} ({characters(text.body):,} characters)" for text in long[:NAMED]]
        more = f" and {len(long) - NAMED:,} more" if len(long) > NAMED else ""
        self._say(self.message_body, f"Filled in, the text is too long for {', '.join(named)}{more}. {LONGEST}")
        return False

    @staticmethod
    def _say(field: Field, sentence: str) -> None:
        field.errors = [*field.errors, sentence]

    @property
    def is_test(self) -> bool:
        """Whether it goes to the test phone only."""
        return self.send_mode.test

    @property
    def event(self) -> int | None:
        """The chosen event's id; None when what came is no id."""
        typed = (self.event_id.data or "").strip()
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 18 else None

    @property
    def footer(self) -> str | None:
        """The opt-out line that is added to each text; None when it is not wanted or there is none."""
        return (organisation.organisation().footer.strip() or None) if self.include_unsubscribe.data else None

    @property
    def due(self) -> datetime | None:
        """When it is due (UTC); None for at once."""
        return self.local.utc if self.local else None

    @property
    def draft(self) -> Draft:
        """The blast, once `validate()` was happy."""
        return Draft(
            body=self.message_body.data or "",
            footer=self.footer,
            target=Target(self.target.data),
            event_id=self.event if self.target.data == Target.EVENT else None,
            timezone=self.local.zone if self.local else organisation.timezone(),
            due=self.due,
            test=self.is_test,
        )

    def rehearse(self) -> Rehearsal:
        """Who would get what, once `validate()` was happy."""
        draft = self.draft
        return queries.rehearsal(draft.target, draft.event_id, draft.body, draft.footer)


def _events() -> dict[str, str]:
    """Every event by its title and day, after an empty first line."""
    return {"": "Choose an event"} | {str(event.id): _event_words(event) for event in events.events()}


def _event_words(event: Event) -> str:
    day = event.date
    return f"{event.title}, {day.day} {hours.MONTHS[day.month - 1]} {day.year}" if day else event.title


def _zones(chosen: str | None) -> list[str]:
    """The zones to choose from, and the chosen one, which may have another spelling or be a mistake to show."""
    zones = hours.zones()
    return zones if not chosen or chosen in zones else [chosen, *zones]


class ConfirmForm(FlaskForm):
    """The review page's own fields: how many people were shown, and how many somebody typed."""

    people_count = StringField("Number of people")
    seen_count = HiddenField()

    def seen(self) -> int | None:
        """How many people the page showed that this was sent from."""
        return _count(self.seen_count.data)

    def agrees(self, people: int) -> bool:
        """Whether the number typed is that of the people; up to MANY people none is needed."""
        if people <= MANY or _count(self.people_count.data) == people:
            return True
        self.people_count.errors = [f"Type the number of people: {people:,}."]
        return False


def _count(typed: str | None) -> int | None:
    digits = "".join((typed or "").replace(",", "").split())
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 12 else None
