"""What the tests of the inbox say again and again."""

import pytest

from app.core.db import db
from app.delivery.models import Message
from app.inbox.models import Thread
from tests import sample_rows


@pytest.fixture
def wrote(app):
    """Call `wrote(phone, body)`: a text came in; gives its thread's id."""

    def come(phone, body, **more):
        with app.app_context():
            return sample_rows.add_inbound_text(phone, body, **more)

    return come


@pytest.fixture
def thread(app):
    """Call `thread(id)`: the row as it is now."""

    def look(thread_id):
        with app.app_context():
            return db.session.get(Thread, thread_id)

    return look


@pytest.fixture
def sent(app):
    """Call `sent()`: every text of ours, the oldest first."""

    def look():
        with app.app_context():
            ours = db.select(Message).where(Message.direction == "outbound").order_by(Message.id)
            return db.session.scalars(ours).all()

    return look
