"""What the carrier's codes mean and what follows from them."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.delivery.carrier_error_codes import (
    CARRIER_CODES_FILE,
    Blame,
    find_error_code,
    get_tls_error_code,
    is_unprocessed_request,
)
from app.domain.delivery.carrier_error_fixes import FIX_BY_BLAME, find_error_fix
from app.domain.delivery.circuit_breaker import parse_breaker_rule

with CARRIER_CODES_FILE.open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))
CODES = [int(row["code"]) for row in ROWS if row["code"].isdigit()]


@pytest.mark.parametrize("code", [21610, 30630, 63014, 63033])
def test_who_asked_to_stop_is_taken_at_their_word_at_once(code):
    error_code = find_error_code(code)
    assert (error_code.blame, error_code.strikes, error_code.retry, error_code.breaker) == (
        Blame.CONSENT,
        1,
        "never",
        "none",
    )


@pytest.mark.parametrize("code", [21211, 21214, 21217, 21265, 21268, 21614, 21635, 30006])
def test_a_number_that_cannot_get_texts_is_marked_at_once(code):
    error_code = find_error_code(code)
    assert (error_code.blame, error_code.strikes, error_code.retry, error_code.breaker) == (
        Blame.NUMBER,
        1,
        "never",
        "none",
    )


@pytest.mark.parametrize(
    ("code", "blame", "strikes"),
    [
        (30004, Blame.NUMBER, 2),
        (30005, Blame.NUMBER, 2),
        (30003, Blame.CIRCUMSTANCE, 3),
    ],
)
def test_a_number_that_fails_often_is_marked_after_some_blasts(code, blame, strikes):
    error_code = find_error_code(code, "delivery")
    assert (error_code.blame, error_code.strikes) == (blame, strikes)
    assert error_code.breaker != "now"


def test_no_other_code_ever_touches_a_person():
    touching = {code for code in CODES if find_error_code(code).strikes}
    assert touching == {
        *(21610, 30630, 63014, 63033),
        *(21211, 21214, 21217, 21265, 21268, 21614, 21635, 30006),
        *(30003, 30004, 30005),
    }
    assert {find_error_code(code).blame for code in touching} == {
        Blame.CONSENT,
        Blame.NUMBER,
        Blame.CIRCUMSTANCE,
    }


@pytest.mark.parametrize(
    ("code", "blame"),
    [
        *(
            (code, Blame.SENDER)
            for code in (
                21212,
                21603,
                21606,
                21659,
                21660,
                21661,
                21701,
                21702,
                21703,
                21704,
                21705,
            )
        ),
        *((code, Blame.SENDER) for code in (30032, 30033, 30034, 30035)),
        *((code, Blame.ACCOUNT) for code in (20003, 20005, 30002, 30037, 30454, 63038)),
        (21609, Blame.CALLBACK),
        (21617, Blame.WORDING),
    ],
)
def test_our_own_faults_pause_the_blast_with_what_to_do(code, blame):
    error_code = find_error_code(code)
    assert error_code.blame is blame
    assert error_code.breaker == "now"
    assert error_code.retry == "after_fix"
    assert error_code.strikes == 0
    assert find_error_fix(error_code).endswith(".")


@pytest.mark.parametrize("code", [30007, 30008, 21408, 21612, 30017, 30036, 20504])
def test_some_failures_stop_a_blast_only_when_they_are_many(code):
    error_code = find_error_code(code)
    assert error_code.breaker.startswith(("ratio ", "country"))
    assert error_code.strikes == 0


def test_the_fault_of_the_words_is_not_the_persons():
    assert find_error_code(30007, "delivery").blame is Blame.WORDING
    assert find_error_code(21408).blame is Blame.COUNTRY
    assert find_error_code(21266).strikes == 0


def test_a_machine_repeats_only_what_was_refused_untouched():
    assert {code for code in CODES if find_error_code(code).retry == "machine"} == {
        20429,
        21611,
        21730,
    }
    assert is_unprocessed_request(429, None)
    assert is_unprocessed_request(429, 99999)
    assert all(is_unprocessed_request(400, code) for code in (20429, 21611, 21730))
    for status, code in (
        (500, 20500),
        (503, 20503),
        (400, 30001),
        (400, 30022),
        (400, None),
        (201, None),
        (408, None),
    ):
        assert not is_unprocessed_request(status, code)


@pytest.mark.parametrize(
    ("code", "phase", "status", "words", "pausing"),
    [
        (30999, "create", None, "Twilio reported 30999.", False),
        (30999, "delivery", None, "Twilio reported 30999.", False),
        (30999, "create", 400, "Twilio reported 30999.", False),
        (
            30999,
            "create",
            401,
            "Twilio did not accept the account's SID or token.",
            True,
        ),
        (None, "create", 403, "Twilio doesn't allow this account to do that.", True),
        (None, "create", 404, "Twilio could not find the address we called.", True),
        (
            None,
            "create",
            307,
            "Twilio's address redirects to another one. We don't follow redirects.",
            True,
        ),
        (
            None,
            "create",
            502,
            "Twilio had an internal error. We couldn't confirm the text was sent.",
            False,
        ),
        (
            None,
            "create",
            422,
            "Twilio rejected the text and gave no reason.",
            False,
        ),
        (
            None,
            "create",
            None,
            "Twilio rejected the text and gave no reason.",
            False,
        ),
        (None, "delivery", None, "The text did not arrive. The carrier gave no reason.", False),
        (0, "delivery", None, "The text did not arrive. The carrier gave no reason.", False),
    ],
)
def test_what_nobody_has_heard_of_is_judged_by_rule(code, phase, status, words, pausing):
    error_code = find_error_code(code, phase, http_status=status)
    assert error_code.description == words
    assert (error_code.breaker == "now") is pausing
    assert error_code.strikes == 0


def test_an_unsafe_connection_pauses():
    assert get_tls_error_code().breaker == "now"


@given(
    st.none() | st.integers(),
    st.sampled_from(["create", "delivery"]),
    st.none() | st.integers(100, 599),
)
def test_every_code_has_a_receipt_and_unknown_ones_touch_nobody(code, phase, status):
    error_code = find_error_code(code, phase, http_status=status)
    assert error_code.description
    assert "{" not in error_code.description
    assert code in CODES or error_code.strikes == 0


# case F23 of docs/cases.md
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["code"])
def test_every_row_says_in_plain_words_what_happened_whose_fault_it_is_and_what_to_do(
    row,
):
    """F23: also the rules for codes that nobody has heard of."""
    blame = Blame(row["blame"])
    fix = (
        find_error_fix(find_error_code(int(row["code"])))
        if row["code"].isdigit()
        else FIX_BY_BLAME[blame]
    )
    assert fix[0].isupper()
    assert fix.endswith(".")
    assert row["words"].endswith((".", '."', ")."))
    assert row["words"][0].isupper()
    assert row["when"] in ("create", "delivery", "both", "account")
    assert row["retry"] in ("machine", "person", "after_fix", "never")
    assert parse_breaker_rule(row["breaker"]) or row["breaker"] == "none"
    assert int(row["days"]) == 0 or int(row["strikes"]) > 1


def test_no_code_stands_in_the_table_twice():
    assert len({row["code"] for row in ROWS}) == len(ROWS)


def test_every_blame_occurs():
    assert {find_error_code(code).blame for code in CODES} == set(Blame)
