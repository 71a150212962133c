"""How each chat wants to be told: the body and headers of one POST."""

import json
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")
# Those of Teams have some 400 characters.
MAX_URL_LENGTH = 500


class ChatShape(StrEnum):
    """The programs whose incoming webhooks we know. The values are stored."""

    SLACK = "slack"
    TEAMS = "teams"
    DISCORD = "discord"
    NTFY = "ntfy"
    GENERIC = "generic"
    APPRISE = "apprise"


SHAPE_LABELS = {
    ChatShape.SLACK: "Slack, Mattermost",
    ChatShape.TEAMS: "Microsoft Teams (workflow)",
    ChatShape.DISCORD: "Discord",
    ChatShape.NTFY: "ntfy",
    ChatShape.GENERIC: "Another program (JSON)",
    ChatShape.APPRISE: "Apprise",
}


@dataclass(frozen=True)
class ChatMessage:
    """What is told: a sentence, more words, and the address of the page."""

    kind: str
    title: str
    text: str
    link: str
    at: str


@dataclass(frozen=True)
class ChatRequest:
    """One POST. `body` is UTF-8."""

    body: bytes
    headers: dict[str, str]


def build_chat_request(shape: ChatShape, message: ChatMessage) -> ChatRequest:
    """Return the POST that a program of this shape understands."""
    if shape is ChatShape.NTFY:
        # Headers are Latin-1; our titles have no other letters but for dashes and quotes.
        title = message.title.encode("ascii", "replace").decode()
        headers = {"Title": title, "Click": message.link, "Content-Type": "text/plain"}
        return ChatRequest((message.text or message.title).encode(), headers)
    payload = _build_payload(shape, message)
    return ChatRequest(json.dumps(payload).encode(), {"Content-Type": "application/json"})


def _build_payload(shape: ChatShape, message: ChatMessage) -> dict[str, object]:
    words = f"{message.title} {message.text}".strip()
    # Mattermost, Rocket.Chat and Zulip read what Slack reads.
    if shape is ChatShape.SLACK:
        return {"text": f"{words}\n{message.link}"}
    if shape is ChatShape.DISCORD:
        # Nobody is called by an @ that a text might contain.
        return {"content": f"{words}\n{message.link}", "allowed_mentions": {"parse": []}}
    if shape is ChatShape.TEAMS:
        return _build_teams_payload(message)
    return {
        "event": message.kind,
        "title": message.title,
        "text": words,
        "link": message.link,
        "at": message.at,
    }


def _build_teams_payload(message: ChatMessage) -> dict[str, object]:
    """Return an adaptive card as "When a Teams webhook request is received" posts it."""
    blocks: list[dict[str, object]] = [
        {"type": "TextBlock", "text": message.title, "weight": "Bolder", "wrap": True}
    ]
    if message.text:
        blocks.append({"type": "TextBlock", "text": message.text, "wrap": True})
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": blocks,
        "actions": [{"type": "Action.OpenUrl", "title": "Open", "url": message.link}],
    }
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "content": card}]}


def find_url_problem(shape: ChatShape, url: str, *, is_production: bool) -> str | None:
    """Return why an address cannot be used for this shape, as a sentence, or None."""
    if not url.isprintable() or " " in url or len(url) > MAX_URL_LENGTH:
        return "Enter an address without spaces."
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        # Raises ValueError for a port that is none.
        has_address = bool(host) and parts.port != 0
    except ValueError:
        return "Enter an address such as https://hooks.example.org/abc."
    # Its schemes are its own (tgram, matrix, mailto), and it checks the rest itself.
    if shape is ChatShape.APPRISE:
        return None if parts.scheme and "://" in url else "Enter an address of Apprise."
    if parts.scheme not in ("http", "https") or not has_address:
        return "Enter an address such as https://hooks.example.org/abc."
    if is_production and parts.scheme == "http" and host not in LOOPBACK_HOSTS:
        return "Use https: anyone who reads the address on its way could post there too."
    return None


def get_shown_host(url: str) -> str:
    """Return the only part of a webhook's address that pages show."""
    try:
        return urlsplit(url).hostname or urlsplit(url).scheme
    except ValueError:
        return ""
