"""The groups of the made-up organisation, and what was sent to one of them."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from app.demo_year.blast_texts import ADMIN, MANAGER, DemoBlast, Mood
from app.demo_year.demo_acts import record_demo_act
from app.demo_year.people import FIRST_IMPORT_COUNT, DemoMember
from app.demo_year.segment_plan import create_demo_segments
from app.demo_year.simulation import Simulation
from app.domain.audiences.audience_rules import AudiencePart, AudienceRule, PartKind
from app.domain.audiences.chosen_audience import ChosenAudience
from app.groups.actions.group_editing import GroupInfo, create_group
from app.groups.actions.memberships import add_people_to_group
from app.groups.models import GroupColor, GroupTexters, MembershipSource


class DemoGroup(NamedTuple):
    """A group, and which of the first members are in it: every `step`th from `start` on."""

    info: GroupInfo
    start: int
    step: int


CHOIR = DemoGroup(
    GroupInfo("Choir", "Wednesdays at 7 PM in the chapel.", GroupColor.TEAL), start=1, step=5
)
GROUPS = (
    CHOIR,
    DemoGroup(
        GroupInfo("Pantry volunteers", "Tuesdays and Fridays.", GroupColor.AMBER), start=2, step=8
    ),
    DemoGroup(
        GroupInfo("Church council", None, GroupColor.BLUE, GroupTexters.ADMINS), start=4, step=17
    ),
)
CHOIR_BLAST = DemoBlast(
    6,
    "16:30",
    MANAGER[0],
    Mood.INVITED,
    "Choir folders",
    "Choir: bring your green folder on Wednesday, {first_name|friend}. We sing from page 12.",
)
FOUNDED_DAYS = -240


class GroupPlan:
    """What happens with groups during the year."""

    def __init__(self, simulation: Simulation, members: Sequence[DemoMember]) -> None:
        self.simulation = simulation
        self.members = members[:FIRST_IMPORT_COUNT]
        self.choir_id = 0

    def plan(self) -> None:
        """Plan that the groups are made, and later a blast to the choir."""
        founded_at = self.simulation.find_moment(FOUNDED_DAYS, "15:00")
        self.simulation.plan(founded_at, self._create_groups)
        moment = self.simulation.find_moment(-CHOIR_BLAST.days, CHOIR_BLAST.time)
        self.simulation.plan(moment, partial(self._text_choir, moment))

    def _create_groups(self) -> None:
        group_ids = {}
        for group in GROUPS:
            row = create_group(group.info)
            phones = [member.phone for member in self.members[group.start :: group.step]]
            add_people_to_group(row.id, phones, MembershipSource.HAND, ADMIN[0])
            details = {"title": row.name}
            record_demo_act("group.added", ADMIN[0], f"group {row.id}", details)
            group_ids[row.name] = row.id
            if group is CHOIR:
                self.choir_id = row.id
        create_demo_segments(group_ids, MANAGER[0])

    def _text_choir(self, moment: datetime) -> None:
        part = AudiencePart(PartKind.GROUP, self.choir_id)
        choir = ChosenAudience(AudienceRule((part,)), names={part: CHOIR.info.name})
        scheduled_id = self.simulation.schedule(CHOIR_BLAST, moment, audience=choir)
        record_demo_act("blast.confirmed", CHOIR_BLAST.author, f"scheduled blast {scheduled_id}")
        self.simulation.send(scheduled_id, moment)
