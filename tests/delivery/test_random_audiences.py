"""A hundred random audiences, with changes between review and release: what a plain reading of
the lists says is what review shows, what becomes a row, and what the carrier is asked to send.
"""

import random
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, text, update

from app.audiences.actions.segment_editing import SegmentInfo, create_segment
from app.blasts.actions.blast_confirmation import confirm_blast
from app.blasts.actions.due_blasts import release_due_blasts
from app.blasts.queries.audience import render_draft
from app.community.models import CommunityMember
from app.core.clock import now
from app.core.db import write
from app.delivery.models import Message
from app.domain.audiences.audience_rules import AudiencePart, AudienceRule, PartKind
from app.domain.audiences.chosen_audience import ChosenAudience, build_people_part
from app.domain.audiences.conditions import Condition, ConditionKind
from app.domain.audiences.segment_rules import Joiner, SegmentRule
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.blast_growth import has_grown_too_much
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.texts.segments import measure_segments
from app.events.models import EventAnswer, EventRegistration
from app.groups.actions.group_editing import GroupInfo, create_group
from app.groups.actions.memberships import add_people_to_group
from app.groups.models import ContactGroup, GroupMembership, MembershipSource
from app.profiles.models import Person, PersonPhone
from app.suppression.actions.topic_leaves import leave_topic
from app.suppression.models import SuppressedContact, SuppressionCategory, UnsubscribedContact
from app.suppression.topic_models import TopicLeaveSource
from tests.blasts.test_rehearsal_pages import start_anew
from tests.delivery.helpers import get_schedule, list_messages, twilio_settings, wait_until_ended
from tests.person_numbers import give_numbers
from tests.sample_rows import make_phone
from tests.twilio_server import TwilioServer

PHONES = [make_phone(number) for number in range(40)]
GROUPS = ("choir", "youth", "band")
TOPICS = ("choir", "youth")
LISTS = ("everybody", *GROUPS, "speakers", "picnic", "pasted")
BODIES = ("Hi {first_name|friend}, practice is at 7.", "Hi", "🎉" * 40 + "{name}")
FOOTER = "Reply STOP to opt out."
SKIPS = ("stopped", "paused", "dead", "texted")
# Who is in youth, or speaks Spanish.
SPEAKERS = SegmentRule(
    Joiner.ANY,
    (Condition(ConditionKind.IN_GROUP, 2), Condition(ConditionKind.LANGUAGE_IS, value="es")),
)


@dataclass
class Town:
    """Who is on which list, and what was said: sets of numbers."""

    rng: random.Random
    everybody: set = field(default_factory=set)
    choir: set = field(default_factory=set)
    youth: set = field(default_factory=set)
    band: set = field(default_factory=set)
    spanish: set = field(default_factory=set)
    registered: set = field(default_factory=set)
    declined: set = field(default_factory=set)
    pasted: set = field(default_factory=set)
    stopped: set = field(default_factory=set)
    paused: set = field(default_factory=set)
    dead: set = field(default_factory=set)
    texted: set = field(default_factory=set)
    # (number, topic), and the first and second number of a person
    left: set = field(default_factory=set)
    couples: list = field(default_factory=list)

    def pick(self, most):
        """Return some numbers."""
        return set(self.rng.sample(PHONES, self.rng.randrange(most + 1)))

    def list_numbers(self, phone):
        """Return all numbers of the person of a number, the first one first."""
        return next((couple for couple in self.couples if phone in couple), (phone,))

    def read_list(self, name, *, is_excluded=False, is_kept=False):
        """Return whom a list means. `is_kept`: without whoever left it as a topic."""
        if name == "speakers":
            youth = self.read_list("youth", is_kept=is_kept)
            return (youth | self.spanish) & self.everybody
        if name == "picnic":
            return self.registered if is_excluded else self.registered - self.declined
        people = getattr(self, name)
        if not is_kept or name not in TOPICS:
            return people
        return {phone for phone in people if not self.has_left(phone, name)}

    def has_left(self, phone, topic):
        """Whether the person of a number left a topic."""
        return any((number, topic) in self.left for number in self.list_numbers(phone))


@dataclass
class Choice:
    """An audience: the names of its lists."""

    included: list
    excluded: list
    skips_texted: bool
    is_frozen: bool
    frozen_phones: set | None = None

    def read(self, town):
        """Return whom it reaches in a town, and who is skipped."""
        meant = self.frozen_phones
        if meant is None:
            meant = set().union(*(town.read_list(name) for name in self.included))
            out = [town.read_list(name, is_excluded=True) for name in self.excluded]
            meant = {
                phone
                for phone in meant
                if not any(
                    number in people for number in town.list_numbers(phone) for people in out
                )
            }
        sent = set()
        for phone in meant:
            able = [n for n in town.list_numbers(phone) if n not in town.dead]
            # A number that is on no list stands in for those that are invalid.
            able = [n for n in able if n in meant] or able
            if able and not self.is_silent(town, able):
                sent.add(able[0])
        return sent, meant - sent

    def is_silent(self, town, able):
        """Whether a person said something by any number for which none of them is texted."""
        numbers = set(town.list_numbers(able[0]))
        texted = town.texted if self.skips_texted else set()
        if numbers & (town.stopped | town.paused | texted):
            return True
        topics = {"choir": "choir", "youth": "youth", "speakers": "youth"}
        has_left = any(
            town.has_left(able[0], topics[name]) for name in self.included if name in topics
        )
        # A frozen list keeps no account of who was pasted.
        lists = [n for n in self.included if n != "pasted" or not self.is_frozen]
        reached = [town.read_list(name, is_kept=True) for name in lists]
        return has_left and not any(numbers & people for people in reached)


def make_town(rng):
    """Return a town at random."""
    town = Town(rng)
    for name in ("everybody", "choir", "youth"):
        setattr(town, name, town.pick(30))
    for name in ("band", "registered", "pasted"):
        setattr(town, name, town.pick(12))
    for name in (*SKIPS, "spanish"):
        setattr(town, name, town.pick(4))
    town.declined = {phone for phone in sorted(town.registered) if rng.random() < 0.3}
    leavers = sorted(town.choir | town.youth)
    town.left = {(phone, rng.choice(TOPICS)) for phone in leavers if rng.random() < 0.15}
    phones = rng.sample(PHONES, 8)
    town.couples = [(phones[n], phones[n + 1]) for n in range(0, rng.choice([0, 4, 8]), 2)]
    # A language is a person's.
    town.spanish = {number for phone in town.spanish for number in town.list_numbers(phone)}
    return town


def choose_audience(rng):
    """Return an audience at random."""
    names = rng.sample(LISTS, rng.randrange(1, 7))
    count = rng.randrange(1, len(names) + 1)
    excluded = [name for name in names[count:] if name not in ("pasted", "everybody")]
    return Choice(names[:count], excluded, rng.random() < 0.4, rng.random() < 0.3)


def store_town(app, town):
    """Empty the database, and store the town in it."""
    names = [f"Person {phone[-3:]}" for phone in sorted(town.everybody)]
    people = list(zip(sorted(town.everybody), names, strict=True))
    start_anew(app, people, town.stopped, town.dead, to_event=False)
    with app.app_context():
        with write() as session:
            for table in ("groups", "segments", "sqlite_sequence WHERE name = 'groups'"):
                session.execute(text(f"DELETE FROM {table}"))
            for name in GROUPS:
                group = create_group(GroupInfo(name.title()))
                add_people_to_group(group.id, getattr(town, name), MembershipSource.HAND, "ada")
            session.execute(update(ContactGroup).values(is_topic=ContactGroup.id < 3))
            info = SegmentInfo("Speakers", None, SPEAKERS, "Speakers")
            session.execute(
                text("UPDATE segments SET id = 1 WHERE id = :id"),
                {"id": create_segment(info, "ada").id},
            )
            for phone in town.registered:
                answer = EventAnswer.NOT_COMING if phone in town.declined else None
                session.add(EventRegistration(event_id=1, phone=phone, answer=answer))
            for phone in town.texted:
                row = Message(kind="reply", phone=phone, body="Hi", status="delivered")
                session.add(row)
        for couple in town.couples:
            give_numbers(*couple)
        with write() as session:
            store_words(session, town.paused, town.left)
            owners = select(PersonPhone.person_id).where(PersonPhone.phone.in_(town.spanish))
            session.execute(update(Person).where(Person.id.in_(owners)).values(language="es"))


def delete_rows(session, phones):
    """Delete the opt-outs and pauses of numbers."""
    rows = delete(UnsubscribedContact).where(UnsubscribedContact.phone.in_(phones))
    session.execute(rows)


def store_words(session, paused, left):
    """Store pauses and topics that were left."""
    ends_at = now() + timedelta(days=30)
    delete_rows(session, paused)
    for phone in paused:
        session.add(UnsubscribedContact(phone=phone, source="pause", ends_at=ends_at))
    for phone, topic in left:
        source = TopicLeaveSource.INBOUND
        leave_topic(phone, GROUPS.index(topic) + 1, source, evidence=f"STOP {topic}")


def build_audience(town, choice):
    """Return the choice as the program has it."""
    parts = {
        "everybody": AudiencePart(PartKind.EVERYBODY),
        "choir": AudiencePart(PartKind.GROUP, 1),
        "youth": AudiencePart(PartKind.GROUP, 2),
        "band": AudiencePart(PartKind.GROUP, 3),
        "speakers": AudiencePart(PartKind.SEGMENT, 1),
        "picnic": AudiencePart(PartKind.EVENT, 1),
        "pasted": build_people_part(),
    }
    included, excluded = (
        tuple(parts[name] for name in names) for names in (choice.included, choice.excluded)
    )
    people = (
        tuple((phone, None) for phone in sorted(town.pasted)) if "pasted" in choice.included else ()
    )
    rule = AudienceRule(included, excluded, choice.skips_texted)
    return ChosenAudience(rule, people, is_frozen=choice.is_frozen)


def change_town(app, town):
    """What happens between review and release: some say STOP, pause or leave; others come."""
    stopped, dead = town.pick(3) - town.stopped, town.pick(2) - town.dead
    paused = town.pick(3) - town.stopped - stopped
    left = {(phone, town.rng.choice(TOPICS)) for phone in sorted(town.pick(4))}
    # Now and then a crowd, which a blast waits for.
    joining = town.rng.choice([town.pick(8), town.pick(8), set(PHONES)])
    going, members = town.pick(4), town.pick(6) - town.everybody
    with app.app_context(), write() as session:
        # An opt-out takes the place of a pause.
        delete_rows(session, stopped)
        session.add_all(UnsubscribedContact(phone=phone) for phone in stopped)
        session.add_all(
            SuppressedContact(phone=phone, category=SuppressionCategory.HARD_FAIL) for phone in dead
        )
        session.add_all(CommunityMember(phone=phone) for phone in members)
        add_people_to_group(1, joining, MembershipSource.HAND, "ada")
        session.execute(
            update(GroupMembership)
            .where(GroupMembership.group_id == 2, GroupMembership.phone.in_(going))
            .values(until=now())
        )
        store_words(session, paused, left)
    town.stopped |= stopped
    town.dead |= dead
    town.paused |= paused
    town.left |= left
    town.choir |= joining
    town.youth -= going
    town.everybody |= members


def run_round(app, twilio, seed):
    """One audience: reviewed, confirmed, perhaps changed, released, sent; return what it did."""
    rng = random.Random(seed)
    town, choice = make_town(rng), choose_audience(rng)
    store_town(app, town)
    twilio.requests.clear()
    due = now() + timedelta(hours=1)
    draft = BlastDraft(rng.choice(BODIES), FOOTER, BlastTarget.AUDIENCE, None, "UTC", send_at=due)
    with app.app_context():
        draft = replace(draft, people_of=build_audience(town, choice))
        reviewed = render_draft(draft)
        shown = [(row.phone, row.name) for row in reviewed.texts]
        check_texts(reviewed, choice.read(town))
        with write():
            blast_id = confirm_blast(
                draft, None, "ada", now(), reviewed.recipient_count, shown_people=shown
            )
    if choice.is_frozen:
        choice.frozen_phones = {phone for phone, _ in shown}
    is_changed = rng.random() < 0.7
    if is_changed:
        change_town(app, town)
    sent, skipped = choice.read(town)
    with app.app_context():
        release_due_blasts(due + timedelta(minutes=1))
    status = get_schedule(app, blast_id).status
    if has_grown_too_much(reviewed.recipient_count, len(sent)):
        assert (status, twilio.requests) == ("pending", []), seed
        return "held"
    if not sent | skipped:
        assert (status, twilio.requests) == ("failed", []), seed
        return "nobody"
    log_id = get_schedule(app, blast_id).message_log_id
    rows = list_messages(app, log_id)
    assert {row.phone for row in rows if row.status != "skipped"} == sent, seed
    assert {row.phone for row in rows if row.status == "skipped"} == skipped, seed
    assert len(rows) == len(sent | skipped), seed
    if sent:
        wait_until_ended(app, blast_id)
    requests = sorted((request.to, request.body) for request in twilio.requests)
    assert requests == sorted((row.phone, row.body) for row in rows if row.phone in sent), seed
    if not is_changed:
        assert requests == sorted((row.phone, row.body) for row in reviewed.sendable_texts), seed
        parts = sum(measure_segments(body).segments for _, body in requests)
        assert parts == reviewed.segment_count, seed
    return "sent"


def check_texts(rendered, expected):
    """Compare what review shows with the plain reading."""
    sent, skipped = expected
    assert {row.phone for row in rendered.sendable_texts} == sent
    assert {row.phone for row in rendered.texts} == sent | skipped
    assert len(rendered.texts) == len(sent | skipped)


def run_rounds(make_app, background, seeds):
    """Run a round for each seed at one carrier; return how often each end came."""
    ends = dict.fromkeys(("sent", "held", "nobody"), 0)
    with TwilioServer() as twilio:
        app = make_app(**twilio_settings(twilio))
        background(app)
        for seed in seeds:
            ends[run_round(app, twilio, seed)] += 1
    return ends


@pytest.mark.torture
def test_a_hundred_random_audiences_get_what_their_review_showed(make_app, background):
    ends = run_rounds(make_app, background, range(100))
    assert ends["sent"] > 50, ends
    assert ends["held"], ends
