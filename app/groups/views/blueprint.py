"""The blueprint of the groups, and what all its views need."""

from flask import Blueprint, abort

from app.groups.models import ContactGroup
from app.groups.queries.group_records import find_group

bp = Blueprint("groups", __name__, url_prefix="/groups")


def get_group_or_404(group_id: int) -> ContactGroup:
    """Return the group of the address, or abort."""
    group = find_group(group_id)
    if group is None:
        abort(404)
    return group
