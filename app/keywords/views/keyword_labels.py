"""What the pages of keywords say: whether one counts now, what else it does, what is built in."""

from dataclasses import dataclass
from typing import NamedTuple

from flask import url_for

from app.core.clock import now
from app.core.local_formats import format_local_time
from app.domain.opt_outs.request_languages import RequestLanguage
from app.domain.opt_outs.request_replies import PAUSE_REPLIES
from app.domain.texts.message_templates import has_event_placeholders
from app.domain.texts.template_chips import cut_at_word, describe_template
from app.domain.texts.text_languages import name_language
from app.events.queries.events import build_event_placeholders
from app.groups.queries.group_records import find_group
from app.keywords import queries
from app.keywords.models import GROUP_ACTIONS, KeywordAction, KeywordRule
from app.keywords.queries import KeywordListRow
from app.keywords.views.blueprint import bp
from app.organisation import queries as organisation

MAX_EXCERPT_LENGTH = 90
PAUSE_REPLY_SAMPLE = PAUSE_REPLIES[RequestLanguage.ENGLISH].format(day="December 28")


@dataclass(frozen=True)
class BuiltInKeyword:
    """A word that is answered whatever the list says, and what it does."""

    word: str
    synonyms: str
    reply: str
    effect: str


def list_built_in_keywords() -> list[BuiltInKeyword]:
    """Return the words that the law and Twilio want answered, with what we answer."""
    help_effect = "On real phones Twilio replies"
    if organisation.get_organisation().answers_help:
        help_effect = "Nothing else"
    stop_synonyms = "UNSUBSCRIBE, CANCEL, END, QUIT …"
    pause_effect = "No texts for 30 days, or as many as they say"
    own_pause_words = queries.list_pause_keywords()
    if own_pause_words:
        pause_effect += f". {' and '.join(own_pause_words)} alone still starts your own keyword"
    stop_reply = organisation.get_stop_reply()
    start_reply = organisation.get_start_reply()
    return [
        BuiltInKeyword("STOP", stop_synonyms, stop_reply, "Opts them out"),
        BuiltInKeyword("START", "UNSTOP", start_reply, "Opts them back in"),
        BuiltInKeyword("PAUSE", "PAUSE 30, PAUSE 2 WEEKS …", PAUSE_REPLY_SAMPLE, pause_effect),
        BuiltInKeyword("HELP", "INFO", organisation.get_help_reply(), help_effect),
    ]


class KeywordState(NamedTuple):
    """Whether a keyword counts: the kind of the tag, what it says, and since or until when."""

    tag: str
    label: str
    period: str


@bp.app_template_filter()
def format_keyword_state(rule: KeywordRule) -> KeywordState:
    """Return whether the keyword counts at this moment."""
    moment = now()
    if not rule.is_active:
        return KeywordState("", "Off", "")
    if rule.active_until and rule.active_until <= moment:
        return KeywordState("warn", "Ended", format_local_time(rule.active_until))
    if rule.active_from and rule.active_from > moment:
        return KeywordState("info", "Later", f"from {format_local_time(rule.active_from)}")
    if rule.active_until:
        return KeywordState("ok", "Active", f"until {format_local_time(rule.active_until)}")
    return KeywordState("ok", "Active", "")


@bp.app_template_filter()
def format_reply_excerpt(row: KeywordListRow) -> str:
    """Return how the answer begins, on one line; "" when there is none."""
    line = describe_template(row.rule.response_body or "", _find_event_values(row))
    return cut_at_word(line, MAX_EXCERPT_LENGTH)


def _find_event_values(row: KeywordListRow) -> dict[str, str]:
    # Only an answer with placeholders of an event needs the event: most keywords have none.
    if row.event_title is None or not has_event_placeholders(row.rule.response_body or ""):
        return {}
    return build_event_placeholders(row.rule.event_id)


class KeywordEffect(NamedTuple):
    """What else a keyword does: a word before a name, the name, and its address ("" for none)."""

    label: str
    name: str = ""
    url: str = ""


@bp.app_template_filter()
def describe_keyword_effect(row: KeywordListRow) -> KeywordEffect:
    """Return what else a keyword does."""
    action = row.rule.action
    if action is KeywordAction.ADD_TO_EVENT:
        if row.event_title is None:
            return KeywordEffect("Registered for an event that was deleted")
        url = url_for("events.show_event", event_id=row.rule.event_id)
        return KeywordEffect("Registers for", row.event_title, url)
    if action is KeywordAction.START_SURVEY:
        if row.survey_name:
            return KeywordEffect("Starts", row.survey_name)
        return KeywordEffect("Started a survey that was deleted")
    if action in GROUP_ACTIONS:
        return _describe_group_effect(row)
    if action is KeywordAction.SUBSCRIBE:
        return KeywordEffect("Adds them to the community")
    if row.rule.sets_language:
        return KeywordEffect("Sets their language to", name_language(row.rule.sets_language))
    return KeywordEffect("Counts as a check-in" if row.rule.counts_as_check_in else "Nothing else")


def describe_group_problem(rule: KeywordRule) -> str:
    """Return why a keyword cannot change its group any more, "" when it can."""
    if rule.action not in GROUP_ACTIONS:
        return ""
    group = find_group(rule.group_id)
    if group is not None and group.archived_at is None:
        return ""
    what = "was deleted" if group is None else "is archived"
    effect = "People only get the reply" if rule.response_body else "Texts go to your inbox"
    advice = "choose another group" if group is None else "restore the group, or choose another"
    return f"The group of this keyword {what}. {effect} until you {advice}."


def _describe_group_effect(row: KeywordListRow) -> KeywordEffect:
    is_joining = row.rule.action is KeywordAction.JOIN_GROUP
    if row.group is None:
        verb = "Added to" if is_joining else "Removed from"
        return KeywordEffect(f"{verb} a group that was deleted")
    url = url_for("groups.show_group", group_id=row.group.id)
    if row.group.archived_at is not None:
        return KeywordEffect("Only replies, because this group is archived:", row.group.name, url)
    return KeywordEffect("Adds to" if is_joining else "Removes from", row.group.name, url)
