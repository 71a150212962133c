"""The pictures of an inbound text as they are stored: written and read."""

import json
from collections.abc import Iterator, Mapping

from app.domain.texts.whole_numbers import parse_whole_number

MAX_MEDIA_ITEMS = 10
MAX_COUNT_DIGITS = 4
MAX_MEDIA_URL_LENGTH = 1000
MAX_MEDIA_TYPE_LENGTH = 100


def extract_media_json(params: Mapping[str, str]) -> str | None:
    """Return the pictures of a webhook call as a JSON list of {"url", "type"}; None without any.

    Keeps at most ten, and only https addresses: the app never fetches them, a browser does.
    """
    media = list(_list_media(params))
    if not media:
        return None
    return json.dumps(media)


def parse_media_json(media: str | None) -> list[dict[str, object]]:
    """Return the items of the JSON list that a message holds; none when it is anything else."""
    try:
        items = json.loads(media or "[]")
    except ValueError:
        return []
    if not isinstance(items, list):
        return []
    return [item for item in items if isinstance(item, dict)]


def _list_media(params: Mapping[str, str]) -> Iterator[dict[str, str]]:
    count = parse_whole_number(params.get("NumMedia", ""), MAX_COUNT_DIGITS) or 0
    for index in range(min(count, MAX_MEDIA_ITEMS)):
        url = params.get(f"MediaUrl{index}", "")
        if url.startswith("https://") and len(url) <= MAX_MEDIA_URL_LENGTH:
            media_type = params.get(f"MediaContentType{index}", "")
            yield {"url": url, "type": media_type[:MAX_MEDIA_TYPE_LENGTH]}
