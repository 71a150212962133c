"""A text that came in, and what a handler that takes it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class InboundText:
    """A text that came in, as every handler gets it.

    `message_id`: its row in `messages`; `moment`: UTC.

    `may_answer_survey` is False when it is known already that no survey waits for a text of this
    phone, `may_use_trigger_words` when none of its words starts anything: the handlers then ask
    the database for neither.

    `own_words`: what the person wrote of the body, without quotations and signatures; None when
    nobody has looked.
    """

    phone: str
    body: str
    message_id: int
    moment: datetime
    name: str | None = None
    may_answer_survey: bool = True
    may_use_trigger_words: bool = True
    own_words: str | None = None

    @property
    def words(self) -> str:
        """What the person wrote: what answers, keywords and requests are read from."""
        return self.body if self.own_words is None else self.own_words


@dataclass(frozen=True)
class HandlerResult:
    """A handler took the text.

    `replies` are to be texted, in this order; `verdict` is stored with the webhook call.

    `needs_person`: why somebody should look ("unclear", "wants_back"), else "".

    `template_versions`: of a reply with the words of a template its version, by what is texted.
    """

    verdict: str
    replies: list[str] = field(default_factory=list)
    needs_person: str = ""
    template_versions: Mapping[str, int] = field(default_factory=dict)
