"""Who may text the people of a group, also as people of an earlier blast to that group."""

from app.accounts.queries import find_user_by_name
from app.audiences.queries.audience_lists import find_part_problem, list_reached_parts
from app.blasts.queries.results_audience import get_stored_audience
from app.delivery.models import MessageLog, ScheduledMessage
from app.delivery.queries.stored_audiences import load_audience
from app.domain.accounts.roles import Role
from app.domain.audiences.chosen_audience import ChosenPeople
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
    if people_of is None:
        return ""
    if isinstance(people_of, ResultsAudience):
        parts = list_reached_parts(people_of.log_id)
    else:
        parts = people_of.rule.included
    problems = (find_part_problem(part, role) for part in parts)
    return next(filter(None, problems), "")


def may_creator_text_people(blast: ScheduledMessage) -> bool:
    """Whether the user who confirmed a blast may text its people now.

    What a deleted user or the program itself confirmed stays confirmed.
    """
    creator = find_user_by_name(blast.created_by or "")
    return creator is None or not find_people_problem(get_stored_people(blast), creator.role)
