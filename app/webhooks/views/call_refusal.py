"""What is noted of a call that is refused: why, and which address its signature would fit."""

from collections.abc import Sequence

from flask import request

from app.core import logging_config
from app.core.request_sources import describe_request
from app.core.settings import Settings
from app.delivery.actions.refusal_records import Refusal
from app.delivery.carriers.twilio_signature import SIGNATURE_HEADER, is_valid_signature
from app.delivery.catch_up_models import RefusalKind
from app.domain.delivery.callback_addresses import list_candidate_base_urls
from app.webhooks.actions.refusal_counting import count_refused_call, is_store_due
from app.webhooks.views.called_address import (
    describe_current_url,
    get_called_target,
    list_called_hosts,
)

wrong_signature_log = logging_config.ThrottledWarning(
    __name__,
    "a call with a wrong signature was refused (403). If it was Twilio's, PUBLIC_BASE_URL is not "
    "exactly the address that Twilio calls, or TWILIO_AUTH_TOKEN is another",
    "%s more calls with a wrong signature were refused in the last %s seconds",
)
wrong_account_log = logging_config.ThrottledWarning(
    __name__,
    "a call for another Twilio account was refused (403): TWILIO_ACCOUNT_SID is not the account "
    "that calls",
    "%s more calls for another Twilio account were refused in the last %s seconds",
)
MAX_URL_CHARACTERS = 300


def refuse_call(pairs: Sequence[tuple[str, str]], settings: Settings, kind: RefusalKind) -> None:
    """Log that the current call is refused, and count it when it may really be Twilio's.

    That is a call with a signature that names our account, or fits another address of ours: what
    a stranger sends is logged only, so that nobody can fill the first page with it.
    """
    if kind is RefusalKind.ACCOUNT:
        wrong_account_log.record_occurrence(describe_request())
        _count(settings, kind, None)
        return
    wrong_signature_log.record_occurrence(describe_request())
    if SIGNATURE_HEADER not in request.headers:
        return
    names_our_account = _names_our_account(pairs, settings)
    # Trying the addresses takes a millisecond: not for each call of a flood.
    if not names_our_account and not is_store_due():
        return
    fitting_url = _find_fitting_base_url(pairs, settings)
    if fitting_url:
        _count(settings, RefusalKind.ADDRESS, fitting_url)
    elif names_our_account:
        _count(settings, kind, None)


def _names_our_account(pairs: Sequence[tuple[str, str]], settings: Settings) -> bool:
    account = settings.twilio_account_sid
    return bool(account) and ("AccountSid", account) in pairs


def _find_fitting_base_url(pairs: Sequence[tuple[str, str]], settings: Settings) -> str | None:
    """Return the base address that the call's signature fits, None when it fits none."""
    signature = request.headers.get(SIGNATURE_HEADER)
    target = get_called_target()
    for base_url in list_candidate_base_urls(settings.public_base_url, list_called_hosts()):
        if is_valid_signature(base_url + target, pairs, signature, settings.webhook_keys):
            return base_url[:MAX_URL_CHARACTERS]
    return None


def _count(settings: Settings, kind: RefusalKind, fitting_url: str | None) -> None:
    path = get_called_target().partition("?")[0]
    expected_url = f"{settings.public_base_url}{path}"[:MAX_URL_CHARACTERS]
    refusal = Refusal(kind, expected_url, describe_current_url(), fitting_url)
    count_refused_call(settings.carrier, refusal)
