"""The events of the year: planned, registered for, and the reminders that they send."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from app.demo_year.demo_acts import record_demo_act
from app.demo_year.people import DemoMember
from app.demo_year.programme import EVENTS, DemoEvent
from app.demo_year.simulation import Simulation
from app.events.actions.events import EventInfo, create_event
from app.events.actions.registrations import create_registration
from app.suppression.actions.consent_events import build_event_scope, grant_missing_consent
from app.suppression.models import ConsentMethod

REGISTRATION_EVIDENCE = "Signed up at the welcome table"


class EventPlan:
    """Plans every event, and who registers for it when."""

    def __init__(self, simulation: Simulation, members: Sequence[DemoMember]) -> None:
        self.simulation = simulation
        self.members = members
        self._event_ids: dict[str, int] = {}

    def plan(self) -> None:
        """Plan each event, its registrations and its blasts."""
        for event in EVENTS:
            known_at = self.simulation.find_moment(event.days - event.known_days_before, "11:00")
            self.simulation.plan(known_at, partial(self._create, event))
            self._plan_registrations(event, known_at)

    def _create(self, event: DemoEvent) -> None:
        day = self.simulation.today + timedelta(days=event.days)
        row = create_event(EventInfo(event.title, day, event.start_time, event.place))
        self._event_ids[event.title] = row.id
        record_demo_act("event.added", "sam", f"event {row.id}")

    def _plan_registrations(self, event: DemoEvent, known_at: datetime) -> None:
        """Spread them over the days until the event, or until today."""
        ends_at = min(self.simulation.find_moment(event.days, "08:00"), self.simulation.moment)
        for position in range(event.people_count):
            member = self.members[(event.first_person + position * 3) % len(self.members)]
            share = (position + 1) / (event.people_count + 1)
            moment = known_at + (ends_at - known_at) * share
            self.simulation.plan(moment, partial(self._register, event, member))

    def _register(self, event: DemoEvent, member: DemoMember) -> None:
        event_id = self._event_ids[event.title]
        create_registration(event_id, member.name, member.phone)
        scope = build_event_scope(event_id)
        evidence = REGISTRATION_EVIDENCE
        grant_missing_consent(member.phone, ConsentMethod.WRITTEN, evidence, "sam", scope)
