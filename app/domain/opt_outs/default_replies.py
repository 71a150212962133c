"""What answers HELP, the last STOP and START, where the organisation has written nothing of its
own.
"""

# Who texts, how a person is reached, how to stop, how often, what it costs: what the carriers
# ask of an answer to HELP.
DEFAULT_HELP_REPLY = (
    "{name}: news for our people. Write back to reach a person. How many texts you get varies. "
    "Msg & data rates may apply. Reply STOP to opt out."
)
# One text, without a word to change their mind (47 CFR 64.1200(a)(12)).
DEFAULT_STOP_REPLY = (
    "{name}: you are off our list and get no more texts. Reply START if you want them again."
)
DEFAULT_START_REPLY = "{name}: you get our texts again. Reply HELP for help, STOP to opt out. Msg & data rates may apply."


def choose_reply_text(own: str | None, default: str, name: str) -> str:
    """The organisation's own words, else the default with its name."""
    return own or default.replace("{name}", name)
