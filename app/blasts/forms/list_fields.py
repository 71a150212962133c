"""The fields that choose several lists: whom a blast is for, and whom it leaves out."""

from collections.abc import Sequence
from functools import cached_property

from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, SelectMultipleField, TextAreaField, ValidationError

from app.audiences.queries.audience_lists import (
    describe_gone_part,
    find_exclusion_problem,
    find_gone_parts,
    find_part_names_for,
    find_part_problem,
)
from app.audiences.queries.reached_parts import find_numbers_problem, is_part_reached
from app.core.permission_checks import may_see_numbers
from app.domain.audiences.audience_rules import (
    MAX_PARTS,
    AudiencePart,
    AudienceRule,
    check_audience,
)
from app.domain.audiences.chosen_audience import (
    ChosenAudience,
    build_people_part,
    name_people,
    parse_part,
)
from app.domain.audiences.segment_json import InvalidRule
from app.domain.phones.pasted_numbers import MAX_PASTED_LINES, PastedPeople, read_pasted_people
from app.organisation import queries as organisation

MAX_SHOWN_PROBLEMS = 5
NOT_CHOSEN_ERROR = "Choose at least one list, or paste numbers."
DELETED_LIST_ERROR = "One of the lists was deleted. Choose again."
NO_NUMBERS_ERROR = "You may not see phone numbers, so choose lists. An admin can change that."
UNKNOWN_LIST_ERROR = "One of the lists does not exist. Choose again."
# Single values that the review page carries on; include and exclude may have several.
LIST_FIELDS = ("not_texted_today", "people", "freeze")
MULTIPLE_FIELDS = ("include", "exclude")


def _read_parts(texts: Sequence[str] | None) -> list[AudiencePart]:
    """Return the lists that a field names; no more are read than show that they are too many."""
    parts = [part for part in map(parse_part, texts or ()) if part and is_part_reached(part)]
    return list(dict.fromkeys(parts))[: MAX_PARTS + 1]


class ListsForm(FlaskForm):
    """Lists to include and to leave out. They count where `target` is audience."""

    include = SelectMultipleField("Include", validate_choice=False, choices=())
    exclude = SelectMultipleField("Leave out", validate_choice=False, choices=())
    not_texted_today = BooleanField("Skip people who were texted today")
    people = TextAreaField("Numbers")
    freeze = BooleanField("Keep the list as it is at Review")

    @property
    def is_for_lists(self) -> bool:
        """Whether it is for lists that are chosen here; overridden by the whole form."""
        return False

    def validate_include(self, field: Field) -> None:
        """Reject an audience without lists, of too many, or of lists that cannot be texted."""
        if not self.is_for_lists:
            return
        self._check_parts(field)
        audience = self.chosen_lists
        try:
            check_audience(audience.rule)
        except InvalidRule as error:
            problem = str(error) if audience.rule.parts else NOT_CHOSEN_ERROR
            raise ValidationError(problem) from None
        self._check_lists(audience)

    def _check_parts(self, field: Field) -> None:
        texts = [*(self.include.data or ()), *(self.exclude.data or ())]
        parts = list(map(parse_part, texts))
        if None in parts or not all(map(is_part_reached, filter(None, parts))):
            raise ValidationError(UNKNOWN_LIST_ERROR)

    def _check_lists(self, audience: ChosenAudience) -> None:
        """Raise ValidationError for lists that are gone, or that the user may not use."""
        rule = audience.rule
        for part in find_gone_parts(rule):
            if part not in audience.names:
                raise ValidationError(DELETED_LIST_ERROR)
            sentence = describe_gone_part(part, audience.names[part])
            raise ValidationError(f"{sentence}. Choose another list.")
        for part in rule.included:
            if problem := find_part_problem(part, current_user.role):
                raise ValidationError(f"{audience.name_part(part)}: {problem}")
            if part in rule.excluded:
                name = audience.name_part(part)
                raise ValidationError(f"“{name}” is included and left out. Choose one of the two.")
        for part in rule.excluded:
            if problem := find_exclusion_problem(part, current_user.role):
                raise ValidationError(f"{audience.name_part(part)}: {problem}")

    def validate_people(self, field: Field) -> None:
        """Reject lines without a number, and more lines than a group's page takes."""
        if not self.is_for_lists:
            return
        if len((field.data or "").splitlines()) > MAX_PASTED_LINES:
            raise ValidationError(
                f"Paste up to {MAX_PASTED_LINES:,} lines. For more people, make a group."
            )
        if field.data and not may_see_numbers():
            raise ValidationError(NO_NUMBERS_ERROR)
        if problems := self._pasted.problems:
            raise ValidationError(" ".join(problems[:MAX_SHOWN_PROBLEMS]))
        if problem := find_numbers_problem(self.chosen_lists):
            raise ValidationError(problem)

    @cached_property
    def _pasted(self) -> PastedPeople:
        if not may_see_numbers():
            # The preview would say whose a number is.
            return PastedPeople({}, [])
        return read_pasted_people(self.people.data or "", organisation.get_organisation_region())

    @cached_property
    def chosen_lists(self) -> ChosenAudience:
        """The audience of the lists that were chosen; those that do not exist are left away."""
        included = _read_parts(self.include.data)
        excluded = _read_parts(self.exclude.data)
        role = current_user.role
        names: dict[AudiencePart, str] = find_part_names_for([*included, *excluded], role)
        people = self._pasted.names
        if people:
            part = build_people_part()
            included.append(part)
            names[part] = name_people(len(people))
        rule = AudienceRule(
            tuple(dict.fromkeys(included)),
            tuple(dict.fromkeys(excluded)),
            bool(self.not_texted_today.data),
        )
        return ChosenAudience(
            rule, tuple(people.items()), is_frozen=bool(self.freeze.data), names=names
        )

    def list_carried_lists(self) -> list[tuple[str, str]]:
        """Return what the review page sends again, as (name, value)."""
        if not self.is_for_lists:
            return []
        fields = [(name, value) for name in MULTIPLE_FIELDS for value in self[name].data or ()]
        for name in LIST_FIELDS:
            value = self[name].data
            if value:
                fields.append((name, "y" if value is True else value))
        return fields
