"""The blueprint of the segments, and what all its views need."""

from flask import Blueprint, abort
from flask_login import current_user

from app.audiences.queries.segment_records import SegmentReading, find_segment, read_segments

bp = Blueprint("segments", __name__, url_prefix="/segments")


def get_segment_or_abort(segment_id: int) -> SegmentReading:
    """Return the segment of the address as it reads now; abort where it is gone.

    One that asks a sensitive field is closed to users who must not see the field.
    """
    segment = find_segment(segment_id)
    if segment is None:
        abort(404)
    (reading,) = read_segments([segment], current_user.role)
    if reading.is_hidden:
        abort(403)
    return reading
