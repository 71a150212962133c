"""What keywords' pages say: whether one counts just now, what else it does, and which words are
built in.
"""

from dataclasses import dataclass

from flask import url_for

from app.core.clock import now
from app.core.template_filters import format_local_time
from app.domain.texts.message_templates import GENERIC_EVENT_VALUES, fill_template
from app.keywords.models import KeywordAction, KeywordRule
from app.keywords.queries import KeywordListRow
from app.keywords.views.blueprint import bp
from app.organisation import queries as organisation

MAX_EXCERPT_LENGTH = 90


@dataclass(frozen=True)
class BuiltInKeyword:
    """A word that is answered whatever the list says, and what it does."""

    word: str
    synonyms: str
    reply: str
    effect: str


def list_built_in_keywords() -> list[BuiltInKeyword]:
    """The words of the law, with what the organisation answers them."""
    helped = (
        "Nothing else"
        if organisation.get_organisation().answers_help
        else "On real phones Twilio answers it"
    )
    return [
        BuiltInKeyword(
            "STOP",
            "UNSUBSCRIBE, CANCEL, END, QUIT …",
            organisation.get_stop_reply(),
            "No more texts to them",
        ),
        BuiltInKeyword("START", "UNSTOP", organisation.get_start_reply(), "Texts to them again"),
        BuiltInKeyword("HELP", "INFO", organisation.get_help_reply(), helped),
    ]


@bp.app_template_filter()
def format_keyword_state(rule: KeywordRule) -> tuple[str, str, str]:
    """Whether the keyword counts at this moment: the kind of the tag, what it says, and since
    or until when.
    """
    moment = now()
    if not rule.is_active:
        return "", "Off", ""
    if rule.active_until and rule.active_until <= moment:
        return "warn", "Ended", format_local_time(rule.active_until)
    if rule.active_from and rule.active_from > moment:
        return "info", "Later", f"from {format_local_time(rule.active_from)}"
    return (
        "ok",
        "Active",
        f"until {format_local_time(rule.active_until)}" if rule.active_until else "",
    )


@bp.app_template_filter()
def format_reply_excerpt(line: KeywordListRow) -> str:
    """How the answer begins, on one line; "" when there is none."""
    event = {"event_title": line.event_title} if line.event_title else {}
    words = " ".join(
        fill_template(line.rule.response_body or "", None, GENERIC_EVENT_VALUES | event).split()
    )
    return (
        words
        if len(words) <= MAX_EXCERPT_LENGTH
        else words[: MAX_EXCERPT_LENGTH - 1].rstrip() + "…"
    )


@bp.app_template_filter()
def describe_keyword_effect(line: KeywordListRow) -> tuple[str, str, str]:
    """What else a keyword does: a word before the name, the name, and its address ("" where
    there is none).
    """
    action, rule = line.rule.action, line.rule
    if action is KeywordAction.ADD_TO_EVENT:
        if line.event_title is None:
            return "Registered for an event that was deleted", "", ""
        return (
            "Registers for",
            line.event_title,
            url_for("events.show_event", event_id=rule.event_id),
        )
    if action is KeywordAction.START_SURVEY:
        return (
            ("Starts", line.survey_name, "")
            if line.survey_name
            else ("Started a survey that was deleted", "", "")
        )
    return (
        (
            "Puts them on the community list"
            if action is KeywordAction.SUBSCRIBE
            else "Nothing else"
        ),
        "",
        "",
    )
