"""Sample people: Ada the admin, Sol the social manager, and phones that they text."""

from app.accounts.models import AppUser
from app.core.db import write
from app.domain.accounts.roles import Role
from app.organisation.models import Organisation

PASSWORD = "a quiet river at dawn"
ZOE, LEO, MIA, MAX = "+13035550142", "+13035550143", "+13035550144", "+13035550145"


def create_test_users(app):
    """Create the users ada and sol (PASSWORD), and the organisation Riverside in Denver."""
    ada = AppUser(username="ada", role=Role.ADMIN, session_key="a" * 32)
    sol = AppUser(username="sol", role=Role.SOCIAL_MANAGER, session_key="b" * 32)
    for user in (ada, sol):
        user.set_password(PASSWORD)
    with app.app_context(), write() as session:
        session.add_all([ada, sol])
        session.add(Organisation(id=1, name="Riverside Community", timezone="America/Denver"))
