"""The one judge, by hand: what the wire showed, and what it means for the text, for people and
for the blast.
"""

import json

import aiohttp
import pytest

from app.delivery.carriers.base import (
    Accepted,
    Ambiguous,
    Outcome,
    Refused,
    Unprocessed,
)
from app.delivery.carriers.exchange import Exchange, outcome_of
from app.domain.delivery.carrier_error_codes import (
    Blame,
    CarrierErrorCode,
    find_error_code,
    get_missing_sid_error_code,
    get_tls_error_code,
)
from app.domain.delivery.message_statuses import UnknownReason

SID = "SM" + "a" * 32
OUT, NOTHING_OUT = True, False
NOBODY = 0
DOUBT, NO_NAME, FAULT = (
    UnknownReason.NO_ANSWER,
    UnknownReason.NO_NAME,
    UnknownReason.CARRIER_FAULT,
)
HOLD = "hold row 10 60"


def no(code, message="As the carrier says it.", **more):
    """How the carrier says no."""
    return json.dumps({"code": code, "message": message, "status": 400} | more)


# What was seen: whether bytes may have left us, status, headers, body.
# What it means: the kind of outcome; what it carries (the sid, the code, the seconds to wait,
# why we doubt).
# Then, for all but the yes: whose fault, who may send again, what follows for the blast, after
# how many for the person.
TABLE = [
    # yes
    (OUT, 201, {}, f'{{"sid": "{SID}", "status": "queued"}}', Accepted, SID, None),
    (
        OUT,
        201,
        {},
        f'{{"sid": "{SID}", "status": "accepted", "code": 20500}}',
        Accepted,
        SID,
        None,
    ),
    (OUT, 200, {}, f'{{"sid": "{SID}"}}', Accepted, SID, None),
    # a yes without a name
    (
        OUT,
        201,
        {},
        "",
        Ambiguous,
        NO_NAME,
        (Blame.CIRCUMSTANCE, "person", "row 3", NOBODY),
    ),
    (
        OUT,
        201,
        {},
        "{}",
        Ambiguous,
        NO_NAME,
        (Blame.CIRCUMSTANCE, "person", "row 3", NOBODY),
    ),
    (
        OUT,
        201,
        {},
        '{"sid": null}',
        Ambiguous,
        NO_NAME,
        (Blame.CIRCUMSTANCE, "person", "row 3", NOBODY),
    ),
    (
        OUT,
        201,
        {},
        '{"sid": 7}',
        Ambiguous,
        NO_NAME,
        (Blame.CIRCUMSTANCE, "person", "row 3", NOBODY),
    ),
    (
        OUT,
        201,
        {},
        '{"sid": "SM',
        Ambiguous,
        NO_NAME,
        (Blame.CIRCUMSTANCE, "person", "row 3", NOBODY),
    ),
    (
        OUT,
        201,
        {},
        '{"sid": "SM\\ud800"}',
        Ambiguous,
        NO_NAME,
        (Blame.CIRCUMSTANCE, "person", "row 3", NOBODY),
    ),
    (
        OUT,
        201,
        {},
        '{"sid": "SM\\u0000"}',
        Ambiguous,
        NO_NAME,
        (Blame.CIRCUMSTANCE, "person", "row 3", NOBODY),
    ),
    (
        OUT,
        202,
        {},
        "<html>Please sign in to the hotel's network</html>",
        Ambiguous,
        NO_NAME,
        None,
    ),
    (OUT, 204, {}, "[" * 100_000, Ambiguous, NO_NAME, None),
    # no answer
    (OUT, None, {}, "", Ambiguous, DOUBT, None),
    (NOTHING_OUT, None, {}, "", Unprocessed, None, None),
    # a fault of the carrier's own, whatever it says
    (
        OUT,
        500,
        {},
        no(20500),
        Ambiguous,
        FAULT,
        (Blame.CIRCUMSTANCE, "person", HOLD, NOBODY),
    ),
    (
        OUT,
        502,
        {},
        "<html>Bad gateway</html>",
        Ambiguous,
        FAULT,
        (Blame.CIRCUMSTANCE, "person", HOLD, NOBODY),
    ),
    (
        OUT,
        503,
        {"retry-after": "5"},
        no(20503),
        Ambiguous,
        FAULT,
        (Blame.CIRCUMSTANCE, "person", HOLD, NOBODY),
    ),
    (OUT, 504, {}, "", Ambiguous, FAULT, (Blame.CIRCUMSTANCE, "person", HOLD, NOBODY)),
    (OUT, 599, {}, no(21610), Ambiguous, FAULT, None),
    # it did not get all of the request, or not in time: it may have acted on it
    (OUT, 408, {}, "", Ambiguous, FAULT, (Blame.CIRCUMSTANCE, "person", HOLD, NOBODY)),
    (OUT, 425, {}, "", Ambiguous, FAULT, (Blame.CIRCUMSTANCE, "person", HOLD, NOBODY)),
    # refused untouched: a machine may repeat it
    (OUT, 429, {"retry-after": "7"}, no(20429), Unprocessed, 7.0, None),
    (OUT, 429, {"retry-after": "-5"}, no(20429), Unprocessed, None, None),
    (
        OUT,
        429,
        {"retry-after": "soon"},
        "",
        Unprocessed,
        None,
        (Blame.CIRCUMSTANCE, "machine", "slow row 5", NOBODY),
    ),
    (OUT, 429, {}, no(99999), Unprocessed, None, None),
    (OUT, 400, {}, no(21611), Unprocessed, None, None),
    (OUT, 400, {}, no("21730"), Unprocessed, None, None),
    # the person
    (OUT, 400, {}, no(21610), Refused, 21610, (Blame.CONSENT, "never", "none", 1)),
    (OUT, 400, {}, no(21211), Refused, 21211, (Blame.NUMBER, "never", "none", 1)),
    (OUT, 400, {}, no(21614), Refused, 21614, (Blame.NUMBER, "never", "none", 1)),
    # us: sender, account, country, address, words
    (
        OUT,
        400,
        {},
        no(21606),
        Refused,
        21606,
        (Blame.SENDER, "after_fix", "now", NOBODY),
    ),
    (
        OUT,
        400,
        {},
        no("21212"),
        Refused,
        21212,
        (Blame.SENDER, "after_fix", "now", NOBODY),
    ),
    (
        OUT,
        401,
        {},
        no(20003),
        Refused,
        20003,
        (Blame.ACCOUNT, "after_fix", "now", NOBODY),
    ),
    (OUT, 401, {}, "", Refused, 401, (Blame.ACCOUNT, "after_fix", "now", NOBODY)),
    (OUT, 403, {}, "", Refused, 403, (Blame.ACCOUNT, "after_fix", "now", NOBODY)),
    (
        OUT,
        404,
        {},
        no(20404),
        Refused,
        20404,
        (Blame.ACCOUNT, "after_fix", "now", NOBODY),
    ),
    (
        OUT,
        400,
        {},
        no(21408),
        Refused,
        21408,
        (Blame.COUNTRY, "after_fix", "country", NOBODY),
    ),
    (
        OUT,
        400,
        {},
        no(21609),
        Refused,
        21609,
        (Blame.CALLBACK, "after_fix", "now", NOBODY),
    ),
    (
        OUT,
        400,
        {},
        no(21617),
        Refused,
        21617,
        (Blame.WORDING, "after_fix", "now", NOBODY),
    ),
    (
        OUT,
        302,
        {"location": "https://elsewhere.example"},
        "",
        Refused,
        302,
        (Blame.US, "after_fix", "now", NOBODY),
    ),
    # nobody has heard of it: it fails alone
    (
        OUT,
        400,
        {},
        no(29999),
        Refused,
        29999,
        (Blame.UNKNOWN, "person", "ratio 5/10", NOBODY),
    ),
    (OUT, 422, {}, "{}", Refused, 422, (Blame.UNKNOWN, "person", "ratio 5/10", NOBODY)),
    (
        OUT,
        400,
        {},
        '{"code": "STOP"}',
        Refused,
        400,
        (Blame.UNKNOWN, "person", "ratio 5/10", NOBODY),
    ),
    (
        OUT,
        400,
        {},
        f'{{"code": {10**30}}}',
        Refused,
        400,
        (Blame.UNKNOWN, "person", "ratio 5/10", NOBODY),
    ),
    (
        OUT,
        400,
        {},
        f'{{"code": "{"9" * 5000}"}}',
        Refused,
        400,
        (Blame.UNKNOWN, "person", "ratio 5/10", NOBODY),
    ),
]


def carried(outcome: Outcome):
    """What an outcome carries."""
    match outcome:
        case Accepted(sid):
            return sid
        case Refused(code):
            return code
        case Unprocessed(_, retry_after):
            return retry_after
        case Ambiguous(_, _, cause):
            return cause


def receipt_of(outcome: Outcome) -> CarrierErrorCode:
    """What the carrier's answer means."""
    match outcome:
        case Ambiguous(_, _, UnknownReason.NO_NAME):
            return get_missing_sid_error_code()
        case Refused(code, http_status):
            return find_error_code(code, http_status=http_status)
    return find_error_code(None, http_status=outcome.http_status)


@pytest.mark.parametrize(
    "row",
    TABLE,
    ids=[f"{n}-{row[1]}-{row[4].__name__}" for n, row in enumerate(TABLE, 1)],
)
def test_what_the_wire_showed_and_what_it_means(row):
    *seen, kind, carries, means = row
    outcome = outcome_of(Exchange(*seen), None)
    assert type(outcome) is kind
    assert carried(outcome) == carries
    if means:
        receipt = receipt_of(outcome)
        assert (receipt.blame, receipt.retry, receipt.breaker, receipt.strikes) == means


def test_the_table_is_as_long_as_was_promised():
    assert len(TABLE) >= 40


@pytest.mark.parametrize(
    "error",
    [
        None,
        TimeoutError(),
        ConnectionResetError(),
        aiohttp.ServerDisconnectedError(),
        OSError(),
        ValueError(),
    ],
)
def test_the_flag_decides_and_never_the_kind_of_exception(error):
    assert isinstance(outcome_of(Exchange(connected=True), error), Ambiguous)
    assert isinstance(outcome_of(Exchange(connected=False), error), Unprocessed)


def test_an_answer_that_came_counts_whatever_the_sdk_made_of_it():
    seen = Exchange(True, 201, {}, f'{{"sid": "{SID}"}}')
    assert outcome_of(seen, ValueError("the SDK did not like it")) == Accepted(SID)


def test_a_certificate_that_cannot_be_checked_stops_everybody():
    error = aiohttp.ClientConnectorCertificateError(None, ValueError("a certificate"))
    outcome = outcome_of(Exchange(connected=False), error)
    assert isinstance(outcome, Unprocessed)
    assert outcome.unsafe
    assert (get_tls_error_code().blame, get_tls_error_code().breaker) == (
        Blame.US,
        "now",
    )


@pytest.mark.parametrize(
    "words",
    [
        "STOP",
        "landline 500 invalid unsubscribed +14155500429",
        "not a valid phone number",
    ],
)
def test_f23_the_words_of_an_error_never_decide(words):
    """F23: the same code with whatever text."""
    for code in (30008, 21606, 29999):
        outcome = outcome_of(Exchange(True, 400, {}, no(code, words)), None)
        assert (type(outcome), outcome.code) == (Refused, code)
        assert find_error_code(outcome.code, http_status=400).strikes == 0
