"""Sample people: Ada the admin, Sol the social manager, and phones that they text."""

from datetime import UTC, datetime

from app.accounts.models import AppUser, LoginSession, hash_session_token
from app.core.db import write
from app.domain.accounts.roles import Role
from app.organisation.models import Organisation

PASSWORD = "a quiet river at dawn"
ZOE, LEO, MIA, MAX = "+13035550142", "+13035550143", "+13035550144", "+13035550145"


def build_login_session(user):
    """Return a session of the user that never ends; its token is the user's `session_key`."""
    far_off = datetime(9999, 1, 1, tzinfo=UTC)
    return LoginSession(
        user_id=user.id,
        token_hash=hash_session_token(user.session_key),
        session_key=user.session_key,
        device="Test",
        # In the future, so that no test's page notes that the session is used.
        seen_at=far_off,
        # Whoever signs in in a test has just entered the password.
        confirmed_at=far_off,
        ends_at=far_off,
    )


def create_test_users(app):
    """Create the users ada and sol (PASSWORD), and the organisation Riverside in Denver."""
    ada = AppUser(username="ada", role=Role.ADMIN, session_key="a" * 32)
    sol = AppUser(username="sol", role=Role.SOCIAL_MANAGER, session_key="b" * 32)
    for user in (ada, sol):
        user.set_password(PASSWORD)
    with app.app_context(), write() as session:
        session.add_all([ada, sol])
        session.flush()
        session.add_all([build_login_session(ada), build_login_session(sol)])
        session.add(Organisation(id=1, name="Riverside Community", timezone="America/Denver"))
