"""The export of members: a CSV file that an import reads back as it was."""

from collections.abc import Callable, Sequence

from flask import Response, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from app.audit.actions import audited_write
from app.community import queries
from app.community.forms import get_filter_parameters, read_member_selection
from app.community.views.blueprint import bp
from app.community.views.people_csv import stream_people_as_csv
from app.core.access import current_username, permission_required
from app.core.batch_reading import iterate_in_batches
from app.core.recent_sign_in import guarded_download
from app.domain.accounts.permissions import Permission

EXPORT_HEADINGS = ("name", "phone")
# Only where there is something to write into them.
GROUPS_HEADING = "groups"
DETAIL_HEADINGS = ("language", "birthday")
EXPORT_BATCH_ROWS = 1_000

# Reads the further cells of people by their phones; who has none is missing.
CellReader = Callable[[Sequence[str]], dict[str, Sequence[str]]]


@bp.get("/community/export")
@permission_required(Permission.EXPORT)
@guarded_download
def export_members() -> ResponseReturnValue:
    """Download the list, or what a filter leaves of it, as a CSV file that an import reads."""
    parameters = get_filter_parameters(request.args)
    if not parameters:
        return send_members_as_csv(None)
    selection = read_member_selection(MultiDict({**parameters, "everyone": ["1"]}))
    return send_members_as_csv(selection.ids)


def send_members_as_csv(member_ids: Sequence[int] | None) -> Response:
    """Return these members, or all for None, as a download, and record it in the audit."""
    count = queries.count_members() if member_ids is None else len(member_ids)
    with audited_write("members.exported", current_username()) as trace:
        trace.details = {"count": count}
    if member_ids is None:
        people = iterate_in_batches(queries.fetch_member_batch)
    else:
        people = iter(queries.find_names_and_phones(member_ids))
    return stream_people_as_csv(people, "community")
