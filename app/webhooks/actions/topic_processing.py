"""Obeying STOP CHOIR and JOIN CHOIR: leaving one topic, and coming back to it. Inside write()."""

from collections.abc import Mapping

from app.domain.opt_outs.request_replies import TopicChange
from app.domain.opt_outs.topic_requests import (
    TopicRequest,
    TopicWish,
    asks_to_leave,
    may_ask_about_topic,
    read_topic_request,
)
from app.domain.texts.inbound_text import InboundText
from app.groups.queries.topics import list_other_group_names, list_topic_names
from app.suppression.actions.topic_leaves import leave_topic, return_to_topic
from app.suppression.models import ConsentMethod
from app.suppression.queries.sending_permission import has_opted_out
from app.suppression.topic_models import TopicLeaveSource
from app.surveys.queries.trigger_words import is_trigger_word
from app.webhooks.actions import opt_out_processing
from app.webhooks.actions.returning_senders import WANTS_BACK_DECISION
from app.webhooks.actions.routing_decision import RoutingDecision
from app.webhooks.actions.standing_answers import confirm_topics

LEAVE_VERDICT = "topic_left"
JOIN_VERDICT = "topic_joined"


def process_topic_request(text: InboundText, *, stops_all: bool = False) -> RoutingDecision | None:
    """Obey a text that leaves topics or comes back to them; None when it is about something else.

    `stops_all`: without the topics it asks to stop all texts, and does where its scope is unclear.

    A text that leaves a topic and everything else opts the number out. Only who left a topic comes
    back to it: for everybody else JOIN CHOIR is a keyword, or a remark.
    """
    if not may_ask_about_topic(text.words):
        return None
    names = list_topic_names()
    request = read_topic_request(text.words, names.current, names.former)
    if request is None:
        return None
    match request.wish:
        case TopicWish.LEAVE:
            return _leave_topics(text, request, names.current)
        case TopicWish.JOIN:
            return _return_to_topics(text, request, names.current)
        case TopicWish.LEAVE_ALL:
            return opt_out_processing.process_opt_out(text, is_confirmed=False)
        case TopicWish.UNCLEAR if stops_all:
            return None
        case TopicWish.UNCLEAR:
            return opt_out_processing.process_possible_opt_out(text)


def is_about_other_group(text: InboundText) -> bool:
    """Whether a text asks to leave a group that is no topic, or one that is archived.

    What it wants is clear and we cannot do just that, so a person decides. The words of a keyword
    do what the keyword does.
    """
    if not may_ask_about_topic(text.words) or not asks_to_leave(
        text.words, *list_other_group_names()
    ):
        return False
    return not (text.may_use_trigger_words and is_trigger_word(text.words))


def _leave_topics(
    text: InboundText, request: TopicRequest, names: Mapping[int, str]
) -> RoutingDecision:
    """Confirm what is new, once; who has opted out of all texts gets no confirmation."""
    evidence = opt_out_processing.format_evidence(text)
    new_ids = [
        topic_id
        for topic_id in request.topic_ids
        if leave_topic(text.phone, topic_id, TopicLeaveSource.INBOUND, evidence=evidence)
    ]
    if not new_ids or has_opted_out(text.phone):
        return RoutingDecision(LEAVE_VERDICT)
    decision = RoutingDecision(LEAVE_VERDICT, ignores_limits=True)
    topics = [names[topic_id] for topic_id in new_ids]
    return confirm_topics(decision, text, TopicChange.LEFT, topics)


def _return_to_topics(
    text: InboundText, request: TopicRequest, names: Mapping[int, str]
) -> RoutingDecision | None:
    if has_opted_out(text.phone):
        return WANTS_BACK_DECISION
    evidence = opt_out_processing.format_evidence(text)
    new_ids = [
        topic_id
        for topic_id in request.topic_ids
        if return_to_topic(text.phone, topic_id, ConsentMethod.TEXT, evidence=evidence)
    ]
    # A keyword of these words goes on to do what it does, and answers.
    is_keyword = text.may_use_trigger_words and is_trigger_word(text.words)
    if not new_ids or is_keyword:
        return None
    topics = [names[topic_id] for topic_id in new_ids]
    return confirm_topics(RoutingDecision(JOIN_VERDICT), text, TopicChange.BACK, topics)
