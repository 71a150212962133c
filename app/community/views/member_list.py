"""The list of members."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.community import queries
from app.community.forms import (
    MemberFilterForm,
    get_filter_parameters,
)
from app.community.views.blueprint import bp
from app.core.access import ALL_ROLES, roles_required
from app.core.pagination import list_params
from app.domain.texts.whole_numbers import parse_id
from app.groups.queries.group_records import find_active_group
from app.organisation import queries as organisation
from app.profiles.person_addresses import load_public_ids


@bp.get("/community")
@roles_required(*ALL_ROLES)
def list_members() -> ResponseReturnValue:
    """List the members, narrowed by a search and a filter."""
    form = MemberFilterForm(request.args)
    filter_ = form.read_filter()
    page = queries.paginate_members(
        list_params(queries.MEMBER_SORTS, "name"),
        organisation.get_organisation_region(),
        filter_,
    )
    load_public_ids(member.phone for member in page.rows)
    return render_template(
        "community/everyone.html",
        page=page,
        form=form,
        is_filtered=filter_ != queries.EVERYONE,
        filter_params=get_filter_parameters(request.args),
        to_group=find_active_group(parse_id(request.args.get("to_group", ""))),
    )
