"""Plays a year: each step at its own moment, with what was due before it."""

import heapq
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from itertools import count
from random import Random

from app.blasts.queries.scheduled_rendering import render_scheduled_blast
from app.core.clock import pretend_moment
from app.core.settings import current_settings
from app.delivery.actions import blast_control, blast_messages, demo_messages
from app.delivery.actions.audience_storage import store_audience
from app.delivery.actions.blast_scheduling import BlastSpec, schedule_blast
from app.delivery.queries import blast_records, scheduled_messages
from app.demo_year.blast_texts import TIME_ZONE, DemoBlast
from app.domain.audiences.chosen_audience import ChosenAudience
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.time.local_times import find_moment_on_day, get_local_date
from app.events.queries.events import find_event
from app.organisation.queries import get_organisation
from app.suppression.actions.undeliverable_numbers import mark_number_undeliverable
from app.webhooks.actions.webhook_events import WebhookCall
from app.webhooks.pipeline.inbound_parsing import parse_inbound_text
from app.webhooks.pipeline.inbound_pipeline import process_text_batch

Step = Callable[[], object]
DEAD_NUMBER_CODE = 30005
OUT_OF_REACH_CODE = 30003
OUT_OF_REACH_SHARE = 0.012
REPLY_ARRIVES_AFTER = timedelta(seconds=3)
# Reminders are due at full hours: looking for them before every text took a fifth of the time.
DUE_BLASTS_INTERVAL = timedelta(minutes=20)


class Simulation:
    """The steps of a year in the order of their moments. Everything happens inside one write().

    `moment` is the end of the year; the same moment always makes the same year.
    """

    def __init__(self, moment: datetime) -> None:
        self.moment = moment
        self.random = Random(11)
        self.today = get_local_date(TIME_ZONE, moment)
        self._steps: list[tuple[datetime, int, Step]] = []
        self._order = count()
        # By phone: since when the number is dead.
        self.dead_since: dict[str, datetime] = {}

    def find_moment(self, days: int, clock: str) -> datetime:
        """Return a time of the organisation's clocks, so many days from today."""
        day: date = self.today + timedelta(days=days)
        return find_moment_on_day(day, clock, TIME_ZONE) or self.moment

    def plan(self, moment: datetime, step: Step) -> None:
        """Let a step happen at its moment; one that is still to come never happens."""
        if moment <= self.moment:
            heapq.heappush(self._steps, (moment, next(self._order), step))

    def run(self) -> None:
        """Take every step, and send what is due in between."""
        looked_at: datetime | None = None
        while self._steps:
            moment, _, step = heapq.heappop(self._steps)
            if looked_at is None or moment - looked_at > DUE_BLASTS_INTERVAL:
                self._release_due_blasts(moment)
                looked_at = moment
            with pretend_moment(moment):
                step()
        self._release_due_blasts(self.moment)

    def receive_text(
        self,
        phone: str,
        body: str,
        moment: datetime,
    ) -> str:
        """Let a person text us; return what became of it. Automatic replies arrive at once."""
        settings = current_settings()
        params = {
            "From": phone,
            "To": settings.sender,
            "Body": body,
            "MessageSid": f"SM{self.random.getrandbits(128):032x}",
        }
        verdicts = process_text_batch([parse_inbound_text(WebhookCall(params, settings.carrier))])
        demo_messages.settle_demo_replies(moment + REPLY_ARRIVES_AFTER)
        return verdicts[0]

    def schedule(
        self,
        blast: DemoBlast,
        scheduled_at: datetime,
        survey_id: int | None = None,
        audience: ChosenAudience | None = None,
    ) -> int:
        """Schedule a blast to the community, or to an audience, and return its id."""
        settings = current_settings()
        spec = BlastSpec(
            body=blast.body,
            footer=get_organisation().footer,
            target=BlastTarget.AUDIENCE if audience else BlastTarget.COMMUNITY,
            audience_id=store_audience(audience) if audience else None,
            event_id=None,
            sender=settings.sender,
            carrier=settings.carrier,
            test_mode=False,
            immediate=scheduled_at <= self.moment,
            timezone=TIME_ZONE,
            client_token=None,
            created_by=blast.author,
            survey_id=survey_id,
        )
        row = schedule_blast(spec, scheduled_at)
        row.name = blast.name
        return row.id

    def release(self, scheduled_id: int, moment: datetime) -> int:
        """Make the texts of a scheduled blast and return the id of its log."""
        blast = blast_records.reload_scheduled_blast(scheduled_id)
        rendered = render_scheduled_blast(blast)
        blast_messages.claim_scheduled_blast(scheduled_id, moment)
        event = find_event(blast.event_id)
        title = event.title if event else None
        log_id = blast_messages.create_blast_messages(scheduled_id, rendered, moment, title)
        log = blast_records.reload_blast_log(log_id)
        log.name = blast.name
        log.created_at = moment
        log.proven = True
        return log_id

    def send(self, scheduled_id: int, moment: datetime) -> int:
        """Release a blast and let its texts arrive or fail; return the id of its log."""
        log_id = self.release(scheduled_id, moment)
        failures = self._choose_failures(log_id)
        demo_messages.settle_demo_blast(log_id, moment, failures)
        for phone, code in failures.items():
            if code == DEAD_NUMBER_CODE:
                reason = "There is no such number any more."
                mark_number_undeliverable(phone, reason=reason, log_id=log_id)
        total = blast_records.reload_blast_log(log_id).total_recipients
        blast_control.close_blast(log_id, moment + total * demo_messages.SECONDS_BETWEEN_TEXTS)
        return log_id

    def _choose_failures(self, log_id: int) -> Mapping[str, int]:
        """Return the error codes of the texts that do not arrive, by phone."""
        failures = {}
        moment = blast_records.reload_blast_log(log_id).created_at
        for phone in demo_messages.list_queued_phones(log_id):
            if phone in self.dead_since and self.dead_since[phone] <= moment:
                failures[phone] = DEAD_NUMBER_CODE
            elif self.random.random() < OUT_OF_REACH_SHARE:
                failures[phone] = OUT_OF_REACH_CODE
        return failures

    def _release_due_blasts(self, moment: datetime) -> None:
        """Send the reminders that are due, each at its own moment."""
        carrier = current_settings().carrier
        for scheduled_id in scheduled_messages.list_due_blast_ids(carrier, moment):
            due_at = blast_records.reload_scheduled_blast(scheduled_id).scheduled_at
            with pretend_moment(due_at):
                self.send(scheduled_id, due_at)
