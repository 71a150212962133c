"""The templates for standing replies, which come with the program, and what they must say."""

from app.domain.opt_outs.default_replies import StandingReply
from app.domain.opt_outs.request_replies import BUILT_IN_REPLIES
from app.domain.opt_outs.stop_words import STOP_WORD_MISSING_ERROR, has_stop_word
from app.domain.texts.message_templates import find_name_placeholders
from app.domain.texts.seed_templates import SeedTemplate
from app.domain.texts.template_fields import TemplateField
from app.domain.texts.template_problems import list_template_problems
from app.domain.texts.template_purposes import TemplatePurpose
from app.domain.texts.text_languages import DEFAULT_LANGUAGE

SEED_KEY_START = "reply_"
NOTICE_NAMES = {
    StandingReply.HELP: "Reply to HELP",
    StandingReply.STOP: "Reply to STOP",
    StandingReply.START: "Reply to START",
    StandingReply.PAUSE: "Pause confirmed",
    StandingReply.TOPIC_LEFT: "Topic left",
    StandingReply.TOPIC_BACK: "Back to a topic",
}
# In the organisation's own language these are written on the settings page.
SETTINGS_REPLIES = (StandingReply.HELP, StandingReply.STOP, StandingReply.START)
# What is filled in beside the organisation's name.
NOTICE_PLACEHOLDERS = {
    StandingReply.PAUSE: ("day",),
    StandingReply.TOPIC_LEFT: ("topics",),
    StandingReply.TOPIC_BACK: ("topics",),
}
MAX_NOTICE_LENGTH = 480


def build_seed_key(reply: StandingReply) -> str:
    """Return what a standing reply is called among the templates of the program."""
    return f"{SEED_KEY_START}{reply}"


def find_standing_reply(seed_key: str | None) -> StandingReply | None:
    """Return the standing reply whose template has this key, or None."""
    name = (seed_key or "").removeprefix(SEED_KEY_START)
    return StandingReply(name) if name in set(StandingReply) else None


def list_notice_problems(reply: StandingReply, body: str) -> list[str]:
    """Return why a text cannot be this standing reply, one sentence each; [] when it can."""
    names = NOTICE_PLACEHOLDERS.get(reply, ())
    problems = list_template_problems(body, fields={name: TemplateField(name) for name in names})
    if find_name_placeholders(body):
        problems.append("Names can’t be filled in here: it goes to anyone who asks.")
    if reply is StandingReply.HELP and not has_stop_word(body):
        problems.append(STOP_WORD_MISSING_ERROR)
    if len(body) > MAX_NOTICE_LENGTH:
        problems.append(f"This text can have up to {MAX_NOTICE_LENGTH} characters.")
    return problems


def _build_seed(reply: StandingReply) -> SeedTemplate:
    texts = BUILT_IN_REPLIES[reply]
    english = "" if reply in SETTINGS_REPLIES else texts[DEFAULT_LANGUAGE]
    name, purpose = NOTICE_NAMES[reply], TemplatePurpose.SYSTEM
    return SeedTemplate(build_seed_key(reply), name, purpose, english, texts["es"], texts["fr"])


NOTICE_TEMPLATES = tuple(map(_build_seed, StandingReply))
