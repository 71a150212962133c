"""A segment as it is typed: its name, its conditions, and groups of conditions."""

from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import Length

from app.audiences.forms.condition_form import ConditionForm
from app.audiences.forms.condition_tests import list_families
from app.audiences.queries.rule_choices import RuleChoices
from app.audiences.queries.segment_records import find_segment_by_name
from app.audiences.segment_models import (
    MAX_SEGMENT_DESCRIPTION_LENGTH,
    MAX_SEGMENT_NAME_LENGTH,
)
from app.core.form_fields import add_error
from app.domain.audiences.conditions import Condition
from app.domain.audiences.segment_json import InvalidRule, check_rule
from app.domain.audiences.segment_rules import (
    MAX_CONDITIONS,
    ConditionGroup,
    Joiner,
    RuleItem,
    RulePool,
    SegmentRule,
)
from app.domain.texts.text_cleaning import clean_text

JOINER_LABELS = {Joiner.ALL.value: "all of these", Joiner.ANY.value: "any of these"}
GROUP_LABELS = JOINER_LABELS | {"!any": "none of these", "!all": "not all of these"}
POOL_LABELS = {
    RulePool.COMMUNITY.value: "The community",
    RulePool.CONTACTS.value: "The community, and people who are only in groups or events",
}
MAX_GROUPS = 10
TOO_MANY_GROUPS = f"A segment can have up to {MAX_GROUPS} groups of conditions."
CONDITION_FIELDS = ("family", "parent", "test", "ref", "question", "value", "day", "days", "month")


def _clean_line(text: str | None) -> str:
    return " ".join(clean_text(text or "").split())


class ConditionGroupForm(Form):
    """A group of conditions, by its place among the groups."""

    join = SelectField("People match", choices=GROUP_LABELS, validate_choice=False, default="any")


class SegmentForm(FlaskForm):
    """A segment. After a valid validate(), `rule` is what was typed.

    `segment_id`: the one that is changed, or None. `seen_at`: when it was last changed, as the
    editor read it.
    """

    name = StringField("Name", filters=[_clean_line])
    description = TextAreaField(
        "Description",
        [Length(max=MAX_SEGMENT_DESCRIPTION_LENGTH, message="Enter at most 300 characters.")],
        filters=[lambda text: clean_text(text or "").strip()],
    )
    among = RadioField("Look among", choices=POOL_LABELS, default=RulePool.COMMUNITY.value)
    join = SelectField("People match", choices=JOINER_LABELS, default=Joiner.ALL.value)
    # One more than there may be is read, to say so: a thousand would take seconds.
    groups = FieldList(FormField(ConditionGroupForm), max_entries=MAX_CONDITIONS + 1)
    rows = FieldList(FormField(ConditionForm), max_entries=MAX_CONDITIONS + 1)
    seen_at = HiddenField()

    def __init__(
        self, choices: RuleChoices, *, segment_id: int | None = None, **options: Any
    ) -> None:
        super().__init__(**options)
        self.choices = choices
        self.segment_id = segment_id
        self.families = list_families(choices)
        self.rule: SegmentRule | None = None
        for row in self.condition_forms:
            row.offer(choices)

    @property
    def condition_forms(self) -> Sequence[ConditionForm]:
        """The conditions of all levels in their order."""
        return [entry.form for entry in self.rows]

    def list_rows(self, parent: str) -> list[tuple[int, ConditionForm]]:
        """Return the conditions of a group with their places, "" for those of none."""
        groups = list(map(str, range(len(self.groups))))
        rows = []
        for place, row in enumerate(self.condition_forms):
            own_parent = row.parent.data if row.parent.data in groups else ""
            if own_parent == parent:
                rows.append((place, row))
        return rows

    def validate_name(self, field: Field) -> None:
        """Require a name that no other segment has."""
        name = field.data or ""
        if not name:
            raise ValidationError("Give the segment a name.")
        if len(name) > MAX_SEGMENT_NAME_LENGTH:
            raise ValidationError(f"A name can have up to {MAX_SEGMENT_NAME_LENGTH} characters.")
        other = find_segment_by_name(name)
        if other is not None and other.id != self.segment_id:
            self.add_taken_error()

    def add_taken_error(self) -> None:
        """Say beside the field that another segment has the name."""
        add_error(self.name, f"There is a segment “{self.name.data}” already.")

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field, and read the rule."""
        is_valid = super().validate(extra_validators)
        self.rule = self.read_rule()
        if self.rule is None and not self.form_errors:
            self.form_errors.append("Some conditions are not complete.")
        return is_valid and self.rule is not None and not self.name.errors

    def read_rule(self) -> SegmentRule | None:
        """Return the rule that was typed, or None with errors beside its conditions."""
        if len(self.groups) > MAX_CONDITIONS:
            # The conditions of the groups that were not read would be in none.
            self.form_errors = [TOO_MANY_GROUPS]
            return None
        conditions = self._read_conditions()
        if conditions is None:
            return None
        rule = SegmentRule(
            _parse_joiner(self.join.data)[0],
            tuple(self._build_items(conditions)),
            _parse_pool(self.among.data),
        )
        try:
            check_rule(rule)
        except InvalidRule as error:
            self.form_errors = [str(error)]
            return None
        return rule

    def _read_conditions(self) -> list[Condition] | None:
        """Read every row, so that each gets its errors; return None where one is not complete."""
        conditions: list[Condition] = []
        for row in self.condition_forms:
            condition = row.read_condition(self.choices)
            if condition is not None:
                conditions.append(condition)
        return conditions if len(conditions) == len(self.condition_forms) else None

    def _build_items(self, conditions: Sequence[Condition]) -> list[RuleItem]:
        """Return the conditions of the first level, then each group that has any."""
        items: list[RuleItem] = [conditions[place] for place, _ in self.list_rows("")]
        for number, entry in enumerate(self.groups):
            inner = [conditions[place] for place, _ in self.list_rows(str(number))]
            if inner:
                joiner, is_negated = _parse_joiner(entry.form.join.data)
                items.append(ConditionGroup(joiner, tuple(inner), is_negated))
        return items

    def build_data(self) -> dict[str, Any]:
        """Return everything as it is typed, for a form that is shown again."""
        rows = [
            {name: getattr(row, name).data for name in CONDITION_FIELDS}
            for row in self.condition_forms
        ]
        return {
            "name": self.name.data,
            "description": self.description.data,
            "among": self.among.data,
            "join": self.join.data,
            "groups": [{"join": entry.form.join.data} for entry in self.groups],
            "rows": rows,
            "seen_at": self.seen_at.data,
        }


def _parse_joiner(text: str | None) -> tuple[Joiner, bool]:
    name = (text or "").removeprefix("!")
    joiner = Joiner(name) if name in set(Joiner) else Joiner.ALL
    return joiner, (text or "").startswith("!")


def _parse_pool(text: str | None) -> RulePool:
    return RulePool(text) if text in set(RulePool) else RulePool.COMMUNITY
