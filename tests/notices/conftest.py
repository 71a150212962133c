"""Ada hears by e-mail too, from a real mail server; a job reads the sources and sends."""

import pytest

from app.accounts.models import AppUser
from app.core.clock import now
from app.core.db import db, write
from app.notices.models import Notice
from app.notices.sending.outbox import send_due_notices
from app.notices.sources.source_polling import SourcePolling
from tests.mail_server import run_mail_server

ADA_MAIL = "ada@example.org"


@pytest.fixture
def mail_server():
    """A mail server of this test."""
    with run_mail_server() as server:
        yield server


@pytest.fixture
def app(make_app, mail_server):
    """The app with a mail server; Ada's address is verified."""
    app = make_app(**mail_server.settings())
    with app.app_context(), write():
        ada = find_user("ada")
        ada.email, ada.email_verified_at = ADA_MAIL, now()
    return app


class Staff:
    """The minute's job, and what it told."""

    def __init__(self, app):
        self.app, self.polling = app, SourcePolling()

    def poll(self, moment=None):
        """Read the sources once; the first time only notes where they are."""
        with self.app.app_context():
            return self.polling.poll(moment or now())

    def send(self, moment=None):
        """Send what is due."""
        with self.app.app_context():
            return send_due_notices(moment or now(), lambda: False)

    def list(self, username="ada", **values):
        """The notices of a user, as (kind, channel, subject)."""
        with self.app.app_context():
            user_id = find_user(username).id if username else None
            rows = db.session.scalars(
                db.select(Notice).filter_by(user_id=user_id, **values).order_by(Notice.id)
            )
            return [(row.kind.value, row.channel.value, row.subject) for row in rows]


def find_user(username):
    """The row of a user."""
    return db.session.scalars(db.select(AppUser).where(AppUser.username == username)).one()


@pytest.fixture
def staff(app):
    """The job of a process that leads, after its first look."""
    staff = Staff(app)
    staff.poll()
    return staff
