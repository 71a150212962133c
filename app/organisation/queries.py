"""Reading the organisation's row."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import g
from sqlalchemy import ColumnElement, Select, exists, select, text, true
from sqlalchemy.orm import aliased

from app.core.db import db
from app.core.prepared_statements import PreparedStatement
from app.core.settings import current_settings
from app.domain.opt_outs import default_replies
from app.domain.phones.phone_number_info import describe_foreign_number_counts
from app.domain.texts.message_templates import DEFAULT_OPT_OUT_FOOTER
from app.domain.texts.text_intent import is_twilio_help
from app.organisation.models import Organisation

DEFAULT_ORGANISATION_NAME = "SMS Admin"
# Both tables are of rooms above this one, which knows nothing of them but this sentence.
CONSENT_COVERAGE_SQL = text(
    "SELECT count(*), count(*) FILTER (WHERE (SELECT act FROM consent_events WHERE phone = community_members.phone "
    "ORDER BY id DESC LIMIT 1) IN ('granted', 'returned')) FROM community_members"
)
# Asked with every such text: without a row in between.
_ANSWERS_HELP_QUERY = PreparedStatement(
    select(Organisation.answers_help).where(Organisation.id == 1)
)
_REPLY_QUERIES = {
    each.key: PreparedStatement(select(Organisation.name, each).where(Organisation.id == 1))
    for each in (
        Organisation.help_reply,
        Organisation.stop_reply,
        Organisation.start_reply,
    )
}


@dataclass(frozen=True)
class ConsentCoverage:
    """How many people are on the community list, and of how many the ledger has a yes that
    still holds.
    """

    people: int
    with_consent: int


def get_organisation() -> Organisation:
    """The organisation's row; before the first setup, an unsaved one filled from the
    environment.
    """
    row = db.session.get(Organisation, 1)
    if row is not None:
        return row
    settings = current_settings()
    return Organisation(
        id=1,
        name=DEFAULT_ORGANISATION_NAME,
        timezone=settings.app_timezone,
        region=settings.default_region,
        currency="USD",
        footer=DEFAULT_OPT_OUT_FOOTER,
    )


def get_organisation_timezone() -> str:
    """The zone in which pages say times."""
    return get_organisation().timezone


def get_organisation_region() -> str:
    """The country for numbers that are typed without a country code."""
    return get_organisation().region


def describe_foreign_numbers(starts: Mapping[str, int]) -> str:
    """What texts to other countries mean, of numbers that begin like this; "" when all of them
    are here.
    """
    return describe_foreign_number_counts(starts, get_organisation_region())


def get_undo_seconds() -> int:
    """How long a blast can be undone: the row's own, else the environment's."""
    own = get_organisation().undo_seconds
    return int(current_settings().undo_seconds if own is None else own)


def get_help_reply() -> str:
    """What answers HELP."""
    return _get_standing_reply("help_reply", default_replies.DEFAULT_HELP_REPLY)


def choose_help_replies(carrier: str, twilio_said: str, body: str) -> list[str]:
    """What we answer to a text that asks for help: nothing where Twilio has answered it, for
    then there would be two.

    It has where it says so (Advanced Opt-Out), and to exactly HELP or INFO unless somebody has
    switched that off.
    """
    by_twilio = bool(twilio_said) or (
        is_twilio_help(body) and not _ANSWERS_HELP_QUERY.fetch_value()
    )
    return [] if carrier == "twilio" and by_twilio else [get_help_reply()]


def get_stop_reply() -> str:
    """The one text that goes to somebody who has just opted out."""
    return _get_standing_reply("stop_reply", default_replies.DEFAULT_STOP_REPLY)


def get_start_reply() -> str:
    """What answers START."""
    return _get_standing_reply("start_reply", default_replies.DEFAULT_START_REPLY)


def _get_standing_reply(which: str, usual: str) -> str:
    name, own = _REPLY_QUERIES[which].fetch_first_row() or (
        DEFAULT_ORGANISATION_NAME,
        None,
    )
    return default_replies.choose_reply_text(own, usual, name)


def count_consent_coverage() -> ConsentCoverage:
    """How far the list is from texting only people with a recorded yes.

    A tenth of a second for 100,000 people.
    """
    people, with_yes = db.session.execute(CONSENT_COVERAGE_SQL).one()
    return ConsentCoverage(people, with_yes)


def select_consent_required() -> ColumnElement[bool]:
    """Return whether only people with a recorded consent may be texted, for any select."""
    organisation = aliased(Organisation)
    return exists().where(organisation.consent_required).correlate_except(organisation)


def join_organisation(statement: Select[Any]) -> Select[Any]:
    """Return the select with the organisation's row, or None, as its last column."""
    return statement.add_columns(Organisation).outerjoin(Organisation, true())


def cache_organisation(row: Organisation | None) -> None:
    """Keep a row that was read with join_organisation() for the rest of the request.

    A session forgets rows that nothing refers to; get_organisation() finds this one in it.
    """
    g.organisation = row
