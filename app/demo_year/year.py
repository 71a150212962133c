"""The plan of the year: who joins when, what is sent, and who answers what."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from app.community.actions import create_member
from app.delivery.actions import blast_control, demo_messages
from app.demo_year.beginnings import (
    CONSENT_EVIDENCE,
    create_programme,
    create_users,
    import_first_list,
    start_unfinished_import,
)
from app.demo_year.blast_texts import (
    COMING_BLASTS,
    LAST_BLAST,
    NO_REPLIES,
    PAUSED_BLAST,
    QUIET_REPLIES,
    STOP_REPLIES,
    THANKFUL_REPLIES,
    YES_REPLIES,
    DemoBlast,
    Mood,
    load_blasts,
)
from app.demo_year.conversations import CONVERSATIONS
from app.demo_year.demo_acts import record_demo_act
from app.demo_year.event_plan import EventPlan
from app.demo_year.group_plan import GroupPlan
from app.demo_year.inbox_plan import InboxPlan
from app.demo_year.people import FIRST_IMPORT_COUNT, DemoMember, build_members
from app.demo_year.simulation import Simulation
from app.demo_year.survey_plan import SurveyPlan
from app.suppression.actions.consent_events import grant_missing_consent
from app.suppression.models import ConsentMethod

YEAR_DAYS = 365
# Of those who may be texted: how many answer a blast of each mood.
REPLY_SHARES = {Mood.QUIET: 0.012, Mood.THANKFUL: 0.05, Mood.INVITED: 0.2}
YES_SHARE = 0.68
# Every so many blasts somebody opts out with the next one.
BLASTS_BETWEEN_OPT_OUTS = 5
DEAD_MEMBERS = ((21, -300), (58, -250), (95, -130), (130, -60), (151, -20))
LAST_BLAST_AGE = timedelta(hours=2, minutes=20)
MAX_REPLY_DELAY = timedelta(hours=5)
SENT_BEFORE_PAUSE = 84


def play_year(moment: datetime) -> None:
    """Write a year that ends at `moment`. Inside write(), into a database without users."""
    simulation = Simulation(moment)
    _Year(simulation).plan()
    simulation.run()


class _Year:
    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self.random = simulation.random
        self.members = build_members()
        self.present = self.members[:FIRST_IMPORT_COUNT]
        self.opted_out: set[str] = set()
        # Who writes in the last days has not opted out before.
        self.regulars = {
            self.members[conversation.member]
            for conversation in CONVERSATIONS
            if conversation.member is not None
        }
        self.pantry_survey_id = 0
        self.sent_count = 0

    def plan(self) -> None:
        simulation = self.simulation
        simulation.plan(simulation.find_moment(-YEAR_DAYS, "10:00"), self._begin)
        self._plan_newcomers()
        for index, days in DEAD_MEMBERS:
            phone = self.members[index].phone
            simulation.dead_since[phone] = simulation.find_moment(days, "08:00")
        for blast in load_blasts():
            moment = simulation.find_moment(-blast.days, blast.time)
            simulation.plan(moment, partial(self._send, blast, moment))
        last_at = simulation.moment - LAST_BLAST_AGE
        simulation.plan(last_at, partial(self._send, LAST_BLAST, last_at))
        EventPlan(simulation, self.members).plan()
        GroupPlan(simulation, self.members).plan()
        SurveyPlan(simulation, self.members).plan(lambda: self.pantry_survey_id)
        self._plan_paused_blast()
        InboxPlan(simulation, self.members).plan()
        simulation.plan(simulation.moment - timedelta(minutes=35), self._schedule_coming)
        simulation.plan(simulation.moment - timedelta(minutes=30), start_unfinished_import)

    def _begin(self) -> None:
        create_users()
        self.pantry_survey_id = create_programme()
        import_first_list(self.present)

    def _plan_newcomers(self) -> None:
        """Let the others join one after the other; every third one texts JOIN."""
        newcomers = self.members[FIRST_IMPORT_COUNT:]
        for position, member in enumerate(newcomers):
            days = -340 + round(position * 338 / len(newcomers))
            moment = self.simulation.find_moment(days, f"1{position % 8}:{position * 7 % 60:02}")
            self.simulation.plan(moment, partial(self._join, position, member, moment))

    def _join(
        self,
        position: int,
        member: DemoMember,
        moment: datetime,
    ) -> None:
        if position % 3 == 0 or not member.name:
            self.simulation.receive_text(member.phone, f"JOIN {member.name or ''}", moment)
        else:
            row = create_member(member.name, member.phone)
            evidence = CONSENT_EVIDENCE
            grant_missing_consent(member.phone, ConsentMethod.WRITTEN, evidence, "sam")
            record_demo_act("member.added", "sam", str(row.id))
        self.present = [*self.present, member]

    def _send(self, blast: DemoBlast, moment: datetime) -> None:
        scheduled_id = self.simulation.schedule(blast, moment)
        record_demo_act("blast.confirmed", blast.author, f"scheduled blast {scheduled_id}")
        log_id = self.simulation.send(scheduled_id, moment)
        if moment > self.simulation.moment - timedelta(days=3) and blast is not LAST_BLAST:
            demo_messages.doubt_demo_texts(log_id, 2, moment)
        self.sent_count += 1
        self._plan_replies(blast.mood, moment)

    def _plan_replies(self, mood: Mood, moment: datetime) -> None:
        present = [member for member in self.present if self._gets_texts(member, moment)]
        count = round(len(present) * REPLY_SHARES[mood] * self.random.uniform(0.7, 1.3))
        writers = self.random.sample(present, count)
        window = min(MAX_REPLY_DELAY, max(self.simulation.moment - moment, timedelta(minutes=9)))
        for writer in writers:
            # Most answer in the first minutes.
            delay = window * self.random.random() ** 3 + timedelta(seconds=40)
            body = self.random.choice(self._list_replies(mood))
            self._plan_text(writer, body, moment + delay)
        if self.sent_count % BLASTS_BETWEEN_OPT_OUTS == 0:
            silent = [member for member in present if member not in writers]
            leaver = self.random.choice(
                [member for member in silent if member not in self.regulars]
            )
            self.opted_out.add(leaver.phone)
            self._plan_text(leaver, self.random.choice(STOP_REPLIES), moment + window / 7)

    def _gets_texts(self, member: DemoMember, moment: datetime) -> bool:
        dead_since = self.simulation.dead_since.get(member.phone)
        return member.phone not in self.opted_out and (dead_since is None or moment < dead_since)

    def _list_replies(self, mood: Mood) -> Sequence[str]:
        if mood is Mood.THANKFUL:
            return THANKFUL_REPLIES
        if mood is Mood.QUIET:
            return QUIET_REPLIES
        return YES_REPLIES if self.random.random() < YES_SHARE else NO_REPLIES

    def _plan_text(
        self,
        writer: DemoMember,
        body: str,
        moment: datetime,
    ) -> None:
        step = partial(self.simulation.receive_text, writer.phone, body, moment)
        self.simulation.plan(moment, step)

    def _plan_paused_blast(self) -> None:
        moment = self.simulation.find_moment(-PAUSED_BLAST.days, PAUSED_BLAST.time)
        self.simulation.plan(moment, partial(self._send_half, moment))

    def _send_half(self, moment: datetime) -> None:
        scheduled_id = self.simulation.schedule(PAUSED_BLAST, moment)
        log_id = self.simulation.release(scheduled_id, moment)
        demo_messages.settle_first_demo_texts(log_id, SENT_BEFORE_PAUSE, moment)
        blast_control.pause_blast(log_id)
        record_demo_act("blast.paused", PAUSED_BLAST.author, f"blast {log_id}")

    def _schedule_coming(self) -> None:
        for blast in COMING_BLASTS:
            due_at = self.simulation.find_moment(blast.days, blast.time)
            scheduled_id = self.simulation.schedule(blast, due_at)
            record_demo_act("blast.confirmed", blast.author, f"scheduled blast {scheduled_id}")
