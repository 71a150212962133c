"""Reading the organisation's row."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from flask import g
from sqlalchemy import ColumnElement, Select, exists, func, select, true
from sqlalchemy.orm import aliased

from app.core.db import db
from app.core.settings import current_settings
from app.domain.delivery.country_currencies import get_country_currency
from app.domain.opt_outs.default_replies import StandingReply, get_default_reply
from app.domain.phones.phone_number_info import describe_foreign_number_counts
from app.domain.texts.message_templates import (
    DEFAULT_OPT_OUT_FOOTER,
    has_organisation_placeholders,
)
from app.domain.texts.opt_out_lines import OptOutLines
from app.domain.texts.text_intent import is_twilio_help
from app.domain.texts.text_languages import DEFAULT_LANGUAGE
from app.organisation import sql
from app.organisation.models import Organisation

DEFAULT_ORGANISATION_NAME = "SMS Admin"


class OwnReply(NamedTuple):
    """The organisation's name and language, and the reply that it wrote in this language."""

    name: str
    language: str
    text: str | None


def get_organisation() -> Organisation:
    """Return the organisation's row; before the first setup, an unsaved one.

    The unsaved one is filled from the environment.
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
        currency=get_country_currency(settings.default_region),
        footer=DEFAULT_OPT_OUT_FOOTER,
        language=DEFAULT_LANGUAGE,
        footers={},
    )


def is_practice_demo() -> bool:
    """Whether everything here is made up: a demo, and no text ever went to a real phone."""
    return current_settings().carrier == "sandbox" and get_organisation().is_demo


def get_organisation_timezone() -> str:
    """Return the name of the zone in which pages say times."""
    return get_organisation().timezone


def get_organisation_language() -> str:
    """Return the language (BCP 47) in which the organisation writes its texts."""
    return get_organisation().language


def get_opt_out_lines() -> OptOutLines:
    """Return the line that says how to opt out, in every language."""
    row = get_organisation()
    return OptOutLines(row.footer, row.language, row.footers)


def read_language() -> str:
    """Return the same in 10 µs, for the replies that answer a text."""
    language: str | None = sql.SELECT_LANGUAGE.fetch_value()
    return language or DEFAULT_LANGUAGE


def get_text_values() -> dict[str, str]:
    """Return what the organisation's placeholders in texts are filled in with."""
    return {"org_name": get_organisation().name}


def get_text_values_for(template: str) -> dict[str, str]:
    """Return get_text_values() for a text that names them; {} for others, which need no row."""
    return get_text_values() if has_organisation_placeholders(template) else {}


def get_organisation_region() -> str:
    """Return the country for numbers that are typed without a country code, in two letters."""
    return get_organisation().region


def describe_foreign_numbers(counts_by_prefix: Mapping[str, int]) -> str:
    """Return what texts to other countries cost; "" when no number is of another country.

    `counts_by_prefix`: how many numbers begin with which COUNTRY_PREFIX_LENGTH characters.
    """
    return describe_foreign_number_counts(counts_by_prefix, get_organisation_region())


def read_zone_and_price() -> tuple[str, Decimal | None]:
    """Return the name of the organisation's time zone, and the price of a segment if it is known.

    In 10 µs, for the sending of texts.
    """
    row = sql.SELECT_ZONE_AND_PRICE.fetch_first_row()
    if row is None:
        return current_settings().app_timezone, None
    timezone, price = row
    return timezone, price


def get_undo_seconds() -> int:
    """Return how long a blast can be undone: the row's own seconds, else the environment's."""
    seconds = get_organisation().undo_seconds
    # 0 is a choice of its own: blasts leave at once.
    if seconds is None:
        seconds = current_settings().undo_seconds
    return int(seconds)


def get_help_reply() -> str:
    """Return what answers HELP: the organisation's own text, else the default."""
    return _get_reply_text(StandingReply.HELP)


def must_answer_help(carrier: str, twilio_said: str, body: str) -> bool:
    """Whether we answer a text that asks for help; not where Twilio has answered it already.

    Twilio has answered where it says so (`twilio_said`, Advanced Opt-Out), and to exactly HELP or
    INFO unless an admin says on the settings page that its answer is switched off.
    """
    if carrier == "twilio":
        if twilio_said:
            return False
        if is_twilio_help(body) and not sql.SELECT_ANSWERS_HELP.fetch_value():
            return False
    return True


def get_stop_reply() -> str:
    """Return the one text that goes to somebody who has just opted out."""
    return _get_reply_text(StandingReply.STOP)


def get_start_reply() -> str:
    """Return what answers START: the organisation's own text, else the default."""
    return _get_reply_text(StandingReply.START)


def read_own_reply(reply: StandingReply) -> OwnReply:
    """Return what the settings page has as the reply to HELP, STOP or START, in 10 µs."""
    row = sql.SELECT_OWN_REPLIES.get(reply, sql.SELECT_NO_REPLY).fetch_first_row()
    return OwnReply(*row) if row else OwnReply(DEFAULT_ORGANISATION_NAME, DEFAULT_LANGUAGE, None)


def _get_reply_text(reply: StandingReply) -> str:
    own_reply = read_own_reply(reply)
    return own_reply.text or get_default_reply(reply, own_reply.language, own_reply.name)


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


def select_place() -> ColumnElement[Any]:
    """Return time zone and region as one value, for the select of another feature."""
    place = aliased(Organisation)
    return select(func.json_array(place.timezone, place.region)).scalar_subquery()
