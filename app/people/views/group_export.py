"""The export of a group: a CSV file with the columns of the community's, which an import reads."""

from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.community.views.people_csv import stream_people_as_csv
from app.core.access import current_username, permission_required
from app.core.recent_sign_in import guarded_download
from app.domain.accounts.permissions import Permission
from app.groups.views.blueprint import bp, get_group_or_404
from app.people.queries.group_people import iterate_names_of_group


@bp.get("/<int:group_id>/export")
@permission_required(Permission.EXPORT)
@guarded_download
def export_group(group_id: int) -> ResponseReturnValue:
    """Download everybody in a group, also those who are not in the community."""
    group = get_group_or_404(group_id)
    with audited_write("group.exported", current_username()) as trace:
        trace.about = f"group {group_id}"
        trace.details = {"title": group.name, "count": group.member_count}
    return stream_people_as_csv(iterate_names_of_group(group_id), group.name)
