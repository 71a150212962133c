"""Which of the texts of a conversation a reaction means."""

from collections.abc import Sequence

from app.domain.texts.quoted_texts import fold_quotation

# A phone quotes a long text by its beginning, cut off with "…".
MIN_BEGINNING_LENGTH = 8


def find_reaction_target(quoted_text: str | None, earlier_texts: Sequence[str]) -> int | None:
    """Return the index of the text that a reaction quotes, None when it is not among these.

    `earlier_texts` stand oldest first; the newest that fits is meant. Without a quotation ("Loved
    an image") nothing is.
    """
    quoted = fold_quotation(quoted_text or "")
    if not quoted:
        return None
    for index in range(len(earlier_texts) - 1, -1, -1):
        text = fold_quotation(earlier_texts[index])
        is_beginning = len(quoted) >= MIN_BEGINNING_LENGTH and text.startswith(quoted)
        if text == quoted or is_beginning:
            return index
    return None
