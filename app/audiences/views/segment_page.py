"""The page of one segment: its sentence and its people of now."""

from flask import render_template
from flask.typing import ResponseReturnValue

from app.audiences.queries.segment_people import paginate_segment_people
from app.audiences.views.blueprint import bp, get_segment_or_abort
from app.core.access import permission_required
from app.core.pagination import list_params
from app.delivery.queries.group_blasts import list_group_blasts
from app.domain.accounts.permissions import Permission
from app.domain.audiences.audience_rules import PartKind
from app.domain.audiences.condition_addresses import write_rule_addresses
from app.organisation import queries as organisation


@bp.get("/<int:segment_id>")
@permission_required(Permission.SEE_PEOPLE)
def show_segment(segment_id: int) -> ResponseReturnValue:
    """Show whom a segment means at this moment, and the blasts to it."""
    reading = get_segment_or_abort(segment_id)
    rule = None if reading.is_broken else reading.rule
    page = paginate_segment_people(
        rule, list_params(("name",), "name"), organisation.get_organisation_region()
    )
    return render_template(
        "segments/segment.html",
        reading=reading,
        segment=reading.segment,
        page=page,
        filters=write_rule_addresses(rule) if rule else [],
        blasts=list_group_blasts(segment_id, PartKind.SEGMENT),
    )
