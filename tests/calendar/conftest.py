"""The day of the tests of the calendar."""

import pytest
import time_machine

from app.core.db import write
from app.organisation.models import Organisation
from tests.series.helpers import DENVER, START


@pytest.fixture(autouse=True)
def _saturday(app):
    """It is Saturday, Nov 28, 2026, five in the morning in Denver."""
    with time_machine.travel(START, tick=False):
        with app.app_context(), write() as session:
            session.get(Organisation, 1).timezone = DENVER
        yield
