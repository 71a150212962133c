"""Why a user with a sending limit cannot let a sequence text people."""

from app.accounts.models import AppUser
from app.approvals.queries.sender_excess import has_limit
from app.domain.sequences.sequence_states import SequenceState
from app.sequences.models import Sequence

LIMITED_SENDER_ERROR = (
    "You have a sending limit, so you can’t switch on a sequence or change one that is on. "
    "Ask an admin."
)


def find_limit_problem(sequence: Sequence, user: AppUser) -> str:
    """Return why a user cannot switch a sequence on, or change one that is on; "" when they can.

    It starts for any number of people, later ones too, so no blast of a size can be approved.
    """
    is_open = sequence.state is not SequenceState.ARCHIVED
    return LIMITED_SENDER_ERROR if is_open and has_limit(user) else ""
