"""Tell a chat: a POST in its own shape, or Apprise where that is installed."""

import importlib
import importlib.util
from typing import Any

from app.core.clock import now
from app.core.settings import Settings
from app.domain.notices.chat_shapes import ChatMessage, ChatShape, build_chat_request
from app.domain.notices.notice_kinds import NoticeKind
from app.domain.notices.notice_sentences import NoticeWords
from app.notices.sending.http_posting import RequestFailed, send_request


def has_apprise() -> bool:
    """Whether the package apprise is installed; SMS Admin does not need it."""
    return importlib.util.find_spec("apprise") is not None


def post_to_chat(
    settings: Settings, shape: ChatShape, url: str, kind: NoticeKind, words: NoticeWords
) -> None:
    """Tell a chat; takes up to 10 seconds. Raises RequestFailed."""
    link = settings.public_base_url.rstrip("/") + words.path
    at = now().isoformat(timespec="seconds")
    message = ChatMessage(kind.value, words.subject, words.body, link, at)
    if shape is ChatShape.APPRISE:
        _notify_by_apprise(url, message)
        return
    request = build_chat_request(shape, message)
    send_request(url, request.body, request.headers)


def _notify_by_apprise(url: str, message: ChatMessage) -> None:
    if not has_apprise():
        raise RequestFailed("no_apprise")
    # At run time only: it is no package of ours.
    apprise: Any = importlib.import_module("apprise")
    client = apprise.Apprise()
    if not client.add(url) or not client.notify(
        title=message.title, body=f"{message.text}\n{message.link}".strip()
    ):
        raise RequestFailed("unreachable")
