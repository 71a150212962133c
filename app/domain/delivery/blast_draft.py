"""A blast before it is confirmed."""

from dataclasses import dataclass, field
from datetime import datetime

from app.domain.audiences.chosen_audience import ChosenPeople
from app.domain.delivery.message_statuses import BlastTarget


@dataclass(frozen=True)
class BlastDraft:
    """What somebody wrote and chose; moments are UTC.

    `footer`: the opt-out line, or None. `send_at`: None for now. `not_after`: nothing of it leaves
    after this moment; None for no end. `survey_id`: the survey that an answer begins.
    `people_of`: the audience of target audience; or the people of an earlier blast, then `target`
    is event, without an event. `name`: what users call it, never sent. `plain_names`: names are
    filled in with plain letters. `translations`: the body in other languages, by their tags.
    """

    body: str
    footer: str | None
    target: BlastTarget
    event_id: int | None
    timezone: str
    send_at: datetime | None = None
    is_test: bool = False
    not_after: datetime | None = None
    survey_id: int | None = None
    people_of: ChosenPeople | None = None
    name: str | None = None
    plain_names: bool = False
    translations: dict[str, str] = field(default_factory=dict)
