"""Whether somebody has the text of a step already.

Only after an older database was restored: then the carrier's list brought the text back.
"""

from collections.abc import Collection
from datetime import datetime

from app.delivery.queries.sequence_texts import find_sent_texts
from app.domain.delivery.blast_rendering import RenderedText
from app.domain.delivery.installation_rules import ADOPTION_TOLERANCE
from app.domain.texts.introductions import Introduction, drop_introduction
from app.organisation import queries as organisation


class EarlierTexts:
    """The texts of no blast that some numbers got since a moment (UTC)."""

    def __init__(self, phones: Collection[str], since: datetime) -> None:
        self._texts = find_sent_texts(phones, since - ADOPTION_TOLERANCE)
        self._name = organisation.get_organisation().name
        self._lines = organisation.get_opt_out_lines()

    def have(self, text: RenderedText, since: datetime) -> bool:
        """Whether the number of a text got the same words since it was due."""
        # Which text to a number was the first is not known any more.
        introduction = Introduction(self._name, self._lines.choose(text.language))
        words = drop_introduction(text.body, introduction)
        return any(
            sent_at >= since - ADOPTION_TOLERANCE and drop_introduction(body, introduction) == words
            for body, sent_at in self._texts.get(text.phone, ())
        )
