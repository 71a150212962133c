"""Who may text the people of a group, also as people of an earlier blast to that group."""

from app.accounts.queries import find_author
from app.audiences.queries.audience_lists import HIDDEN_SEGMENT_ERROR, find_part_problem
from app.blasts.queries.results_audience import get_stored_audience
from app.delivery.models import MessageLog
from app.delivery.queries.admin_audiences import find_blasts_for_admins, is_audience_for_admins
from app.delivery.queries.stored_audiences import load_audience
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.accounts.roles import Role
from app.domain.audiences.chosen_audience import ChosenPeople, build_results_part
from app.domain.delivery.blast_outcomes import ResultsAudience


def get_stored_people(blast: MessageLog | ScheduledMessage) -> ChosenPeople | None:
    """Return the audience or earlier blast whose people a stored blast is for; None for others."""
    return load_audience(blast.audience_id) or get_stored_audience(
        blast.audience_log_id, blast.audience_outcome
    )


def find_people_problem(people_of: ChosenPeople | None, role: Role) -> str:
    """Return why a user with this role cannot text these people, "" when they can.

    Whoever may not text a group may not text it among other lists, nor the people of an earlier
    blast to it. A deleted group has no rule any more.
    """
    if people_of is None or role == Role.ADMIN:
        return ""
    if isinstance(people_of, ResultsAudience):
        return find_part_problem(build_results_part(people_of), role)
    if is_audience_for_admins(people_of.audience_id):
        return HIDDEN_SEGMENT_ERROR
    problems = (find_part_problem(part, role) for part in people_of.rule.included)
    return next(filter(None, problems), "")


def may_see_people(log: MessageLog, role: Role) -> bool:
    """Whether a user with this role may see who got a blast, and what became of each text.

    Not where a list of it asked a sensitive field: its people tell who has what.
    """
    return role == Role.ADMIN or not find_blasts_for_admins([log.id])


def may_creator_text_people(blast: ScheduledMessage) -> bool:
    """Whether the user who confirmed a blast may text its people now.

    What a deleted user or the program itself confirmed stays confirmed.
    """
    creator = find_author(blast.created_by_id, blast.created_by)
    return creator is None or not find_people_problem(get_stored_people(blast), creator.role)
