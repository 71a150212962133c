"""The list of members, and its export."""

from collections.abc import Iterator, Sequence
from itertools import islice

from flask import Response, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from app.audit.actions import audited_write
from app.community import queries
from app.community.forms import (
    MemberFilterForm,
    get_filter_parameters,
    read_member_selection,
)
from app.community.views.blueprint import bp
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.batch_reading import iterate_in_batches
from app.core.clock import now
from app.core.csv_files import build_download_headers, stream_csv
from app.core.db import db
from app.core.pagination import list_params
from app.domain.accounts.roles import Role
from app.domain.texts.whole_numbers import parse_id
from app.groups.queries.group_records import find_active_group, list_active_groups
from app.groups.queries.memberships import list_group_names_of_phones
from app.organisation import queries as organisation
from app.profiles.person_addresses import load_public_ids

EXPORT_HEADINGS = ("name", "phone")
# Only where there are groups.
GROUPS_HEADING = "groups"
EXPORT_BATCH_ROWS = 1_000


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


@bp.get("/community/export")
@roles_required(Role.ADMIN)
def export_members() -> ResponseReturnValue:
    """Download the list, or what a filter leaves of it, as a CSV file that an import reads."""
    parameters = get_filter_parameters(request.args)
    if not parameters:
        return send_members_as_csv(None)
    selection = read_member_selection(MultiDict({**parameters, "everyone": "1"}))
    return send_members_as_csv(selection.ids)


def send_members_as_csv(member_ids: Sequence[int] | None) -> Response:
    """Return these members, or all for None, as a download, and record it in the audit."""
    count = queries.count_members() if member_ids is None else len(member_ids)
    with audited_write("members.exported", current_username()) as trace:
        trace.details = {"count": count}
    has_groups = bool(list_active_groups())
    headings = (*EXPORT_HEADINGS, GROUPS_HEADING) if has_groups else EXPORT_HEADINGS
    if member_ids is None:
        rows = iterate_in_batches(queries.fetch_member_batch)
    else:
        rows = iter(queries.find_names_and_phones(member_ids))
    lines = stream_csv(headings, _add_groups(rows) if has_groups else rows)
    return Response(
        stream_with_context(lines),
        headers=build_download_headers(f"community-{now():%Y-%m-%d}.csv"),
    )


def _add_groups(rows: Iterator[tuple[str | None, str]]) -> Iterator[tuple[str | None, str, str]]:
    """Yield each (name, phone) with the names of the groups, as an import reads them."""
    while batch := list(islice(rows, EXPORT_BATCH_ROWS)):
        names = list_group_names_of_phones([phone for _, phone in batch])
        # Ends the read snapshot, as iterate_in_batches() does: a download may take minutes.
        db.session.rollback()
        for name, phone in batch:
            yield name, phone, "; ".join(names.get(phone, ()))
