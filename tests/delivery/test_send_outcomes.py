"""The one judge, by hand: what the wire showed, and what it means for the text, for people and
for the blast.
"""

import json

import aiohttp
import pytest

from app.delivery.carriers.carrier_interface import (
    SendAccepted,
    SendAmbiguous,
    SendNotProcessed,
    SendOutcome,
    SendRefused,
)
from app.delivery.carriers.twilio_send_outcome import (
    HttpExchange,
    classify_send_outcome,
)
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
    (OUT, 201, {}, f'{{"sid": "{SID}", "status": "queued"}}', SendAccepted, SID, None),
    (
        OUT,
        201,
        {},
        f'{{"sid": "{SID}", "status": "accepted", "code": 20500}}',
        SendAccepted,
        SID,
        None,
    ),
    (OUT, 200, {}, f'{{"sid": "{SID}"}}', SendAccepted, SID, None),
    # a yes without a name
    (
        OUT,
        201,
        {},
        "",
        SendAmbiguous,
        NO_NAME,
        (Blame.CIRCUMSTANCE, "person", "row 3", NOBODY),
    ),
    (
        OUT,
        201,
        {},
        "{}",
        SendAmbiguous,
        NO_NAME,
        (Blame.CIRCUMSTANCE, "person", "row 3", NOBODY),
    ),
    (
        OUT,
        201,
        {},
        '{"sid": null}',
        SendAmbiguous,
        NO_NAME,
        (Blame.CIRCUMSTANCE, "person", "row 3", NOBODY),
    ),
    (
        OUT,
        201,
        {},
        '{"sid": 7}',
        SendAmbiguous,
        NO_NAME,
        (Blame.CIRCUMSTANCE, "person", "row 3", NOBODY),
    ),
    (
        OUT,
        201,
        {},
        '{"sid": "SM',
        SendAmbiguous,
        NO_NAME,
        (Blame.CIRCUMSTANCE, "person", "row 3", NOBODY),
    ),
    (
        OUT,
        201,
        {},
        '{"sid": "SM\\ud800"}',
        SendAmbiguous,
        NO_NAME,
        (Blame.CIRCUMSTANCE, "person", "row 3", NOBODY),
    ),
    (
        OUT,
        201,
        {},
        '{"sid": "SM\\u0000"}',
        SendAmbiguous,
        NO_NAME,
        (Blame.CIRCUMSTANCE, "person", "row 3", NOBODY),
    ),
    (
        OUT,
        202,
        {},
        "<html>Please sign in to the hotel's network</html>",
        SendAmbiguous,
        NO_NAME,
        None,
    ),
    (OUT, 204, {}, "[" * 100_000, SendAmbiguous, NO_NAME, None),
    # no answer
    (OUT, None, {}, "", SendAmbiguous, DOUBT, None),
    (NOTHING_OUT, None, {}, "", SendNotProcessed, None, None),
    # a fault of the carrier's own, whatever it says
    (
        OUT,
        500,
        {},
        no(20500),
        SendAmbiguous,
        FAULT,
        (Blame.CIRCUMSTANCE, "person", HOLD, NOBODY),
    ),
    (
        OUT,
        502,
        {},
        "<html>Bad gateway</html>",
        SendAmbiguous,
        FAULT,
        (Blame.CIRCUMSTANCE, "person", HOLD, NOBODY),
    ),
    (
        OUT,
        503,
        {"retry-after": "5"},
        no(20503),
        SendAmbiguous,
        FAULT,
        (Blame.CIRCUMSTANCE, "person", HOLD, NOBODY),
    ),
    (
        OUT,
        504,
        {},
        "",
        SendAmbiguous,
        FAULT,
        (Blame.CIRCUMSTANCE, "person", HOLD, NOBODY),
    ),
    (OUT, 599, {}, no(21610), SendAmbiguous, FAULT, None),
    # it did not get all of the request, or not in time: it may have acted on it
    (
        OUT,
        408,
        {},
        "",
        SendAmbiguous,
        FAULT,
        (Blame.CIRCUMSTANCE, "person", HOLD, NOBODY),
    ),
    (
        OUT,
        425,
        {},
        "",
        SendAmbiguous,
        FAULT,
        (Blame.CIRCUMSTANCE, "person", HOLD, NOBODY),
    ),
    # refused untouched: a machine may repeat it
    (OUT, 429, {"retry-after": "7"}, no(20429), SendNotProcessed, 7.0, None),
    (OUT, 429, {"retry-after": "-5"}, no(20429), SendNotProcessed, None, None),
    (
        OUT,
        429,
        {"retry-after": "soon"},
        "",
        SendNotProcessed,
        None,
        (Blame.CIRCUMSTANCE, "machine", "slow row 5", NOBODY),
    ),
    (OUT, 429, {}, no(99999), SendNotProcessed, None, None),
    (OUT, 400, {}, no(21611), SendNotProcessed, None, None),
    (OUT, 400, {}, no("21730"), SendNotProcessed, None, None),
    # the person
    (OUT, 400, {}, no(21610), SendRefused, 21610, (Blame.CONSENT, "never", "none", 1)),
    (OUT, 400, {}, no(21211), SendRefused, 21211, (Blame.NUMBER, "never", "none", 1)),
    (OUT, 400, {}, no(21614), SendRefused, 21614, (Blame.NUMBER, "never", "none", 1)),
    # us: sender, account, country, address, words
    (
        OUT,
        400,
        {},
        no(21606),
        SendRefused,
        21606,
        (Blame.SENDER, "after_fix", "now", NOBODY),
    ),
    (
        OUT,
        400,
        {},
        no("21212"),
        SendRefused,
        21212,
        (Blame.SENDER, "after_fix", "now", NOBODY),
    ),
    (
        OUT,
        401,
        {},
        no(20003),
        SendRefused,
        20003,
        (Blame.ACCOUNT, "after_fix", "now", NOBODY),
    ),
    (OUT, 401, {}, "", SendRefused, 401, (Blame.ACCOUNT, "after_fix", "now", NOBODY)),
    (OUT, 403, {}, "", SendRefused, 403, (Blame.ACCOUNT, "after_fix", "now", NOBODY)),
    (
        OUT,
        404,
        {},
        no(20404),
        SendRefused,
        20404,
        (Blame.ACCOUNT, "after_fix", "now", NOBODY),
    ),
    (
        OUT,
        400,
        {},
        no(21408),
        SendRefused,
        21408,
        (Blame.COUNTRY, "after_fix", "country", NOBODY),
    ),
    (
        OUT,
        400,
        {},
        no(21609),
        SendRefused,
        21609,
        (Blame.CALLBACK, "after_fix", "now", NOBODY),
    ),
    (
        OUT,
        400,
        {},
        no(21617),
        SendRefused,
        21617,
        (Blame.WORDING, "after_fix", "now", NOBODY),
    ),
    (
        OUT,
        302,
        {"location": "https://elsewhere.example"},
        "",
        SendRefused,
        302,
        (Blame.US, "after_fix", "now", NOBODY),
    ),
    # nobody has heard of it: it fails alone
    (
        OUT,
        400,
        {},
        no(29999),
        SendRefused,
        29999,
        (Blame.UNKNOWN, "person", "ratio 5/10", NOBODY),
    ),
    (
        OUT,
        422,
        {},
        "{}",
        SendRefused,
        422,
        (Blame.UNKNOWN, "person", "ratio 5/10", NOBODY),
    ),
    (
        OUT,
        400,
        {},
        '{"code": "STOP"}',
        SendRefused,
        400,
        (Blame.UNKNOWN, "person", "ratio 5/10", NOBODY),
    ),
    (
        OUT,
        400,
        {},
        f'{{"code": {10**30}}}',
        SendRefused,
        400,
        (Blame.UNKNOWN, "person", "ratio 5/10", NOBODY),
    ),
    (
        OUT,
        400,
        {},
        f'{{"code": "{"9" * 5000}"}}',
        SendRefused,
        400,
        (Blame.UNKNOWN, "person", "ratio 5/10", NOBODY),
    ),
]


def carried(outcome: SendOutcome):
    """What an outcome carries."""
    match outcome:
        case SendAccepted(sid):
            return sid
        case SendRefused(code):
            return code
        case SendNotProcessed(_, retry_after):
            return retry_after
        case SendAmbiguous(_, _, cause):
            return cause


def receipt_of(outcome: SendOutcome) -> CarrierErrorCode:
    """What the carrier's answer means."""
    match outcome:
        case SendAmbiguous(_, _, UnknownReason.NO_NAME):
            return get_missing_sid_error_code()
        case SendRefused(code, http_status):
            return find_error_code(code, http_status=http_status)
    return find_error_code(None, http_status=outcome.http_status)


@pytest.mark.parametrize(
    "row",
    TABLE,
    ids=[f"{n}-{row[1]}-{row[4].__name__}" for n, row in enumerate(TABLE, 1)],
)
def test_what_the_wire_showed_and_what_it_means(row):
    *exchange, kind, carries, means = row
    outcome = classify_send_outcome(HttpExchange(*exchange), None)
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
    assert isinstance(classify_send_outcome(HttpExchange(connected=True), error), SendAmbiguous)
    assert isinstance(classify_send_outcome(HttpExchange(connected=False), error), SendNotProcessed)


def test_an_answer_that_came_counts_whatever_the_sdk_made_of_it():
    exchange = HttpExchange(True, 201, {}, f'{{"sid": "{SID}"}}')
    assert classify_send_outcome(exchange, ValueError("the SDK did not like it")) == SendAccepted(
        SID
    )


def test_a_certificate_that_cannot_be_checked_stops_everybody():
    error = aiohttp.ClientConnectorCertificateError(None, ValueError("a certificate"))
    outcome = classify_send_outcome(HttpExchange(connected=False), error)
    assert isinstance(outcome, SendNotProcessed)
    assert outcome.is_certificate_error
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
def test_the_words_of_an_error_never_decide(words):
    """F23: the same code with whatever text."""
    for code in (30008, 21606, 29999):
        outcome = classify_send_outcome(HttpExchange(True, 400, {}, no(code, words)), None)
        assert (type(outcome), outcome.code) == (SendRefused, code)
        assert find_error_code(outcome.code, http_status=400).strikes == 0
