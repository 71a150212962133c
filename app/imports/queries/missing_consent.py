"""People of a confirmed import whom blasts leave out, because no yes of theirs is recorded."""

from sqlalchemy import distinct, func, select

from app.core.db import db
from app.domain.delivery.skip_reasons import SkipReason
from app.imports.models import READABLE_VERDICTS, Import, ImportRow
from app.organisation.queries import get_organisation
from app.suppression.models import EVENT_SCOPE_PREFIX
from app.suppression.queries.sending_permission import select_suppression_reason


def count_people_without_consent(row: Import) -> int:
    """Count the phones of the file that get no blast until their yes is recorded."""
    if not get_organisation().consent_required:
        return 0
    event_id = None
    if row.pool.startswith(EVENT_SCOPE_PREFIX):
        event_id = int(row.pool.removeprefix(EVENT_SCOPE_PREFIX))
    reason = select_suppression_reason(ImportRow.phone, event_id=event_id)
    people = select(func.count(distinct(ImportRow.phone))).where(
        ImportRow.import_id == row.id,
        ImportRow.verdict.in_(READABLE_VERDICTS),
        reason == SkipReason.NO_CONSENT,
    )
    return db.session.scalar(people) or 0
