"""What keywords do with a text: find the keyword it names, answer it, and do what it does."""

import json
from collections.abc import Mapping
from typing import NamedTuple

from app.check_ins.actions.check_in_recording import CheckInSource, record_check_in
from app.community import actions as community
from app.domain.texts import keyword_parsing, message_templates
from app.domain.texts.inbound_text import HandlerResult, InboundText
from app.events.actions.registrations import register_for_event_by_text
from app.events.queries.contact_names import find_display_names
from app.groups.actions.text_memberships import join_group_by_text, leave_group_by_text
from app.groups.models import MembershipSource
from app.keywords import sql
from app.keywords.actions.keyword_replies import build_keyword_reply
from app.keywords.models import GROUP_ACTIONS, KeywordAction, KeywordMatch
from app.keywords.sql import ActiveKeyword
from app.profiles.actions.language_learning import learn_language
from app.profiles.models import LanguageSource
from app.suppression.queries.sending_permission import has_opted_out
from app.surveys.actions.survey_starts import start_survey
from app.surveys.queries.trigger_words import find_keywords_of_words

KEYWORD_VERDICT = "keyword"
MAX_PROOF_CHARACTERS = 200
# Whoever has said STOP and now asks to be on the list: no word but START brings them back, so a
# person has to see it.
WANTS_BACK_REASON = "wants_back"
LISTING_ACTIONS = (KeywordAction.ADD_TO_EVENT, KeywordAction.SUBSCRIBE)


class ActionResult(NamedTuple):
    """What the action of a keyword adds to its answer."""

    replies: list[str]
    needs_person: str = ""
    template_versions: Mapping[str, int] = {}


def handle_keyword_text(text: InboundText) -> HandlerResult | None:
    """Answer a text that names an active keyword, and do what the keyword does. Inside write().

    The keyword's count goes up by one. None when the text names none, or when the keyword has
    nothing to say and its survey is closed, or its event or group is gone: then a person has to
    look.
    """
    # Whoever took the text in has looked for its words already: most texts name none.
    if not text.may_use_trigger_words:
        return None
    keyword = _find_matching_keyword(text)
    if keyword is None:
        return None
    if keyword.sets_language:
        source = (LanguageSource.KEYWORD, keyword.keyword)
        learn_language(text.phone, keyword.sets_language, *source, text.moment)
    name = _find_name(keyword, text)
    action_result = _perform_action(keyword, text, name)
    reply = build_keyword_reply(keyword, text.phone, name, _check_in(keyword, text))
    # Neither an answer nor an effect: it is not counted, and the text goes to a person.
    if action_result is None and not reply.body and not keyword.has_effect:
        return None
    sql.INCREMENT_MATCH_COUNT.execute(b_rule_id=keyword.id, b_moment=text.moment)
    versions = {} if reply.version_id is None else {reply.body: reply.version_id}
    replies = [reply.body] if reply.body else []
    if action_result is None:
        return HandlerResult(KEYWORD_VERDICT, replies, template_versions=versions)
    replies += action_result.replies
    versions |= action_result.template_versions
    return HandlerResult(KEYWORD_VERDICT, replies, action_result.needs_person, versions)


def extract_candidate_words(body: str) -> list[str]:
    """Return the words by which a keyword may be meant, the likeliest first."""
    whole_words = keyword_parsing.list_whole_keywords(body)
    return [*whole_words, *keyword_parsing.list_leading_keywords(body)]


def _find_matching_keyword(text: InboundText) -> ActiveKeyword | None:
    """Return the active keyword whose word the text is, else one whose word it begins with."""
    words = extract_candidate_words(text.words)
    rule_ids = find_keywords_of_words(words)
    if not rule_ids:
        return None
    rows = sql.SELECT_ACTIVE_KEYWORDS.fetch_rows(
        b_rule_ids=json.dumps([*rule_ids.values()]), b_moment=text.moment
    )
    keywords = {row[0]: ActiveKeyword(*row) for row in rows}
    whole_words = keyword_parsing.list_whole_keywords(text.words)
    # In the order of `words`: the longest beginning wins, and the whole text before all.
    for word in words:
        keyword = keywords.get(rule_ids.get(word, 0))
        if keyword and (word in whole_words or keyword.match_kind is KeywordMatch.FIRST):
            return keyword
    return None


def _find_name(keyword: ActiveKeyword, text: InboundText) -> str | None:
    """Return what they are called, where it matters and somebody knows."""
    needs_name = keyword.action in LISTING_ACTIONS or message_templates.has_name_placeholders(
        keyword.response_body or ""
    )
    if text.name is not None or not needs_name:
        return text.name
    return find_display_names([text.phone]).get(text.phone)


def _perform_action(
    keyword: ActiveKeyword, text: InboundText, name: str | None
) -> ActionResult | None:
    """Do what else the keyword does; None when that is not possible any more."""
    if keyword.action is KeywordAction.START_SURVEY:
        result = start_survey(keyword.survey_id, text) if keyword.survey_id else None
        if result is None:
            return None
        return ActionResult(result.replies, result.needs_person, result.template_versions)
    proof = f"Texted: {text.body[:MAX_PROOF_CHARACTERS]}"
    if keyword.action is KeywordAction.ADD_TO_EVENT:
        if keyword.event_id is None:
            return None
        register_for_event_by_text(keyword.event_id, name, text.phone, evidence=proof)
    elif keyword.action is KeywordAction.SUBSCRIBE:
        is_on_list = community.subscribe_member_by_text(name, text.phone, proof)
        return ActionResult([], "" if is_on_list else WANTS_BACK_REASON)
    elif keyword.action in GROUP_ACTIONS:
        return _change_group(keyword, text.phone, proof)
    return ActionResult([])


def _change_group(keyword: ActiveKeyword, phone: str, proof: str) -> ActionResult | None:
    """Let somebody join or leave the keyword's group; None where it is archived or deleted."""
    if keyword.group_id is None:
        return None
    if keyword.action is KeywordAction.LEAVE_GROUP:
        return ActionResult([]) if leave_group_by_text(keyword.group_id, phone) else None
    if not join_group_by_text(keyword.group_id, phone, MembershipSource.KEYWORD, proof):
        return None
    return ActionResult([], WANTS_BACK_REASON if has_opted_out(phone) else "")


def _check_in(keyword: ActiveKeyword, text: InboundText) -> int:
    """Record a check-in where the keyword counts as one; return the days of their streak, or 0."""
    if not keyword.counts_as_check_in:
        return 0
    source = CheckInSource(keyword.keyword, keyword_rule_id=keyword.id)
    return record_check_in(source, text.phone, text.moment)
