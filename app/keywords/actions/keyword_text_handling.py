"""A text from a person meets a keyword.

It happens with every text, so its statements go straight to the driver.
"""

import json
from typing import NamedTuple

from app.community import actions as community
from app.core.column_types import datetime_to_db
from app.core.db import raw_connection
from app.domain.texts import keyword_parsing, message_templates
from app.domain.texts.inbound_text import HandlerResult, InboundText
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS, count_utf16_units
from app.events import queries as events
from app.events.actions import registrations
from app.events.queries.contact_names import find_display_names
from app.keywords.models import KeywordAction, KeywordMatch
from app.surveys.actions import survey_text_handling

KEYWORD_VERDICT = "keyword"
MAX_PROOF_CHARACTERS = 200
# Whoever has said STOP and now asks to be on the list: no word but START brings them back, so a
# person has to see it.
WANTS_BACK_REASON = "wants_back"
# The keywords that these words belong to and that count at this moment.
SELECT_ACTIVE_RULES_SQL = """
    SELECT word, keyword_rules.id, match_kind, response_body, action, event_id, keyword_rules.survey_id
    FROM trigger_words JOIN keyword_rules ON keyword_rules.id = keyword_rule_id
    WHERE word IN (SELECT value FROM json_each(:words)) AND is_active
        AND coalesce(active_from <= :now, 1) AND coalesce(active_until > :now, 1)
"""
# The database counts: two texts at once are two. That it was used is no change of the keyword.
INCREMENT_MATCH_COUNT_SQL = (
    "UPDATE keyword_rules SET match_count = match_count + 1, last_matched_at = :now WHERE id = :id"
)


class _MatchedRule(NamedTuple):
    """A keyword that a text names."""

    word: str
    id: int
    match_kind: str
    response_body: str | None
    action: str
    event_id: int | None
    survey_id: int | None

    @property
    def needs_name(self) -> bool:
        """Whether it matters what they are called."""
        lists = self.action in (KeywordAction.ADD_TO_EVENT, KeywordAction.SUBSCRIBE)
        return lists or message_templates.has_name_placeholders(self.response_body or "")


def handle_keyword_text(heard: InboundText) -> HandlerResult | None:
    """The active keyword that this text says answers it and does what it does; None when it
    says none. Inside write().

    Its count goes up by one. A keyword that starts a survey gives that survey's first texts. A
    keyword that has nothing to say, and whose survey is closed or whose event is gone, takes
    nothing: a person has to look.
    """
    rule = _find_matching_rule(heard) if heard.may_use_trigger_words else None
    if rule is None:
        return None
    name = heard.name
    if name is None and rule.needs_name:
        name = find_display_names([heard.phone]).get(heard.phone)
    further = _perform_rule_action(rule, heard, name)
    replies = [text for text in [_fill_rule_reply(rule, name)] if text]
    if further is None and not replies:
        return None
    raw_connection().execute(
        INCREMENT_MATCH_COUNT_SQL, {"id": rule.id, "now": datetime_to_db(heard.moment)}
    )
    if further is None:
        return HandlerResult(KEYWORD_VERDICT, replies)
    return HandlerResult(KEYWORD_VERDICT, replies + further.replies, further.needs_person)


def extract_candidate_words(body: str) -> list[str]:
    """The words by which a keyword may be meant, the likeliest first."""
    whole = keyword_parsing.extract_whole_keyword(body)
    return [*([whole] if whole else []), *keyword_parsing.list_leading_keywords(body)]


def _find_matching_rule(heard: InboundText) -> _MatchedRule | None:
    """The rule this text names: the one whose word is all of it before one whose word it begins
    with.
    """
    whole, words = (
        keyword_parsing.extract_whole_keyword(heard.body),
        extract_candidate_words(heard.body),
    )
    rows = raw_connection().execute(
        SELECT_ACTIVE_RULES_SQL,
        {"words": json.dumps(words), "now": datetime_to_db(heard.moment)},
    )
    rules = {row[0]: _MatchedRule(*row) for row in rows}
    found = (rules[word] for word in words if word in rules)
    return next(
        (rule for rule in found if rule.word == whole or rule.match_kind == KeywordMatch.FIRST),
        None,
    )


def _fill_rule_reply(rule: _MatchedRule, name: str | None) -> str:
    """What the rule answers this person, "" for nothing.

    With a name too long for one text it is left out.
    """
    template = rule.response_body or ""
    values = (
        events.build_event_placeholders(rule.event_id)
        if message_templates.has_event_placeholders(template)
        else {}
    )
    text = message_templates.fill_template(template, name, values).strip()
    return (
        text
        if count_utf16_units(text) <= MAX_MESSAGE_CHARACTERS
        else message_templates.fill_template(template, None, values).strip()
    )


def _perform_rule_action(
    rule: _MatchedRule, heard: InboundText, name: str | None
) -> HandlerResult | None:
    """What else the rule does; None when it could not be done."""
    if rule.action == KeywordAction.START_SURVEY:
        return survey_text_handling.start_survey(rule.survey_id, heard) if rule.survey_id else None
    if rule.action == KeywordAction.ADD_TO_EVENT:
        if rule.event_id is None:
            return None
        registrations.register_for_event_by_text(rule.event_id, name, heard.phone)
    subscribes = rule.action == KeywordAction.SUBSCRIBE
    if subscribes and not community.subscribe_member_by_text(
        name, heard.phone, f"Texted: {heard.body[:MAX_PROOF_CHARACTERS]}"
    ):
        return HandlerResult(KEYWORD_VERDICT, needs_person=WANTS_BACK_REASON)
    return HandlerResult(KEYWORD_VERDICT)
