"""Putting a standing reply into a decision, in the language of the text that is answered."""

from dataclasses import replace

from app.domain.opt_outs.default_replies import StandingReply
from app.domain.opt_outs.request_replies import (
    TOPIC_CHANGE_REPLIES,
    TopicChange,
    describe_pause_day,
    join_topic_names,
    shorten_topic_reply,
)
from app.domain.opt_outs.topic_names import fold_topic_words
from app.domain.texts.inbound_text import InboundText
from app.domain.time.pause_days import PauseEnd
from app.organisation import queries as organisation
from app.webhooks.actions.reply_languages import find_reply_language
from app.webhooks.actions.routing_decision import RoutingDecision
from app.webhooks.actions.standing_replies import StandingText, find_standing_text


def answer_in_language(
    decision: RoutingDecision, text: InboundText, reply: StandingReply
) -> RoutingDecision:
    """Return the decision with the reply to HELP, STOP or START."""
    standing = find_standing_text(reply, find_reply_language(text))
    return _add_reply(decision, standing, standing.fill_in())


def confirm_pause(decision: RoutingDecision, text: InboundText, end: PauseEnd) -> RoutingDecision:
    """Return the decision with the confirmation of a pause."""
    standing = find_standing_text(StandingReply.PAUSE, find_reply_language(text))
    region = organisation.get_organisation_region()
    day = describe_pause_day(end, standing.language, region)
    return _add_reply(decision, standing, standing.fill_in({"day": day}))


def confirm_topics(
    decision: RoutingDecision, text: InboundText, change: TopicChange, topics: list[str]
) -> RoutingDecision:
    """Return the decision with the confirmation that topics were left, or are back."""
    name_words = [word for name in topics for word in fold_topic_words(name)]
    language = find_reply_language(text, name_words)
    standing = find_standing_text(TOPIC_CHANGE_REPLIES[change], language)
    body = standing.fill_in({"topics": join_topic_names(topics, standing.language)})
    if standing.is_built_in:
        body = shorten_topic_reply(body, change, standing.language)
    return _add_reply(decision, standing, body)


def _add_reply(decision: RoutingDecision, standing: StandingText, body: str) -> RoutingDecision:
    version_id = standing.text.version_id
    versions = {} if version_id is None else {body: version_id}
    return replace(decision, replies=[body], template_versions=versions)
