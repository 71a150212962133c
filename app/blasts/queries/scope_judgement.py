"""Whether everybody whom a blast is for is reached by the permissions of who sends it."""

from app.accounts.models import AppUser
from app.accounts.permission_set_queries import find_scope
from app.accounts.queries import find_author
from app.audiences.queries.scope_phones import count_phones_outside
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.accounts.permissions import Permission
from app.domain.accounts.scope import Scope
from app.domain.delivery.blast_rendering import RenderedBlast
from app.domain.texts.plurals import pluralize

OUTSIDE_ERROR = (
    "{outside} of these {people} are outside the groups and events that you may text. "
    "Choose others."
)
OUTSIDE_HOLD = (
    "{outside} of its {people} are outside the groups and events of {name} now. "
    "It waits until someone who may text them confirms it."
)
NO_PERMISSION_HOLD = (
    "{name} may not send blasts now. It waits until someone who may text these people confirms it."
)


def explain_outside(rendered: RenderedBlast, scope: Scope) -> str:
    """Return why a user with this scope cannot send a blast that they review; "" when they can.

    Those who would be skipped count too: the review names them.
    """
    counts = _count(rendered, scope)
    return OUTSIDE_ERROR.format(**counts) if counts else ""


def find_scope_gap(blast: ScheduledMessage, rendered: RenderedBlast) -> str:
    """Return why a due blast must not be sent for its author; "" when it may.

    Asked of every blast at its release: sets, groups and registrations change while it waits.
    What a deleted user or the program itself confirmed stays confirmed.
    """
    author = find_author(blast.created_by_id, blast.created_by)
    if author is None or blast.test_mode:
        return ""
    if not author.may(Permission.SEND_TEXTS):
        return NO_PERMISSION_HOLD.format(name=author.shown_name)
    counts = _count(rendered, find_scope(author))
    return OUTSIDE_HOLD.format(name=author.shown_name, **counts) if counts else ""


def is_reach_limited(user: AppUser | None) -> bool:
    """Whether a user is there whose blasts find_scope_gap() may hold."""
    return user is not None and not (
        find_scope(user).is_everybody and user.may(Permission.SEND_TEXTS)
    )


def _count(rendered: RenderedBlast, scope: Scope) -> dict[str, str]:
    """Return how many people of how many are outside; empty where nobody is."""
    outside = count_phones_outside([text.phone for text in rendered.texts], scope)
    if not outside:
        return {}
    people = pluralize(len(rendered.texts), "person", "people")
    return {"outside": f"{outside:,}", "people": people}
