"""Join and leave a group by text: a keyword, or an answer to a survey. Inside write()."""

from app.core.clock import now
from app.groups import sql
from app.groups.actions.erased_leaves import restore_leaves_of_members
from app.groups.models import MembershipSource
from app.suppression.actions import erased_numbers
from app.suppression.actions.consent_events import grant_missing_consent
from app.suppression.actions.topic_leaves import return_to_topic
from app.suppression.models import ConsentMethod
from app.suppression.queries.sending_permission import has_opted_out


def join_group_by_text(
    group_id: int, phone: str, source: MembershipSource, evidence: str | None = None
) -> bool:
    """Put somebody into a group, once. Returns False where it was deleted or is archived.

    With `evidence`, what they texted to get its texts, their consent is recorded, and whoever had
    left the group as a topic gets its texts again. Who has opted out stays opted out.
    """
    if sql.SELECT_ACTIVE_GROUP.fetch_value(b_group=group_id) is None:
        return False
    # ON CONFLICT DO NOTHING: a second text of the same person is no error.
    if sql.INSERT_MEMBER.execute(group_id=group_id, phone=phone, since=now(), source=source):
        # Somebody who was erased after a STOP and comes back is still opted out.
        erased_numbers.restore_erased_opt_outs([phone])
        restore_leaves_of_members(group_id, [phone])
    if evidence is not None and not has_opted_out(phone):
        return_to_topic(phone, group_id, ConsentMethod.KEYWORD, evidence=evidence)
        grant_missing_consent(phone, ConsentMethod.KEYWORD, evidence, None)
    return True


def leave_group_by_text(group_id: int, phone: str) -> bool:
    """Take somebody out of a group; other texts still reach them: it is no opt-out.

    Returns False where the group was deleted or is archived. Whoever is not in it stays so.
    """
    if sql.SELECT_ACTIVE_GROUP.fetch_value(b_group=group_id) is None:
        return False
    sql.END_MEMBERSHIP.execute(b_group=group_id, b_phone=phone, b_moment=now())
    return True
