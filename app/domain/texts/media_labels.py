"""What came with a text, in a word: a list of conversations shows it where there are no words."""

from collections.abc import Sequence

from app.domain.texts.inbound_media import parse_media_json

EMPTY_TEXT_LABEL = "(empty text)"
# The first that fits counts. Types as phones send them, and others that mean the same.
_LABELS_BY_TYPE = (
    ("image/", "Picture"),
    ("text/vcard", "Contact card"),
    ("text/x-vcard", "Contact card"),
    ("text/directory", "Contact card"),
    ("application/vcard", "Contact card"),
    ("audio/", "Voice message"),
    ("video/", "Video"),
    ("text/calendar", "Calendar entry"),
    ("application/pdf", "PDF file"),
    # Without a type it is a picture nearly always.
    ("", "Picture"),
)
FILE_LABEL = "File"


def get_media_label(media_type: str) -> str:
    """Return what a file of this MIME type is: "Picture", "Contact card", "Voice message" …"""
    plain_type = media_type.partition(";")[0].strip().lower()
    for start, label in _LABELS_BY_TYPE:
        if plain_type == start or (start and plain_type.startswith(start)):
            return label
    return FILE_LABEL


def describe_wordless_text(media: str | None) -> str:
    """Return what a text without words holds; `media` is the JSON list that is stored with it."""
    labels = [get_media_label(str(item.get("type") or "")) for item in parse_media_json(media)]
    if not labels:
        return EMPTY_TEXT_LABEL
    if len(labels) == 1:
        return labels[0]
    return f"{len(labels)} {_pluralize(labels)}"


def _pluralize(labels: Sequence[str]) -> str:
    label = labels[0] if len(set(labels)) == 1 else FILE_LABEL
    words = label if label == "PDF file" else label[0].lower() + label[1:]
    if words.endswith("entry"):
        return words.removesuffix("y") + "ies"
    return f"{words}s"
