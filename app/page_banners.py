"""The banners above every page: what does not work, and what to do about it."""

from dataclasses import dataclass, field

from flask import current_app, request, url_for
from flask_login import current_user

from app.core.access import may_open
from app.core.local_formats import format_local_time
from app.core.production_settings import list_setting_warnings
from app.core.settings import Settings
from app.delivery.actions.refusal_records import Refusal
from app.delivery.queries.heartbeat import ENGINE_TROUBLE_KEY, Heartbeat
from app.delivery.queries.refused_calls import find_refused_calls
from app.domain.texts.text_cleaning import capitalize_first

# Where somebody looks who wonders why no text comes in, or what to set up better.
ENDPOINTS_ABOUT_CALLS = {"dashboard.show_dashboard", "organisation.edit_settings"}


@dataclass(frozen=True)
class Banner:
    """A sentence above every page. `kind`: info, warn or bad."""

    kind: str
    title: str
    text: str
    links: list[tuple[str, str]] = field(default_factory=list)


def build_banners(settings: Settings, heartbeat: Heartbeat, waiting_count: int) -> list[Banner]:
    """Return the banners for a signed-in user.

    `waiting_count`: how many blasts were made for the real carrier and have not ended.
    """
    return [
        *build_carrier_banners(settings, is_signed_in=True, waiting_count=waiting_count),
        *_build_outage_banners(heartbeat),
        *_build_refused_calls_banners(settings),
        *_build_setting_banners(settings),
    ]


def build_carrier_banners(
    settings: Settings, *, is_signed_in: bool, waiting_count: int = 0
) -> list[Banner]:
    """Return the banner that says that no real texts are sent, if so."""
    if settings.missing_twilio_variables:
        names = " and ".join(settings.missing_twilio_variables)
        text = f"{names} missing. Until all are set, no real texts are sent."
        return [Banner("bad", "Twilio is half set up.", text)]
    if settings.carrier != "sandbox":
        return []
    links = []
    banners = []
    if is_signed_in:
        if may_open("sandbox.list_phones"):
            links.append(("Practice phone", url_for("sandbox.list_phones")))
        banners = _build_missing_settings_banners(waiting_count)
    return [Banner("warn", "Practice mode.", "No real texts are sent.", links), *banners]


def _build_missing_settings_banners(count: int) -> list[Banner]:
    """Return the banner that says that what was made for Twilio waits, if anything does."""
    if count == 0:
        return []
    blasts = "1 blast waits" if count == 1 else f"{count:,} blasts wait"
    text = (
        "Set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM_NUMBER (or "
        "TWILIO_MESSAGING_SERVICE_SID) again and restart, or cancel the blasts."
    )
    links = [("Scheduled", url_for("blasts.list_scheduled_blasts"))]
    return [Banner("bad", f"{blasts} for Twilio's settings.", text, links)]


def _build_outage_banners(heartbeat: Heartbeat) -> list[Banner]:
    """Return the banners that say why the engine sends nothing, for signed-in users only."""
    title = "Nothing is being sent right now."
    banners = []
    trouble = current_app.extensions.get(ENGINE_TROUBLE_KEY, "")
    if trouble:
        banners.append(Banner("bad", title, trouble))
    if heartbeat.damage:
        text = f"{capitalize_first(heartbeat.outage_reason)}."
        banners.append(Banner("bad", title, text))
    elif heartbeat.hold is not None:
        text = f"{heartbeat.outage_reason.capitalize()}. Blasts wait until this is fixed."
        links = [("See what to do", url_for("dashboard.show_sending_hold"))]
        banners.append(Banner("bad", title, text, links))
    elif heartbeat.outage_reason:
        reason = heartbeat.outage_reason.capitalize()
        text = f"{reason}; blasts wait. Start SMS Admin with its own command (see the README)."
        banners.append(Banner("bad", title, text))
    return banners


def _build_refused_calls_banners(settings: Settings) -> list[Banner]:
    """Return the banner that says that the carrier's calls are refused, with both addresses."""
    if request.endpoint not in ENDPOINTS_ABOUT_CALLS:
        return []
    refused = find_refused_calls(settings.carrier)
    if refused is None:
        return []
    calls = "1 request" if refused.count == 1 else f"{refused.count:,} requests"
    title = f"{calls} from Twilio refused since {format_local_time(refused.first_at)}."
    refusal = Refusal(refused.kind, refused.expected_url, refused.called_url, refused.fitting_url)
    text = (
        "Replies and delivery receipts are not arriving. Twilio must call "
        f"{refused.expected_url}, but the last request went to {refused.called_url}. "
        f"{refusal.advice}"
    )
    return [Banner("bad", title, text)]


def _build_setting_banners(settings: Settings) -> list[Banner]:
    """Return the banner that tells admins which settings leave something open."""
    if request.endpoint not in ENDPOINTS_ABOUT_CALLS or not current_user.is_admin:
        return []
    lines = list_setting_warnings(settings)
    if not lines:
        return []
    return [Banner("warn", "The server's settings leave something open.", " ".join(lines))]
