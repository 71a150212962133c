"""Conversations of the last days, and what became of all the earlier ones."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from app.delivery.actions.demo_messages import settle_demo_replies
from app.demo_year.blast_texts import MANAGER
from app.demo_year.conversations import (
    CONVERSATIONS,
    STRANGER_PHONE,
    PastConversation,
    PastText,
)
from app.demo_year.people import DemoMember
from app.demo_year.simulation import REPLY_ARRIVES_AFTER, Simulation
from app.inbox.actions.conversation_status import assign_thread, mark_thread_done
from app.inbox.actions.demo_threads import settle_quiet_threads
from app.inbox.actions.manual_replies import ManualReply, queue_manual_reply
from app.inbox.actions.thread_updates import get_or_create_thread
from app.people.actions.person_notes import add_note

# What is older was answered or read; the newest ones still need somebody.
SETTLED_DAYS = (320, 250, 180, 120, 60, 30, 14, 7, 3, 2, 1)


class InboxPlan:
    """Plans what is written, and what users do in the inbox."""

    def __init__(self, simulation: Simulation, members: Sequence[DemoMember]) -> None:
        self.simulation = simulation
        self.members = members
        self._token = 0

    def plan(self) -> None:
        """Plan the texts of people and the replies to them."""
        for days in SETTLED_DAYS:
            moment = self.simulation.moment - timedelta(days=days)
            self.simulation.plan(moment, partial(settle_quiet_threads, MANAGER[0], moment, moment))
        last_at = self.simulation.moment - timedelta(minutes=80)
        self.simulation.plan(last_at, partial(settle_quiet_threads, None, last_at, last_at))
        for conversation in CONVERSATIONS:
            self._plan_conversation(conversation)

    def _plan_conversation(self, conversation: PastConversation) -> None:
        phone, name = STRANGER_PHONE, None
        if conversation.member is not None:
            name, phone = self.members[conversation.member]
        for text in conversation.texts:
            moment = self.simulation.moment - timedelta(minutes=text.minutes_ago)
            self.simulation.plan(moment, partial(self._write, text, phone, name, moment))
        self.simulation.plan(
            self.simulation.moment - timedelta(minutes=conversation.texts[-1].minutes_ago - 5),
            partial(self._finish, conversation, phone),
        )

    def _write(
        self,
        text: PastText,
        phone: str,
        name: str | None,
        moment: datetime,
    ) -> None:
        if text.author == "them":
            self.simulation.receive_text(phone, text.body, moment)
            return
        self._token += 1
        reply = ManualReply(text.body, name, f"demo-{self._token:026}", text.author)
        queue_manual_reply(get_or_create_thread(phone, moment), reply, moment)
        settle_demo_replies(moment + REPLY_ARRIVES_AFTER)

    def _finish(self, conversation: PastConversation, phone: str) -> None:
        moment = self.simulation.moment
        thread_id = get_or_create_thread(phone, moment)
        if conversation.assigned_to:
            assign_thread(thread_id, conversation.assigned_to)
        if conversation.done_by:
            mark_thread_done(thread_id, conversation.done_by, moment)
        if conversation.note:
            add_note(phone, conversation.note, conversation.assigned_to or MANAGER[0])
