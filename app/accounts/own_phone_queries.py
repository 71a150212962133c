"""The phone of a user, to which tests are sent."""

from app.accounts.models import AppUser
from app.accounts.queries import find_first_admin_username, find_user_by_name, list_users
from app.core.settings import current_settings

# Area codes of practice phones: those of the sample people are others.
PRACTICE_AREA_CODES = ("202", "206", "312", "415", "617")
PHONES_PER_AREA_CODE = 100


def find_test_phone(username: str | None) -> str | None:
    """Return the number (E.164) that this user's tests go to; None when they have none yet."""
    user = find_user_by_name(username or "")
    return find_own_phone(user) if user is not None else None


def find_own_phone(user: AppUser) -> str | None:
    """Return the user's verified phone, else the one of the environment, else a practice phone.

    ADMIN_TEST_PHONE is the phone of the first admin; practice phones exist in practice mode only.
    Nothing is texted to users who are disabled.
    """
    if user.disabled_at is not None:
        return None
    if user.phone:
        return user.phone
    settings = current_settings()
    if settings.test_phone and user.username == find_first_admin_username():
        return settings.test_phone
    return build_practice_phone(user.id) if settings.carrier == "sandbox" else None


def is_staff_phone(phone: str) -> bool:
    """Whether a number is the own phone of a user, as find_own_phone() says."""
    return any(find_own_phone(user) == phone for user in list_users())


def has_practice_phones() -> bool:
    """Whether texts go to practice phones, each of which has a page."""
    return current_settings().carrier == "sandbox"


def build_practice_phone(user_id: int) -> str:
    """Return a fictional number (555-01xx) for a user, the same each time."""
    area, line = divmod(user_id, PHONES_PER_AREA_CODE)
    code = PRACTICE_AREA_CODES[area % len(PRACTICE_AREA_CODES)]
    return f"+1{code}55501{line:02}"
