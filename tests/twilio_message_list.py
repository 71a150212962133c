"""The message list of the tests' Twilio: late, redacted, in pages, with a clock of its own."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import urlencode

from app.delivery.carriers import sandbox_payloads as wire

TRIAL = "Sent from your Twilio trial account - "


@dataclass
class MessageListScript:
    """How Twilio lists messages. `late`: lists are still empty, a message by its sid exists.

    `ahead`: how far this Twilio's clock is ahead of ours, in its Date header and in what it
    writes down from now on. `page_size`: the most texts on a page, whatever was asked for.
    `slow`: seconds before an answer. `refusals`: how the next questions are answered.
    """

    late: bool = False
    redacted: bool = False
    trial: bool = False
    ahead: timedelta = timedelta()
    page_size: int = 50
    slow: float = 0.0
    refusals: list[tuple[str, wire.SandboxResponse]] = field(default_factory=list)

    def refuse(
        self, status: int, times: int = 1, *, page: int | None = None, **headers: str
    ) -> None:
        """Answer the next questions, or those for one page, with an HTTP status.

        A 200 makes no sense.
        """
        answer = (
            wire.build_json_response(200, {})
            if status == 200
            else wire.build_error_response(status, status, "As the test says.")
        )
        number = "" if page is None else str(page)
        self.refusals += [(number, replace(answer, headers=answer.headers | headers))] * times

    def answer(
        self,
        texts: dict[str, wire.SandboxText],
        sid: str | None,
        path: str,
        query: dict[str, str],
    ) -> wire.SandboxResponse:
        """One text, or one page of them, newest first."""
        if self.refusals and self.refusals[0][0] in ("", query.get("Page", "0")):
            return self.refusals.pop(0)[1]
        if sid:
            text = texts.get(sid)
            return (
                wire.build_json_response(200, self._render(text))
                if text
                else wire.build_error_response(404, 20404, "Not found")
            )
        newest = sorted(list(texts.values()), key=lambda text: text.created_at, reverse=True)
        return self._page(
            [] if self.late else [text for text in newest if _is_wanted(text, query)],
            path,
            query,
        )

    def _page(
        self, texts: list[wire.SandboxText], path: str, query: dict[str, str]
    ) -> wire.SandboxResponse:
        size, page = (
            min(self.page_size, int(query.get("PageSize", 50))),
            int(query.get("Page", 0)),
        )
        rest = texts[page * size :]
        next_uri = f"{path}?{urlencode(query | {'Page': page + 1, 'PageToken': 'PT'})}"
        page_messages = [self._render(text) for text in rest[:size]]
        return wire.build_json_response(
            200,
            {
                "messages": page_messages,
                "next_page_uri": next_uri if len(rest) > size else None,
            },
        )

    def _render(self, text: wire.SandboxText) -> dict[str, object]:
        body = "" if self.redacted else TRIAL * self.trial + text.body
        return wire.build_message_json(text) | {"body": body}


def _is_wanted(text: wire.SandboxText, query: dict[str, str]) -> bool:
    to, from_number = text.phone, text.sender
    if text.from_phone:
        to, from_number = from_number, to
    return query.get("To") in (None, to) and query.get("From") in (None, from_number)
