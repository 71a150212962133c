"""The replies to HELP, STOP and START, where the organisation has not written its own."""

# What the carriers require of a reply to HELP: who texts, how to reach a person, how often, what
# it costs, how to stop.
DEFAULT_HELP_REPLY = (
    "{name}: news and updates. Reply to reach a person. Message frequency varies. Msg & data "
    "rates may apply. Reply STOP to opt out."
)
# One text, without an attempt to change their mind (47 CFR 64.1200(a)(12)).
DEFAULT_STOP_REPLY = (
    "{name}: you have opted out and won't get any more texts. Reply START to get them again."
)
DEFAULT_START_REPLY = (
    "{name}: you will get our texts again. Reply HELP for help, STOP to opt out. Msg & data "
    "rates may apply."
)


def choose_reply_text(own_reply: str | None, default_reply: str, name: str) -> str:
    """Return the organisation's own reply, else the default with the organisation's name."""
    return own_reply or default_reply.replace("{name}", name)
