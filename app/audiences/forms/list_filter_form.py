"""The filters of a list of people, as its address has them and as one is added."""

from collections.abc import Sequence
from typing import Any

from flask_login import current_user
from werkzeug.datastructures import MultiDict

from app.audiences.forms.condition_form import ConditionForm
from app.audiences.forms.condition_tests import list_family_references, list_tests
from app.audiences.queries.filter_permission import may_text_filtered_people
from app.audiences.queries.list_filters import build_filter_conditions
from app.audiences.queries.rule_choices import load_choices_of
from app.community.member_access import FilterConditions
from app.domain.audiences.condition_addresses import write_condition_address

# Of the fields of a filter that is added: they stand in the address of the list.
PREFIX = "add-"


def build_conditions_for_user(
    addresses: Sequence[str], phone: Any, is_for_page: bool
) -> FilterConditions:
    """Return the conditions that filters are for the user of this request."""
    return build_filter_conditions(addresses, phone, current_user.role, is_for_page=is_for_page)


def may_user_text_matches(addresses: Sequence[str]) -> bool:
    """Whether the user of this request may text all whom filters leave."""
    return may_text_filtered_people(addresses, current_user.role)


class NewFilter:
    """A filter that a user adds. `form` is what was typed; `address` the filter once it is whole.

    `form` is None where there is nothing of this family to ask.
    """

    def __init__(self, family: str, args: MultiDict[str, str]) -> None:
        choices = load_choices_of(list_family_references(family), current_user.role)
        tests = list_tests(family, choices)
        self.form: ConditionForm | None = None
        self.address = ""
        if not tests:
            return
        is_typed = f"{PREFIX}test" in args
        data = {"family": family, "test": next(iter(tests))}
        self.form = ConditionForm(args if is_typed else None, prefix=PREFIX, data=data)
        self.form.family.data = family
        self.form.offer(choices)
        condition = self.form.read_condition(choices) if is_typed else None
        if condition is not None:
            self.address = write_condition_address(condition)
