"""The filter of the audit log, whose values are parameters of the URL."""

from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, ValidationError
from wtforms.widgets import DateInput

from app.audit import queries
from app.audit.verb_kinds import VERB_KINDS
from app.core.clock import now
from app.core.local_formats import get_display_region, get_display_style
from app.core.user_names import name_user
from app.domain.texts.whole_numbers import parse_id
from app.domain.time.typed_days import parse_typed_day

# The first and last years would overflow when a time zone is applied.
VALID_YEARS = range(1970, 9999)


class DayField(StringField):
    """A day as people type it, or nothing. `.day` is the date; `.data` what was typed."""

    widget = DateInput()

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, **options)
        self.day: date | None = None

    def pre_validate(self, form: Any) -> None:
        self.day = None
        if self.data:
            self.day = _parse_day(self.data)


def _parse_day(text: str) -> date:
    try:
        day: date | None = date.fromisoformat(text)
    except ValueError:
        day = parse_typed_day(text, get_display_region(), now().date())
    if day is None or day.year not in VALID_YEARS:
        raise ValidationError(get_display_style().date_error)
    return day


def _list_username_choices() -> dict[str, str]:
    choices = {"": "Everyone"}
    for value, name in queries.list_audited_users():
        # Somebody else may have had the same name before.
        choices.setdefault(value, name_user(name))
    return choices


def _list_kind_choices() -> dict[str, str]:
    return {"": "Everything"} | {kind: label for kind, (label, _) in VERB_KINDS.items()}


class AuditFilterForm(FlaskForm):
    """Filters by a user, a kind of act, days, and words; and by a thing or person, by links."""

    class Meta:
        # The form is sent by GET and only reads.
        csrf = False

    kind = SelectField("What", choices=_list_kind_choices, validate_choice=False)
    who = SelectField("Who", choices=_list_username_choices, validate_choice=False)
    day = DayField("Day")
    until = DayField("Until")
    q = StringField("Search")
    thing = HiddenField()
    person = HiddenField()

    @property
    def is_used(self) -> bool:
        """Whether anything is filtered."""
        return any(field.data for field in self)

    @property
    def thing_key(self) -> tuple[str, int] | None:
        """The thing that it is about, as links name it: kind and id."""
        kind, _, number = (self.thing.data or "").rpartition(" ")
        id_ = parse_id(number)
        return (kind, id_) if kind and id_ is not None else None
