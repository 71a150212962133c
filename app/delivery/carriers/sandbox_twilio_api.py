"""The sandbox: Twilio's message API inside this process, on tables of its own."""

import asyncio
import logging
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Flask
from sqlalchemy import Select, case, insert, select
from sqlalchemy.exc import SQLAlchemyError
from twilio.http import AsyncHttpClient
from twilio.http.response import Response

from app.core.clock import now
from app.core.db import WriteLockTimeout, db, write
from app.core.settings import SANDBOX_NUMBER
from app.delivery.carriers.sandbox_behaviours import (
    compute_jittered_delay,
    get_next_transition,
)
from app.delivery.carriers.sandbox_models import PhoneBehaviour, SandboxMessage
from app.delivery.carriers.sandbox_payloads import (
    SandboxResponse,
    SandboxText,
    build_error_response,
    build_invalid_number_response,
    build_json_response,
    build_media_list,
    build_message_json,
    build_sandbox_text,
    generate_message_sid,
    validate_send_params,
)
from app.delivery.carriers.sandbox_phone_storage import get_phone_behaviour
from app.delivery.carriers.twilio_send_outcome import HttpExchange, current_exchange
from app.domain.texts.whole_numbers import parse_whole_number

log = logging.getLogger(__name__)

MESSAGES_PATH_PATTERN = re.compile(
    r"/2010-04-01/Accounts/(AC[0-9a-fA-F]{32})/Messages"
    r"(?:/((?:SM|MM)[0-9a-f]{32})(/Media)?)?\.json"
)
DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 1000
MAX_PAGE_NUMBER = 1_000_000
MAX_PAGE_DIGITS = 9
SANDBOX_API_THREADS = 4


def handle_api_request(method: str, path: str, params: Mapping[str, str]) -> SandboxResponse:
    """Answer one API request as Twilio would. Needs an app context; commits what it accepts."""
    match = MESSAGES_PATH_PATTERN.fullmatch(path)
    if match is None:
        return _build_not_found_response(path)
    account, sid, is_media = match.groups()
    if method == "POST" and sid is None:
        return _create_message(account, params)
    if method != "GET":
        return build_error_response(405, 20004, "Method not allowed.")
    if is_media:
        return build_media_list(account, sid)
    if sid:
        return _fetch_message(account, sid, path)
    return _list_messages(account, path, params)


def _build_not_found_response(path: str) -> SandboxResponse:
    return build_error_response(404, 20404, f"The requested resource {path} was not found")


def _create_message(account: str, params: Mapping[str, str]) -> SandboxResponse:
    error_response = validate_send_params(params)
    if error_response:
        return error_response
    sender = params.get("MessagingServiceSid") or params["From"]
    status = "accepted" if sender.startswith("MG") else "queued"
    sid = generate_message_sid()
    text = SandboxText(account, sid, params["To"], sender, params["Body"], status, now())
    try:
        is_stored = _store_message(text, params.get("StatusCallback"))
    except WriteLockTimeout:
        # Nothing was stored. 429 is the one response after which sending again is safe.
        busy = build_error_response(429, 20429, "Too many requests.")
        return SandboxResponse(busy.status, busy.headers | {"Retry-After": "1"}, busy.body)
    if not is_stored:
        return build_invalid_number_response(text.phone)
    return build_json_response(201, build_message_json(text))


def _store_message(text: SandboxText, callback_url: str | None) -> bool:
    """Store the text with its first callback; return False when the phone refuses it."""
    with write() as session:
        behaviour = get_phone_behaviour(text.phone)
        transition = get_next_transition(text.status, behaviour)
        if behaviour is PhoneBehaviour.REFUSED or transition is None:
            return False
        values = {
            "sid": text.sid,
            "phone": text.phone,
            "sender": text.sender,
            "body": text.body,
            "segments": text.segments,
            "status": text.status,
            "status_callback": callback_url,
            "next_status": transition.status,
            "next_at": text.created_at + compute_jittered_delay(transition.delay_seconds),
            "error_code": transition.error_code,
            "created_at": text.created_at,
        }
        session.execute(insert(SandboxMessage).values(values))
    return True


def _fetch_message(account: str, sid: str, path: str) -> SandboxResponse:
    row = db.session.scalar(select(SandboxMessage).where(SandboxMessage.sid == sid))
    if row is None:
        return _build_not_found_response(path)
    return build_json_response(200, build_message_json(build_sandbox_text(account, row)))


def _list_messages(account: str, path: str, params: Mapping[str, str]) -> SandboxResponse:
    """List texts newest first, in pages.

    To narrows them to the texts to a phone or to our number, From to those from a number.
    """
    page_size = max(1, _parse_page_param(params.get("PageSize"), DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE))
    page = _parse_page_param(params.get("Page"), 0, MAX_PAGE_NUMBER)
    # One row more than the page holds tells whether there is a next page.
    statement = _select_messages(params).limit(page_size + 1).offset(page * page_size)
    rows = db.session.scalars(statement).all()
    page_params = {name: params[name] for name in ("To", "From") if params.get(name)}
    page_params["PageSize"] = str(page_size)
    next_page_uri = None
    if len(rows) > page_size:
        next_page_uri = _build_page_uri(path, page_params, page + 1)
    texts = [build_sandbox_text(account, row) for row in rows[:page_size]]
    return build_json_response(
        200,
        {
            "messages": list(map(build_message_json, texts)),
            "page": page,
            "page_size": page_size,
            "uri": _build_page_uri(path, page_params, page),
            "next_page_uri": next_page_uri,
        },
    )


def _select_messages(params: Mapping[str, str]) -> Select[SandboxMessage]:
    # Simulated replies are stored ahead of their time: they do not exist yet.
    statement = select(SandboxMessage).where(SandboxMessage.created_at <= now())
    if params.get("To") == SANDBOX_NUMBER:
        statement = statement.where(SandboxMessage.from_phone)
    elif params.get("To"):
        statement = statement.where(
            SandboxMessage.phone == params["To"], ~SandboxMessage.from_phone
        )
    if params.get("From"):
        from_number = case(
            (SandboxMessage.from_phone, SandboxMessage.phone), else_=SandboxMessage.sender
        )
        statement = statement.where(from_number == params["From"])
    return statement.order_by(SandboxMessage.id.desc())


def _build_page_uri(path: str, page_params: Mapping[str, str], page: int) -> str:
    return f"{path}?{urlencode({**page_params, 'Page': page})}"


def _parse_page_param(text: str | None, default: int, maximum: int) -> int:
    number = parse_whole_number(text or "", MAX_PAGE_DIGITS)
    if number is None:
        return default
    return min(number, maximum)


class SandboxHttpClient(AsyncHttpClient):
    """The HTTP client that connects the SDK to the sandbox, without a socket."""

    def __init__(self, app: Flask) -> None:
        super().__init__(log, True)
        self.app = app
        # Threads of its own: in the event loop's pool a burst of texts would keep other work
        # waiting.
        self.pool = ThreadPoolExecutor(SANDBOX_API_THREADS, "sandbox")

    async def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        **_connection: Any,
    ) -> Response:
        """Answer one request. Headers, credentials and time-outs have no meaning here."""
        url = urlsplit(uri)
        values = {**dict(parse_qsl(url.query)), **(params or {}), **(data or {})}
        fields = {name: str(value) for name, value in values.items() if value is not None}
        exchange = current_exchange.get(None) or HttpExchange()
        exchange.connected = True
        loop = asyncio.get_running_loop()
        response = await loop.run_in_executor(
            self.pool, self._handle_in_app_context, method.upper(), url.path, fields
        )
        exchange.headers = {name.lower(): value for name, value in response.headers.items()}
        exchange.body = response.body.decode()
        exchange.status = response.status
        return Response(exchange.status, exchange.body, response.headers)

    def _handle_in_app_context(
        self, method: str, path: str, params: Mapping[str, str]
    ) -> SandboxResponse:
        try:
            with self.app.app_context():
                return handle_api_request(method, path, params)
        except SQLAlchemyError:
            log.exception("the practice carrier's tables do not answer")
            return build_error_response(500, 20500, "Internal server error.")

    async def close(self) -> None:
        """End the threads without waiting for them."""
        self.pool.shutdown(wait=False)
