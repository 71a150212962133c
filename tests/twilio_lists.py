"""How the tests' Twilio answers questions about texts: late, redacted, page by page, by a clock
of its own, or not.
"""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import urlencode

from app.delivery.carriers import sandbox_wire as wire

TRIAL = "Sent from your Twilio trial account - "


@dataclass
class Lists:
    """Set what a test needs. `late`: lists are still empty; a text by its sid is there at once.

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
    refusals: list[tuple[str, wire.Answer]] = field(default_factory=list)

    def refuse(
        self, status: int, times: int = 1, *, page: int | None = None, **headers: str
    ) -> None:
        """Answer the next questions, or those for one page, with an HTTP status.

        A 200 makes no sense.
        """
        answer = (
            wire.answer(200, {})
            if status == 200
            else wire.refusal(status, status, "As the test says.")
        )
        number = "" if page is None else str(page)
        self.refusals += [
            (number, replace(answer, headers=answer.headers | headers))
        ] * times

    def answer(
        self,
        texts: dict[str, wire.Text],
        sid: str | None,
        path: str,
        query: dict[str, str],
    ) -> wire.Answer:
        """One text, or one page of them, newest first."""
        if self.refusals and self.refusals[0][0] in ("", query.get("Page", "0")):
            return self.refusals.pop(0)[1]
        if sid:
            found = texts.get(sid)
            return (
                wire.answer(200, self._shown(found))
                if found
                else wire.refusal(404, 20404, "Not found")
            )
        newest = sorted(
            list(texts.values()), key=lambda text: text.created_at, reverse=True
        )
        return self._page(
            [] if self.late else [text for text in newest if _is_to(text, query)],
            path,
            query,
        )

    def _page(
        self, texts: list[wire.Text], path: str, query: dict[str, str]
    ) -> wire.Answer:
        size, page = (
            min(self.page_size, int(query.get("PageSize", 50))),
            int(query.get("Page", 0)),
        )
        rest = texts[page * size :]
        following = f"{path}?{urlencode(query | {'Page': page + 1, 'PageToken': 'PT'})}"
        shown = [self._shown(text) for text in rest[:size]]
        return wire.answer(
            200,
            {
                "messages": shown,
                "next_page_uri": following if len(rest) > size else None,
            },
        )

    def _shown(self, text: wire.Text) -> dict[str, object]:
        body = "" if self.redacted else TRIAL * self.trial + text.body
        return wire.text_json(text) | {"body": body}


def _is_to(text: wire.Text, query: dict[str, str]) -> bool:
    return query.get("To") in (None, text.sender if text.from_phone else text.phone)
