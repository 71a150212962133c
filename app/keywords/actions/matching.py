"""A text from a person meets a keyword."""

import json

from sqlalchemy import select, update

from app.community import actions as community
from app.domain import keywords, wording
from app.domain.segments import LIMIT, characters
from app.events import queries as events
from app.events.actions import registrations
from app.events.queries.names import names_of
from app.keywords.models import KeywordAction, KeywordRule, Match
from app.kit.db import db, driver
from app.surveys.actions import answering
from app.surveys.actions.answering import Heard, Taken
from app.surveys.models import TriggerWord

VERDICT = "keyword"
PROVEN_WORDS = 200
# Most texts say no keyword: that is found out by one quick look.
ANY_OF = """
    SELECT 1 FROM trigger_words WHERE word IN (SELECT value FROM json_each(:words)) AND keyword_rule_id IS NOT NULL
"""


def take(heard: Heard) -> Taken | None:
    """The active keyword that this text says answers it and does what it does; None when it says none. Inside write().

    Its count goes up by one. A keyword that starts a survey gives that survey's first texts. A keyword that has
    nothing to say, and whose survey is closed or whose event is gone, takes nothing: a person has to look.
    """
    rule = _said(heard)
    if rule is None:
        return None
    name = heard.name or names_of([heard.phone]).get(heard.phone)
    replies = [text for text in [_answer(rule, name)] if text]
    further = _act(rule, heard, name)
    if further is None and not replies:
        return None
    _count(rule, heard)
    return Taken(
        VERDICT, replies + (further.replies if further else []), needs_person=further.needs_person if further else ""
    )


def _said(heard: Heard) -> KeywordRule | None:
    """The rule this text names: the one whose word is all of it before one whose word it begins with."""
    said, first = keywords.whole(heard.body), keywords.beginnings(heard.body)
    words = dict.fromkeys([*([said] if said else []), *first])
    if not driver().execute(ANY_OF, {"words": json.dumps(list(words))}).fetchone():
        return None
    found = (
        select(TriggerWord.word, KeywordRule)
        .join(KeywordRule, KeywordRule.id == TriggerWord.keyword_rule_id)
        .where(TriggerWord.word.in_(words), KeywordRule.is_active)
        .execution_options(populate_existing=True)
    )
    rules = {word: rule for word, rule in db.session.execute(found) if _is_on(rule, heard)}
    fits = (rules[word] for word in words if word in rules and (word == said or rules[word].match_kind is Match.FIRST))
    return next(fits, None)


def _is_on(rule: KeywordRule, heard: Heard) -> bool:
    begun = rule.active_from is None or rule.active_from <= heard.moment
    return begun and (rule.active_until is None or heard.moment < rule.active_until)


def _answer(rule: KeywordRule, name: str | None) -> str:
    """What the rule answers this person, "" for nothing. With a name too long for one text it is left out."""
    template = rule.response_body or ""
    values = events.placeholders(rule.event_id) if wording.uses_event(template) else {}
    text = wording.fill(template, name, values).strip()
    return text if characters(text) <= LIMIT else wording.fill(template, None, values).strip()


def _act(rule: KeywordRule, heard: Heard, name: str | None) -> Taken | None:
    """What else the rule does; None when it could not be done, or there is nothing that says it was."""
    if rule.action is KeywordAction.START_SURVEY:
        return answering.begin(rule.survey_id, heard) if rule.survey_id else None
    if rule.action is KeywordAction.ADD_TO_EVENT:
        if rule.event_id is None:
            return None
        registrations.ensure(rule.event_id, name, heard.phone)
    if rule.action is KeywordAction.SUBSCRIBE:
        community.subscribe(name, heard.phone, f"Texted: {heard.body[:PROVEN_WORDS]}")
    return Taken(VERDICT)


def _count(rule: KeywordRule, heard: Heard) -> None:
    """Counted by the database: two texts at once are two. That it was used is no change of the rule."""
    counted = {
        "match_count": KeywordRule.match_count + 1,
        "last_matched_at": heard.moment,
        "updated_at": KeywordRule.updated_at,
    }
    statement = update(KeywordRule).where(KeywordRule.id == rule.id).values(counted)
    db.session.execute(statement.execution_options(synchronize_session=False))
