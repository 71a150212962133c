"""The list of members: its columns, and the conditions that narrow it.

It stands here because the conditions of rules lie above the community.
"""

from dataclasses import dataclass

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.audiences.forms.condition_tests import FAMILY_LABELS, label_family
from app.audiences.forms.list_filter_form import NewFilter
from app.audiences.queries.list_filters import UNKNOWN_FILTER, describe_filters
from app.audiences.queries.rule_choices import load_choices_of
from app.community import queries
from app.community.forms import MemberFilterForm, get_filter_parameters
from app.community.member_filters import MemberFilter, build_filter_choices
from app.community.views.blueprint import bp
from app.core.access import permission_required
from app.core.pagination import list_params
from app.domain.accounts.permissions import Permission
from app.domain.audiences.conditions import ReferenceKind
from app.domain.texts.whole_numbers import parse_id
from app.groups.queries.group_records import find_active_group
from app.organisation import queries as organisation
from app.people.queries.member_columns import MemberColumn, build_columns, list_member_columns
from app.people.views.column_choice import choose_columns, has_chosen_columns
from app.people.views.member_list_address import MemberListAddress, read_list_address

# Families of filters beside those of rules: why somebody is skipped, and which survey is meant.
STATUS_FAMILY, SURVEYS_FAMILY = "status", "survey"


@dataclass(frozen=True)
class FilterChip:
    """A filter of the list in words, and the address of the list without it."""

    words: str
    url: str
    matches_no_one: bool = False


@bp.get("/community")
@permission_required(Permission.SEE_PEOPLE)
def list_members() -> ResponseReturnValue:
    """List the members, narrowed by a search and filters; `add` asks for one more filter."""
    form = MemberFilterForm(request.args)
    filter_ = form.read_filter()
    address = read_list_address(request.args, filter_)
    family = request.args.get("add", "")
    new_filter = NewFilter(family, request.args) if family else None
    if new_filter and new_filter.address:
        filters = [*filter_.filters, new_filter.address]
        return redirect(address.build_url(filter=list(dict.fromkeys(filters))), 303)
    columns = list_member_columns(current_user.role)
    shown_columns = choose_columns(columns, request.args)
    page = queries.paginate_members(
        list_params(queries.MEMBER_SORTS, "name"),
        organisation.get_organisation_region(),
        filter_,
        build_columns(shown_columns),
    )
    body = render_template(
        "community/everyone.html",
        page=page,
        address=address,
        chips=_build_chips(filter_, address, columns),
        families=_list_families(columns),
        family=family,
        new_filter=new_filter,
        surveys=_list_surveys() if family == SURVEYS_FAMILY else {},
        status_field=form.show,
        columns=columns,
        shown_columns=shown_columns,
        has_chosen_columns=has_chosen_columns(request.args),
        filters=filter_.filters,
        is_filtered=filter_ != queries.EVERYONE,
        filter_params=get_filter_parameters(request.args),
        to_group=find_active_group(parse_id(request.args.get("to_group", ""))),
    )
    has_errors = bool(new_filter and new_filter.form and new_filter.form.errors)
    return body, 422 if has_errors else 200


def _build_chips(
    filter_: MemberFilter, address: MemberListAddress, columns: list[MemberColumn]
) -> list[FilterChip]:
    field_names = {row.field_id: row.label for row in columns if row.field_id is not None}
    chips = [
        FilterChip(row.words, address.drop_filter(row.address), row.matches_no_one)
        for row in describe_filters(filter_.filters, current_user.role, field_names)
    ]
    if filter_.show:
        words = build_filter_choices().get(filter_.show)
        url = address.build_url(show="")
        chips.insert(0, FilterChip(words or UNKNOWN_FILTER, url, matches_no_one=not words))
    return chips


def _list_families(columns: list[MemberColumn]) -> dict[str, str]:
    """Return what can be filtered by, and its label."""
    families = {STATUS_FAMILY: "Status", **FAMILY_LABELS, SURVEYS_FAMILY: "Survey"}
    fields = {f"field:{row.field_id}": row.label for row in columns if row.field_id is not None}
    return families | fields


def _list_surveys() -> dict[str, str]:
    """Return the surveys whose answers can be filtered by, by their families."""
    choices = load_choices_of({ReferenceKind.SURVEY}, current_user.role)
    families = [f"survey:{survey_id}" for survey_id in choices.surveys]
    return {family: label_family(family, choices) for family in families}
