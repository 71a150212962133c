"""The list of segments."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.audiences.queries.segment_list import SEGMENT_SORT_KEYS, paginate_segments
from app.audiences.views.blueprint import bp
from app.core.access import permission_required
from app.core.pagination import list_params
from app.domain.accounts.permissions import Permission


@bp.get("")
@permission_required(Permission.SEE_PEOPLE, for_everybody=True)
def list_segments() -> ResponseReturnValue:
    """List the segments with their sentences and how many people they have now."""
    page = paginate_segments(list_params(SEGMENT_SORT_KEYS, "name"), current_user.role)
    return render_template("segments/list.html", page=page)
