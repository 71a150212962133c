"""A text from a person meets a keyword.

It happens with every text, so its statements go straight to the driver.
"""

import json
from typing import NamedTuple

from app.community import actions as community
from app.core.column_types import datetime_to_db
from app.core.db import raw_connection
from app.domain.texts import keyword_parsing, message_templates
from app.domain.texts.segments import MAX_MESSAGE_CHARACTERS, count_utf16_units
from app.events import queries as events
from app.events.actions import registrations
from app.events.queries.names import names_of
from app.keywords.models import KeywordAction, Match
from app.surveys.actions import answering
from app.surveys.actions.answering import Heard, Taken

VERDICT = "keyword"
PROVEN_WORDS = 200
# Whoever has said STOP and now asks to be on the list: no word but START brings them back, so a
# person has to see it.
WANTS_BACK = "wants_back"
# The keywords that these words belong to and that count at this moment.
LOOK_UP = """
    SELECT word, keyword_rules.id, match_kind, response_body, action, event_id, keyword_rules.survey_id
    FROM trigger_words JOIN keyword_rules ON keyword_rules.id = keyword_rule_id
    WHERE word IN (SELECT value FROM json_each(:words)) AND is_active
        AND coalesce(active_from <= :now, 1) AND coalesce(active_until > :now, 1)
"""
# The database counts: two texts at once are two. That it was used is no change of the keyword.
COUNT = "UPDATE keyword_rules SET match_count = match_count + 1, last_matched_at = :now WHERE id = :id"


class _Said(NamedTuple):
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
        return lists or message_templates.has_name_placeholders(
            self.response_body or ""
        )


def take(heard: Heard) -> Taken | None:
    """The active keyword that this text says answers it and does what it does; None when it
    says none. Inside write().

    Its count goes up by one. A keyword that starts a survey gives that survey's first texts. A
    keyword that has nothing to say, and whose survey is closed or whose event is gone, takes
    nothing: a person has to look.
    """
    rule = _said(heard) if heard.may_start else None
    if rule is None:
        return None
    name = heard.name
    if name is None and rule.needs_name:
        name = names_of([heard.phone]).get(heard.phone)
    further = _act(rule, heard, name)
    replies = [text for text in [_answer(rule, name)] if text]
    if further is None and not replies:
        return None
    raw_connection().execute(
        COUNT, {"id": rule.id, "now": datetime_to_db(heard.moment)}
    )
    if further is None:
        return Taken(VERDICT, replies)
    return Taken(VERDICT, replies + further.replies, further.needs_person)


def words_of(body: str) -> list[str]:
    """The words by which a keyword may be meant, the likeliest first."""
    whole = keyword_parsing.extract_whole_keyword(body)
    return [*([whole] if whole else []), *keyword_parsing.list_leading_keywords(body)]


def _said(heard: Heard) -> _Said | None:
    """The rule this text names: the one whose word is all of it before one whose word it begins
    with.
    """
    whole, words = (
        keyword_parsing.extract_whole_keyword(heard.body),
        words_of(heard.body),
    )
    rows = raw_connection().execute(
        LOOK_UP, {"words": json.dumps(words), "now": datetime_to_db(heard.moment)}
    )
    rules = {row[0]: _Said(*row) for row in rows}
    found = (rules[word] for word in words if word in rules)
    return next(
        (
            rule
            for rule in found
            if rule.word == whole or rule.match_kind == Match.FIRST
        ),
        None,
    )


def _answer(rule: _Said, name: str | None) -> str:
    """What the rule answers this person, "" for nothing.

    With a name too long for one text it is left out.
    """
    template = rule.response_body or ""
    values = (
        events.placeholders(rule.event_id)
        if message_templates.has_event_placeholders(template)
        else {}
    )
    text = message_templates.fill_template(template, name, values).strip()
    return (
        text
        if count_utf16_units(text) <= MAX_MESSAGE_CHARACTERS
        else message_templates.fill_template(template, None, values).strip()
    )


def _act(rule: _Said, heard: Heard, name: str | None) -> Taken | None:
    """What else the rule does; None when it could not be done."""
    if rule.action == KeywordAction.START_SURVEY:
        return answering.begin(rule.survey_id, heard) if rule.survey_id else None
    if rule.action == KeywordAction.ADD_TO_EVENT:
        if rule.event_id is None:
            return None
        registrations.ensure(rule.event_id, name, heard.phone)
    subscribes = rule.action == KeywordAction.SUBSCRIBE
    if subscribes and not community.subscribe(
        name, heard.phone, f"Texted: {heard.body[:PROVEN_WORDS]}"
    ):
        return Taken(VERDICT, needs_person=WANTS_BACK)
    return Taken(VERDICT)
