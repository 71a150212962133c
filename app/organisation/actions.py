"""Writing the organisation's row."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app.core.db import db
from app.core.row_changes import set_changed_values
from app.domain.delivery.country_currencies import get_country_currency
from app.organisation import queries
from app.organisation.models import Organisation

# About what a segment costs in the United States, carrier fees included.
DEMO_SEGMENT_PRICE = Decimal("0.0112")


def update_organisation(values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Store these values by column; return what changed as {column: [old, new]}.

    Creates the row where there is none.
    """
    row = queries.get_organisation()
    changes = set_changed_values(row, values)
    db.session.add(row)
    db.session.flush()
    return changes


def create_organisation(
    name: str | None = None, timezone: str | None = None, region: str | None = None
) -> Organisation:
    """Create the row at the first start, from the environment and what is given here.

    A new installation texts only people whose consent is recorded; an older one keeps its choice.
    """
    row = queries.get_organisation()
    row.name = name or row.name
    row.timezone = timezone or row.timezone
    row.region = region or row.region
    row.currency = get_country_currency(row.region)
    row.consent_required = True
    db.session.add(row)
    return row


def create_demo_organisation(name: str, timezone: str, region: str) -> Organisation:
    """Create the row of a made-up organisation, marked as such. Inside write()."""
    row = create_organisation(name, timezone, region)
    row.price_per_segment = DEMO_SEGMENT_PRICE
    row.is_demo = True
    db.session.flush()
    return row
