"""The list of members, the deletion of many at once, and the export."""

from flask import (
    Response,
    flash,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write, build_name_details
from app.community import actions, queries
from app.community.views.blueprint import bp
from app.core.access import (
    ALL_ROLES,
    current_username,
    parse_local_path,
    roles_required,
)
from app.core.clock import now
from app.core.csv_files import build_download_headers, stream_csv_in_batches
from app.core.pagination import list_params
from app.domain.accounts.roles import Role
from app.domain.texts.plurals import pluralize
from app.domain.texts.whole_numbers import parse_id
from app.organisation import queries as organisation

EXPORT_HEADINGS = ("name", "phone")


@bp.get("/community")
@roles_required(*ALL_ROLES)
def list_members() -> ResponseReturnValue:
    """List everybody who receives blasts to the community."""
    page = queries.paginate_members(
        list_params(queries.MEMBER_SORTS, "name"),
        organisation.get_organisation_region(),
    )
    return render_template("community/everyone.html", page=page)


@bp.post("/community/bulk-delete")
@roles_required(Role.ADMIN)
def delete_selected_members() -> ResponseReturnValue:
    member_ids = _parse_ids(request.form.getlist("member_ids"))
    if not member_ids:
        flash("Choose somebody first.", "error")
        return redirect(_get_return_url(), 303)
    with audited_write("members.deleted", current_username()) as trace:
        people = queries.find_names_and_phones(member_ids)
        count = actions.delete_members(member_ids)
        trace.about = ", ".join(map(str, member_ids))
        trace.details = {"count": count, **build_name_details(people)}
    verb = "is" if count == 1 else "are"
    flash(f"{pluralize(count, 'person', 'people')} {verb} deleted.", "success")
    return redirect(_get_return_url(), 303)


def _parse_ids(texts: list[str]) -> list[int]:
    """Return each row id once; other texts are left out."""
    ids = map(parse_id, dict.fromkeys(texts))
    return [id_ for id_ in ids if id_ is not None]


def _get_return_url() -> str:
    return parse_local_path(request.form.get("next")) or url_for("community.list_members")


@bp.get("/community/export")
@roles_required(Role.ADMIN)
def export_members() -> ResponseReturnValue:
    """Download the whole list as a CSV file that an import takes back unchanged."""
    with audited_write("members.exported", current_username()) as trace:
        trace.details = {"count": queries.count_members()}
    pieces = stream_csv_in_batches(EXPORT_HEADINGS, queries.fetch_member_batch)
    return Response(
        stream_with_context(pieces),
        headers=build_download_headers(f"community-{now():%Y-%m-%d}.csv"),
    )
