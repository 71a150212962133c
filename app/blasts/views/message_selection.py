"""Which texts of a blast a button or an address means: some by id, or all of one state."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from app.delivery.queries.resendable_messages import list_actionable_message_ids
from app.domain.texts.whole_numbers import parse_ids

MAX_MESSAGE_IDS = 500
# A URL of 100 ids is 1,900 characters at most, which every browser and proxy takes.
MAX_IDS_IN_URL = 100


@dataclass(frozen=True)
class MessageSelection:
    """Some texts of a blast: by their ids (`by_id`), or all that are in one `state`."""

    ids: Sequence[int]
    state: str
    by_id: bool

    @property
    def url_params(self) -> dict[str, Any]:
        """The query parameters that select the same texts."""
        if self.by_id:
            return {"message_ids": list(self.ids[:MAX_IDS_IN_URL])}
        return {"state": self.state or None}


def parse_selection(log_id: int, params: MultiDict[str, str]) -> MessageSelection:
    """Return what a form or an address selects: `message_ids`, else all of a blast in `state`.

    What is no id selects nobody.
    """
    state = params.get("state", "")
    id_texts = params.getlist("message_ids")[:MAX_MESSAGE_IDS]
    if not id_texts:
        ids = list_actionable_message_ids(log_id, state)
        return MessageSelection(ids, state, by_id=False)
    return MessageSelection(parse_ids(id_texts), state, by_id=True)
