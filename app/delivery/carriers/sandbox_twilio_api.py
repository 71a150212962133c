"""The pretend carrier: Twilio's message API in this very process, on tables of its own."""

import asyncio
import logging
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Flask
from sqlalchemy import case, insert, select
from sqlalchemy.exc import SQLAlchemyError
from twilio.http import AsyncHttpClient
from twilio.http.response import Response

from app.core.clock import now
from app.core.db import WriteLockTimeout, db, write
from app.delivery.carriers import sandbox_payloads as wire
from app.delivery.carriers.sandbox_behaviours import (
    compute_jittered_delay,
    get_next_transition,
)
from app.delivery.carriers.sandbox_models import (
    PhoneBehaviour,
    SandboxMessage,
    SandboxPhone,
)
from app.delivery.carriers.sandbox_payloads import SandboxResponse, SandboxText
from app.delivery.carriers.twilio_send_outcome import HttpExchange, current_exchange

log = logging.getLogger(__name__)

MESSAGES_PATH_PATTERN = re.compile(
    r"/2010-04-01/Accounts/(AC[0-9a-fA-F]{32})/Messages(?:/((?:SM|MM)[0-9a-f]{32}))?\.json"
)
MAX_PAGE_SIZE = 1000
SANDBOX_API_THREADS = 4


def handle_api_request(method: str, path: str, params: Mapping[str, str]) -> SandboxResponse:
    """Answer one API request as Twilio would. Needs an app context; commits what it takes."""
    found = MESSAGES_PATH_PATTERN.fullmatch(path)
    if found is None:
        return _build_not_found_response(path)
    account, sid = found.groups()
    if method == "POST" and sid is None:
        return _create_message(account, params)
    if method != "GET":
        return wire.build_error_response(405, 20004, "Method not allowed.")
    return _fetch_message(account, sid, path) if sid else _list_messages(account, path, params)


def _build_not_found_response(path: str) -> SandboxResponse:
    return wire.build_error_response(404, 20404, f"The requested resource {path} was not found")


def _create_message(account: str, params: Mapping[str, str]) -> SandboxResponse:
    fault = wire.validate_send_params(params)
    if fault:
        return fault
    sender = params.get("MessagingServiceSid") or params["From"]
    status = "accepted" if sender.startswith("MG") else "queued"
    text = SandboxText(
        account,
        wire.generate_message_sid(),
        params["To"],
        sender,
        params["Body"],
        status,
        now(),
    )
    try:
        taken = _store_message(text, params.get("StatusCallback"))
    except WriteLockTimeout:  # nothing was saved: the one answer after which sending again is safe
        busy = wire.build_error_response(429, 20429, "Too many requests.")
        return SandboxResponse(busy.status, busy.headers | {"Retry-After": "1"}, busy.body)
    return (
        wire.build_json_response(201, wire.build_message_json(text))
        if taken
        else wire.build_invalid_number_response(text.phone)
    )


def _store_message(text: SandboxText, callback: str | None) -> bool:
    """Put the text on the air; False when the phone refuses it."""
    with write() as session:
        mood = (
            session.scalar(select(SandboxPhone.mood).where(SandboxPhone.phone == text.phone))
            or PhoneBehaviour.WORKING
        )
        step = get_next_transition(text.status, mood)
        if mood is PhoneBehaviour.REFUSED or step is None:
            return False
        values = {
            "sid": text.sid,
            "phone": text.phone,
            "sender": text.sender,
            "body": text.body,
            "segments": text.segments,
            "status": text.status,
            "status_callback": callback,
            "next_status": step.status,
            "next_at": text.created_at + compute_jittered_delay(step.delay_seconds),
            "error_code": step.error_code,
            "created_at": text.created_at,
        }
        session.execute(insert(SandboxMessage).values(values))
    return True


def _fetch_message(account: str, sid: str, path: str) -> SandboxResponse:
    row = db.session.scalar(select(SandboxMessage).where(SandboxMessage.sid == sid))
    return (
        wire.build_json_response(
            200, wire.build_message_json(wire.build_sandbox_text(account, row))
        )
        if row
        else _build_not_found_response(path)
    )


def _list_messages(account: str, path: str, params: Mapping[str, str]) -> SandboxResponse:
    """Newest first, in pages; To and From narrow it to the texts that went to a phone, or came
    from a number.
    """
    size = max(1, _parse_bounded_int(params.get("PageSize"), 50, MAX_PAGE_SIZE))
    page = _parse_bounded_int(params.get("Page"), 0, 1_000_000)
    # what a phone writes later is on no list yet
    query = (
        select(SandboxMessage)
        .where(SandboxMessage.created_at <= now())
        .order_by(SandboxMessage.id.desc())
    )
    if params.get("To"):
        query = query.where(SandboxMessage.phone == params["To"], ~SandboxMessage.from_phone)
    if params.get("From"):
        from_number = case(
            (SandboxMessage.from_phone, SandboxMessage.phone),
            else_=SandboxMessage.sender,
        )
        query = query.where(from_number == params["From"])
    rows = db.session.scalars(query.limit(size + 1).offset(page * size)).all()
    kept = {name: params[name] for name in ("To", "From") if params.get(name)}
    addresses = [
        f"{path}?{urlencode(kept | {'PageSize': size, 'Page': n})}" for n in (page, page + 1)
    ]
    return wire.build_json_response(
        200,
        {
            "messages": [
                wire.build_message_json(wire.build_sandbox_text(account, row))
                for row in rows[:size]
            ],
            "page": page,
            "page_size": size,
            "uri": addresses[0],
            "next_page_uri": addresses[1] if len(rows) > size else None,
        },
    )


def _parse_bounded_int(text: str | None, default: int, most: int) -> int:
    return min(int(text), most) if text and text.isascii() and text.isdigit() else default


class SandboxHttpClient(AsyncHttpClient):
    """The SDK's way to the pretend carrier: no socket, the same requests and answers."""

    def __init__(self, app: Flask) -> None:
        super().__init__(log, True)
        self.app = app
        # its own threads: in the loop's pool a burst of texts would stand in front of everybody
        # else
        self.pool = ThreadPoolExecutor(SANDBOX_API_THREADS, "sandbox")

    async def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        **_connection: Any,
    ) -> Response:
        """Answer as the network would. Headers, credentials and timeouts mean nothing in here."""
        address = urlsplit(uri)
        given = {**dict(parse_qsl(address.query)), **(params or {}), **(data or {})}
        words = {name: str(value) for name, value in given.items() if value is not None}
        seen = current_exchange.get(None) or HttpExchange()
        seen.connected = True
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(
            self.pool, self._handle_in_app_context, method.upper(), address.path, words
        )
        seen.headers = {name.lower(): value for name, value in answer.headers.items()}
        seen.body, seen.status = answer.body.decode(), answer.status
        return Response(seen.status, seen.body, answer.headers)

    def _handle_in_app_context(
        self, method: str, path: str, params: Mapping[str, str]
    ) -> SandboxResponse:
        try:
            with self.app.app_context():
                return handle_api_request(method, path, params)
        except SQLAlchemyError:
            log.exception("the practice carrier's tables do not answer")
            return wire.build_error_response(500, 20500, "Internal server error.")

    async def close(self) -> None:
        """Let the threads go."""
        self.pool.shutdown(wait=False)
