"""A keyword as it is typed: its words, its answer, what else it does, and when it counts."""

from collections.abc import Sequence
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
from wtforms.widgets import TextArea

from app.core.form_fields import CalendarDayField, CleanTextField, ClockField, add_error
from app.core.local_formats import format_day
from app.domain.texts import keyword_parsing, message_templates, text_cleaning
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS, count_utf16_units
from app.domain.texts.template_fields import COMPUTED_FIELDS, NO_FIELDS
from app.domain.texts.text_intent import fold_text
from app.domain.texts.whole_numbers import parse_id
from app.domain.texts.word_folding import fold_keyword
from app.events.models import Event
from app.events.queries.events import fetch_all_events, find_event
from app.groups.forms import build_group_choices, require_group_choice
from app.keywords import queries
from app.keywords.actions.keyword_rules import KeywordInfo
from app.keywords.forms.active_period import (
    PERIOD_FIELDS,
    ActivePeriod,
    parse_active_period,
)
from app.keywords.forms.keyword_effects import KeywordEffectFields
from app.keywords.models import GROUP_ACTIONS, KeywordAction, KeywordMatch
from app.organisation import queries as organisation
from app.surveys.queries.surveys import find_survey_choices

MAX_ALIASES = 20
MATCH_LABELS = {
    KeywordMatch.WHOLE.value: "The whole text is the keyword",
    KeywordMatch.FIRST.value: "The text starts with the keyword",
}
ACTION_LABELS = {
    KeywordAction.NONE.value: "Nothing else",
    KeywordAction.ADD_TO_EVENT.value: "Register them for an event",
    KeywordAction.START_SURVEY.value: "Start a survey",
    KeywordAction.SUBSCRIBE.value: "Add them to the community",
    KeywordAction.JOIN_GROUP.value: "Add them to a group",
    KeywordAction.LEAVE_GROUP.value: "Remove them from a group",
}


class KeywordReplyField(CleanTextField):
    """A text; one that was not posted stays as it was."""

    widget = TextArea()

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            super().process_formdata(valuelist)


class KeywordForm(KeywordEffectFields, FlaskForm):
    """A keyword.

    After validate(), `keyword_info` and `folded_aliases` are what it says. `rule_id`: the one
    that is changed, or None.
    """

    keyword = StringField("Keyword")
    aliases = StringField("Other spellings")
    match_kind = RadioField(
        "Match",
        choices=MATCH_LABELS,
        default=KeywordMatch.WHOLE.value,
        validate_choice=False,
    )
    response_body = KeywordReplyField("Reply")
    action = RadioField(
        "Action",
        choices=ACTION_LABELS,
        default=KeywordAction.NONE.value,
        validate_choice=False,
    )
    event_id = SelectField("Event", validate_choice=False)
    survey_id = SelectField("Survey", validate_choice=False)
    group_id = SelectField("Group", validate_choice=False)
    from_date = CalendarDayField("From day", organisation.get_organisation_region)
    from_time = ClockField("From time")
    until_date = CalendarDayField("Until day", organisation.get_organisation_region)
    until_time = ClockField("Until time")
    is_active = BooleanField(
        "Active", default=True, false_values=(False, "false", "", "0", "no", "off")
    )
    period = ActivePeriod()

    def __init__(self, rule_id: int | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.rule_id = rule_id
        events = {str(event.id): _format_event_choice(event) for event in fetch_all_events()}
        self.event_id.choices = {"": "Choose an event"} | events
        surveys = find_survey_choices(_parse_chosen_id(self.survey_id))
        self.survey_choices = {str(survey_id): name for survey_id, name in surveys}
        self.survey_id.choices = {"": "Choose a survey"} | self.survey_choices
        rule = queries.find_keyword_rule(rule_id) if rule_id else None
        self.kept_groups = {rule.group_id} if rule and rule.group_id else set()
        self.kept_words = queries.list_words_of_keyword(rule)
        self.group_id.choices = build_group_choices(self.kept_groups, "Choose a group")

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate every field, then the four of the time together."""
        fields_are_valid = super().validate(extra_validators)
        self.period = parse_active_period(self)
        return fields_are_valid and not any(self[name].errors for name in PERIOD_FIELDS)

    def validate_keyword(self, field: Field) -> None:
        """Require a word that may be a keyword and that is free."""
        if problem := self._find_word_problem(field.data or "", self.folded_keyword):
            raise ValidationError(problem)

    def validate_aliases(self, field: Field) -> None:
        """Require the same of each other word."""
        if len(self.folded_aliases) > MAX_ALIASES:
            raise ValidationError(f"A keyword can have up to {MAX_ALIASES} other spellings.")
        for word in self.folded_aliases:
            problem = self._find_word_problem(word, word)
            if problem:
                raise ValidationError(problem if problem.startswith(word) else f"{word}: {problem}")

    def _find_word_problem(self, typed: str, folded: str) -> str | None:
        problem = keyword_parsing.find_keyword_problem(typed, self.kept_words)
        problem = problem or queries.find_topic_conflict(typed)
        return problem or queries.find_keyword_conflict(folded, self.rule_id)

    def validate_match_kind(self, field: Field) -> None:
        if field.data not in set(KeywordMatch):
            raise ValidationError("Choose one of the two.")

    def validate_response_body(self, field: Field) -> None:
        """Require a text that can be filled in, and not too long.

        It may be missing where something else happens.
        """
        text = field.data or ""
        has_effect = self.has_effect or self.action.data != KeywordAction.NONE
        if text_cleaning.is_blank_text(text) and not has_effect:
            raise ValidationError("Write a reply, or choose an action.")
        of_event = self.action.data == KeywordAction.ADD_TO_EVENT
        fields = COMPUTED_FIELDS if self.counts_as_check_in.data else NO_FIELDS
        for sentence in message_templates.list_template_problems(
            text, of_event=of_event, fields=fields
        ):
            add_error(field, sentence)
        size = count_utf16_units(text)
        if size > MAX_MESSAGE_CHARACTERS:
            raise ValidationError(
                f"A reply can have up to {MAX_MESSAGE_CHARACTERS:,} characters. This one has "
                f"{size:,}."
            )

    def validate_action(self, field: Field) -> None:
        if field.data not in set(KeywordAction):
            raise ValidationError("Choose an action.")

    def validate_event_id(self, field: Field) -> None:
        """Require an event that is not deleted, where one is needed."""
        if self.action.data != KeywordAction.ADD_TO_EVENT:
            return
        event_id = _parse_chosen_id(field)
        if not event_id:
            raise ValidationError("Choose an event.")
        if find_event(event_id) is None:
            raise ValidationError("That event was deleted.")

    def validate_survey_id(self, field: Field) -> None:
        """Require a survey that can be started, where one is needed."""
        if self.action.data != KeywordAction.START_SURVEY or field.data in self.survey_choices:
            return
        if _parse_chosen_id(field):
            raise ValidationError("That survey is closed or deleted.")
        raise ValidationError("Choose a survey.")

    def validate_group_id(self, field: Field) -> None:
        """Require a group that this user may change, where one is needed."""
        if self.action.data in GROUP_ACTIONS:
            require_group_choice(field, self.kept_groups)

    @property
    def folded_keyword(self) -> str:
        """The keyword as it is stored."""
        return fold_text(self.keyword.data or "")

    @property
    def folded_aliases(self) -> list[str]:
        """The other words as they are stored, without the keyword itself."""
        words = keyword_parsing.split_keywords(self.aliases.data or "")
        main_word = fold_keyword(self.folded_keyword)
        return [word for word in words if fold_keyword(word) != main_word]

    @property
    def keyword_info(self) -> KeywordInfo:
        """The keyword as it was typed. After a valid validate()."""
        action = KeywordAction(self.action.data)
        event_id = survey_id = group_id = None
        if action is KeywordAction.ADD_TO_EVENT:
            event_id = _parse_chosen_id(self.event_id)
        elif action is KeywordAction.START_SURVEY:
            survey_id = _parse_chosen_id(self.survey_id)
        elif action in GROUP_ACTIONS:
            group_id = _parse_chosen_id(self.group_id)
        return KeywordInfo(
            keyword=self.folded_keyword,
            response_body=self.response_body.data or None,
            is_active=bool(self.is_active.data),
            match_kind=KeywordMatch(self.match_kind.data),
            active_from=self.period.starts_at,
            active_until=self.period.ends_at,
            action=action,
            event_id=event_id,
            survey_id=survey_id,
            group_id=group_id,
            sets_language=self.sets_language.data or None,
            counts_as_check_in=bool(self.counts_as_check_in.data),
        )

    def add_taken_errors(self) -> None:
        """Say beside the fields which words another request took first."""
        self._add_conflicts(self.keyword, [self.folded_keyword])
        self._add_conflicts(self.aliases, self.folded_aliases)

    def _add_conflicts(self, field: Field, words: Sequence[str]) -> None:
        for word in words:
            if sentence := queries.find_keyword_conflict(word, self.rule_id):
                add_error(field, sentence)


def _parse_chosen_id(field: Field) -> int | None:
    """Return the id of the chosen row, None when what came is no id."""
    return parse_id((field.data or "").strip())


def _format_event_choice(event: Event) -> str:
    if event.date is None:
        return event.title
    return f"{event.title}, {format_day(event.date)}"
