"""What people type about a keyword, and the sentences beside what cannot be kept."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    RadioField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.widgets import DateInput, TextArea, TimeInput

from app.core.clock import now
from app.core.form_fields import CleanTextField
from app.domain.texts import keyword_parsing, message_templates, text_cleaning
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS, count_utf16_units
from app.domain.texts.text_intent import fold_text
from app.domain.time import local_times
from app.domain.time.local_times import InvalidLocalTime
from app.events import queries as events
from app.events.models import Event
from app.keywords import queries
from app.keywords.actions.keyword_rules import KeywordInfo
from app.keywords.models import KeywordAction, KeywordMatch, KeywordRule
from app.organisation import queries as organisation

MAX_ALIASES = 20
MATCH_LABELS = {
    KeywordMatch.WHOLE.value: "The whole text is the keyword",
    KeywordMatch.FIRST.value: "The text begins with it",
}
ACTION_LABELS = {
    KeywordAction.NONE.value: "Nothing else",
    KeywordAction.ADD_TO_EVENT.value: "Register them for an event",
    KeywordAction.START_SURVEY.value: "Start a survey",
    KeywordAction.SUBSCRIBE.value: "Put them on the community list",
}


class KeywordReplyField(CleanTextField):
    """A text; one that did not come stays as it was."""

    widget = TextArea()

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            super().process_formdata(valuelist)


class KeywordForm(FlaskForm):
    """A keyword.

    After `validate()`, `rule` and `other_words` are what it says. `rule_id`: the one that is
    changed.
    """

    keyword = StringField("Keyword")
    aliases = StringField("Other words for it")
    match_kind = RadioField(
        "When it counts",
        choices=MATCH_LABELS,
        default=KeywordMatch.WHOLE.value,
        validate_choice=False,
    )
    response_body = KeywordReplyField("Answer")
    action = RadioField(
        "What else happens",
        choices=ACTION_LABELS,
        default=KeywordAction.NONE.value,
        validate_choice=False,
    )
    event_id = SelectField("Event", validate_choice=False)
    survey_id = SelectField("Survey", validate_choice=False)
    from_date = StringField("From day", widget=DateInput())
    from_time = StringField("From time", widget=TimeInput())
    until_date = StringField("Until day", widget=DateInput())
    until_time = StringField("Until time", widget=TimeInput())
    is_active = BooleanField(
        "Active", default=True, false_values=(False, "false", "", "0", "no", "off")
    )

    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def __init__(self, rule_id: int | None = None, **more: Any) -> None:
        super().__init__(**more)
        self.rule_id = rule_id
        self.event_id.choices = {"": "Choose an event"} | {
            str(row.id): _format_event_choice(row) for row in events.fetch_all_events()
        }
        self.survey_choices = {
            str(id): name for id, name in queries.find_survey_choices(_parse_id(self.survey_id))
        }
        self.survey_id.choices = {"": "Choose a survey"} | self.survey_choices

    def validate(self, extra_validators: Any = None) -> bool:
        """Every field, then the time."""
        fine = super().validate(extra_validators)
        return self._parse_times() and fine

    def validate_keyword(self, field: Field) -> None:
        """A word that may be one, and that is free."""
        problem = keyword_parsing.find_keyword_problem(
            field.data or ""
        ) or queries.find_keyword_conflict(self.folded_keyword, self.rule_id)
        if problem:
            raise ValidationError(problem)

    def validate_aliases(self, field: Field) -> None:
        """The same of each other word."""
        if len(self.folded_aliases) > MAX_ALIASES:
            raise ValidationError(f"A keyword has at most {MAX_ALIASES} other words.")
        for word in self.folded_aliases:
            problem = keyword_parsing.find_keyword_problem(word) or queries.find_keyword_conflict(
                word, self.rule_id
            )
            if problem:
                raise ValidationError(problem if problem.startswith(word) else f"{word}: {problem}")

    def validate_match_kind(self, field: Field) -> None:
        """A choice we know."""
        if field.data not in set(KeywordMatch):
            raise ValidationError("Choose one of the two.")

    def validate_response_body(self, field: Field) -> None:
        """A text that can be filled in, not too long; it may be missing where something else
        happens.
        """
        if text_cleaning.is_blank_text(field.data or "") and self.action.data == KeywordAction.NONE:
            raise ValidationError("Write an answer, or choose what else happens.")
        of_event = self.action.data == KeywordAction.ADD_TO_EVENT
        field.errors = [
            *field.errors,
            *message_templates.list_template_problems(field.data or "", of_event=of_event),
        ]
        size = count_utf16_units(field.data or "")
        if size > MAX_MESSAGE_CHARACTERS:
            raise ValidationError(
                f"An answer has at most {MAX_MESSAGE_CHARACTERS:,} characters. This one has {size:,}."
            )

    def validate_action(self, field: Field) -> None:
        """A choice we know."""
        if field.data not in set(KeywordAction):
            raise ValidationError("Choose what else happens.")

    def validate_event_id(self, field: Field) -> None:
        """An event that is there, where one is needed."""
        if (
            self.action.data == KeywordAction.ADD_TO_EVENT
            and events.find_event(_parse_id(field)) is None
        ):
            raise ValidationError(
                "That event was deleted." if _parse_id(field) else "Choose an event."
            )

    def validate_survey_id(self, field: SelectField) -> None:
        """A survey that is there, where one is needed."""
        if self.action.data == KeywordAction.START_SURVEY and field.data not in self.survey_choices:
            raise ValidationError(
                "That survey is closed or deleted." if _parse_id(field) else "Choose a survey."
            )

    @property
    def folded_keyword(self) -> str:
        """The keyword as it is stored."""
        return fold_text(self.keyword.data or "")

    @property
    def folded_aliases(self) -> list[str]:
        """The other words as they are stored; the keyword itself is none."""
        return [
            word
            for word in keyword_parsing.split_keywords(self.aliases.data or "")
            if word != self.folded_keyword
        ]

    @property
    def keyword_info(self) -> KeywordInfo:
        """The keyword as it was typed, once `validate()` was happy."""
        action = KeywordAction(self.action.data)
        return KeywordInfo(
            keyword=self.folded_keyword,
            response_body=self.response_body.data or None,
            is_active=bool(self.is_active.data),
            match_kind=KeywordMatch(self.match_kind.data),
            active_from=self.starts_at,
            active_until=self.ends_at,
            action=action,
            event_id=_parse_id(self.event_id) if action is KeywordAction.ADD_TO_EVENT else None,
            survey_id=_parse_id(self.survey_id) if action is KeywordAction.START_SURVEY else None,
        )

    def add_taken_errors(self) -> None:
        """Somebody was faster: say beside the field which word they took."""
        for field, words in (
            (self.keyword, [self.folded_keyword]),
            (self.aliases, self.folded_aliases),
        ):
            found = [
                sentence
                for word in words
                if (sentence := queries.find_keyword_conflict(word, self.rule_id))
            ]
            field.errors = [*field.errors, *found]

    def _parse_times(self) -> bool:
        zone = organisation.get_organisation_timezone()
        self.starts_at = self._parse_moment(self.from_date, self.from_time, zone)
        self.ends_at = self._parse_moment(self.until_date, self.until_time, zone, end=True)
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            self.until_date.errors = [
                *self.until_date.errors,
                "Choose an end after the beginning.",
            ]
        return not any(
            each.errors
            for each in (
                self.from_date,
                self.from_time,
                self.until_date,
                self.until_time,
            )
        )

    @staticmethod
    def _parse_moment(day: Field, clock: Field, zone: str, end: bool = False) -> datetime | None:
        """What was typed as a moment; a day without a time is its beginning, or as an `end` the
        whole day.
        """
        typed, at = (day.data or "").strip(), (clock.data or "").strip()
        if not typed and not at:
            return None
        if not typed:
            day.errors = [*day.errors, "Choose a day too, or leave the time empty."]
            return None
        try:
            moment = local_times.parse_local_time(typed, at or "12:00", zone)
        except InvalidLocalTime as error:
            field = clock if error.field == "schedule_time" else day
            field.errors = [*field.errors, error.sentence]
            return None
        if at:
            return moment
        return local_times.find_moment_on_day(
            local_times.get_local_date(zone, moment) + timedelta(days=end),
            "00:00",
            zone,
        )


def build_keyword_form_data(rule: KeywordRule, aliases: Sequence[str]) -> Mapping[str, Any]:
    """What the form shows of a keyword that is there."""
    zone = organisation.get_organisation_timezone()
    begins = (
        local_times.build_local_time_input(rule.active_from, zone) if rule.active_from else None
    )
    ends = (
        local_times.build_local_time_input(rule.active_until, zone) if rule.active_until else None
    )
    if rule.active_until and ends and ends.time == "00:00":  # the end of the day before
        before = local_times.build_local_time_input(rule.active_until - timedelta(minutes=1), zone)
        ends = local_times.LocalTimeInput(before.date, "", "")
    return {
        "keyword": rule.keyword,
        "aliases": ", ".join(aliases),
        "match_kind": rule.match_kind.value,
        "response_body": rule.response_body or "",
        "action": rule.action.value,
        "event_id": str(rule.event_id or ""),
        "survey_id": str(rule.survey_id or ""),
        "from_date": begins.date if begins else "",
        "from_time": begins.time if begins else "",
        "until_date": ends.date if ends else "",
        "until_time": ends.time if ends else "",
        "is_active": rule.is_active,
    }


def _parse_id(field: Field) -> int | None:
    """The chosen row's number; None when what came is none."""
    typed = (field.data or "").strip()
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 18 else None


def _format_event_choice(event: Event) -> str:
    day = local_times.format_day(event.date, today=now().date()) if event.date else None
    return f"{event.title}, {day}" if day else event.title
