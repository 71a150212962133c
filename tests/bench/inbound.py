"""How long incoming texts and pages take while 200 texts a second come in, and how soon an
answer is handed over.
"""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from app.delivery.carriers.twilio_signature import SIGNATURE_HEADER, compute_signature
from tests.async_runner import run_coroutine
from tests.bench.bench_app import folder, phone
from tests.bench.figures import Asked, Figure, percentile
from tests.bench.pages_while_sending import Waited, browse_and_call, cookie_of
from tests.bench.posts import ACCOUNT, FROM, TOKEN
from tests.bench.processes import bare_app
from tests.bench.receipts import BARE, Call
from tests.bench.receipts import call as receipt
from tests.bench.sending_server import Station, station
from tests.gunicorn_server import wait_until

PEOPLE, TEXTS_A_SECOND, SECONDS, BEFORE = 2500, 200, 30.0, 10.0
LATENCY = 0.05
# In turn: speech, a keyword, an answer to a survey, a STOP in other words, help, and what may
# mean STOP.
SAID = (
    *(
        "See you on Sunday!",
        "HOURS",
        "4",
        "please stop texting me",
        "HELP",
        "Can I bring my kids?",
    ),
    *("HOURS", "2", "Thanks", "wrong number"),
)
SURVEY = """
    INSERT INTO survey_flows (name, trigger_keyword, questions_json, is_active)
    VALUES ('How many', 'PICNIC', '["How many people will come?"]', 1)
"""
SESSION = """
    INSERT INTO survey_sessions (survey_id, phone, questions_json)
    SELECT (SELECT max(id) FROM survey_flows), phone, '["How many people will come?"]'
    FROM community_members
    WHERE id % :each IN (2, 7)
"""
KEYWORD = (
    "INSERT INTO keyword_rules (keyword, response_body) VALUES ('HOURS', 'We are open from 9 to"
    " 5.')"
)
STORED = "SELECT count(*) FROM messages WHERE direction = 'inbound'"
EVENTS = "SELECT count(*) FROM webhook_events WHERE kind = 'inbound'"
# From the text's row to the answer's request, by the clock of the server; answers that had left
# when the load ended.
HANDED_OVER = """
    SELECT answers.submitted_at, texts.created_at FROM messages AS answers
    JOIN messages AS texts ON texts.id = answers.in_reply_to WHERE answers.submitted_at IS NOT NULL
"""
WAITING = "SELECT count(*) FROM messages WHERE status = 'queued'"
ANSWERS = (
    "SELECT count(*) FROM messages WHERE in_reply_to IS NOT NULL AND status NOT IN ('skipped',"
    " 'cancelled')"
)


def run() -> list[Figure]:
    """Six pages and 200 signed texts a second for 30 s against our server and its carrier, on
    the machine's cores.
    """
    with folder() as place, station(place, PEOPLE, LATENCY) as there:
        _prepare(there)
        cookie = cookie_of(there)
        alone, pages_alone = _alone(there, place, cookie)
        texts, pages = run_coroutine(
            browse_and_call(_calls(there), _pages(there), cookie, SECONDS, status=200)
        )
        count = len(texts.seconds)
        assert not texts.wrong, texts.wrong
        stored = (there.one(STORED), there.one(EVENTS))
        assert stored == (count, count), f"{stored} of {count} texts stored"
        return [
            _figure(f"p99 of texts at {TEXTS_A_SECOND} a second", texts, 0.99, (BARE, alone)),
            *(
                _figure(
                    f"p95 of {name} meanwhile",
                    waited,
                    0.95,
                    ("while nothing comes in", pages_alone[name]),
                )
                for name, waited in pages.items()
            ),
            _answered(there),
        ]


def _prepare(there: Station) -> None:
    """A keyword, and a survey in which a fifth of the people have its question before them."""
    with sqlite3.connect(there.database, timeout=30) as connection:
        connection.execute(SURVEY)
        connection.execute(SESSION, {"each": len(SAID)})
        connection.execute(KEYWORD)
    connection.close()


def _alone(there: Station, place: Path, cookie: str) -> tuple[Waited, dict[str, Waited]]:
    with bare_app(place / "bare.db") as url:
        calls = [
            receipt(url, f"{n:032x}", f"SM{n:032x}", "sent")
            for n in range(int(TEXTS_A_SECOND * BEFORE) + 1)
        ]
        texts, _ = run_coroutine(browse_and_call(calls, {}, cookie, BEFORE))
    run_coroutine(browse_and_call([], _pages(there), cookie, 1.0))
    _, pages = run_coroutine(browse_and_call([], _pages(there), cookie, BEFORE))
    return texts, pages


def _pages(there: Station) -> dict[str, str]:
    url = there.server.url
    return {
        "the first page": f"{url}/",
        "the list": f"{url}/community",
        "who gets no texts": f"{url}/suppression",
    }


def _calls(there: Station) -> list[Call]:
    return list(_texts(there.server.url, int(TEXTS_A_SECOND * SECONDS) + 1, phone))


def _texts(url: str, many: int, number: Callable[[int], str]) -> Iterator[Call]:
    """So many texts, each as Twilio posts it: address, fields, headers.

    A person texts again when all others have.
    """
    address = f"{url}/webhooks/twilio/inbound"
    for n in range(many):
        who = n % PEOPLE
        fields = {
            "MessageSid": f"SM{n:032x}",
            "AccountSid": ACCOUNT,
            "From": number(who),
            "To": FROM,
            "Body": SAID[(who + n // PEOPLE) % len(SAID)],
            "NumMedia": "0",
        }
        yield (
            address,
            fields,
            {SIGNATURE_HEADER: compute_signature(address, fields, TOKEN)},
        )


def _answered(there: Station) -> Figure:
    wait_until(lambda: there.one(WAITING) == 0, "the answers to leave", 120)
    waits = [_moment(left) - _moment(came) for left, came in there.rows(HANDED_OVER)]
    seconds = [wait.total_seconds() for wait in waits]
    lost = there.one(ANSWERS) - len(seconds)
    assert not lost, f"{lost} answers have not left"
    note = (
        f"median {percentile(seconds, 0.5) * 1000:.0f}, most {max(seconds) * 1000:.0f} ms of"
        f" {len(seconds):,} answers"
    )
    what = "p99 from a text to its answer's request"
    return Figure(what, percentile(seconds, 0.99) * 1000, "ms", note=note, asked=Asked(most=500))


def _moment(stored: str) -> datetime:
    return datetime.fromisoformat(stored)


def _figure(what: str, waited: Waited, share: float, baseline: tuple[str, Waited]) -> Figure:
    assert not waited.wrong, (what, waited.wrong)
    against, other = baseline
    most = Asked(most=300)
    return Figure(
        what,
        waited.milliseconds(share),
        "ms",
        against,
        other.milliseconds(share),
        waited.note,
        most,
    )
