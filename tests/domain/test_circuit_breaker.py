"""When failures are too many: the rules as they are written, and what they say of the texts
around one.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.delivery.engine import backoff
from app.delivery.engine.timings import EngineTimings
from app.domain.delivery.carrier_error_codes import (
    Blame,
    find_error_code,
    get_missing_sid_error_code,
    get_tls_error_code,
)
from app.domain.delivery.circuit_breaker import (
    MAX_WINDOW_SIZE,
    PATIENT_FAILURE_COUNT,
    BreakerAction,
    BreakerRule,
    NeighbourOutcome,
    count_consecutive_failures,
    count_max_failures_in_window,
    is_breaker_tripped,
    parse_breaker_rule,
)

OUTCOME_BY_CHARACTER = {
    "x": NeighbourOutcome.SAME_FAILURE,
    ".": NeighbourOutcome.SUCCEEDED,
    "o": NeighbourOutcome.OTHER_FAILURE,
}


def parse_results(line):
    """Return "..xX" as outcomes, and the index of X, the failure that has just come."""
    return [OUTCOME_BY_CHARACTER[character.lower()] for character in line], line.index("X")


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("none", None),
        ("now", BreakerRule(BreakerAction.PAUSE)),
        ("row 3", BreakerRule(BreakerAction.PAUSE, 3)),
        ("ratio 5/20", BreakerRule(BreakerAction.PAUSE, 5, 20)),
        ("country", BreakerRule(BreakerAction.SKIP_COUNTRY)),
        ("slow ratio 3/10", BreakerRule(BreakerAction.SLOW, 3, 10)),
        ("slow row 5", BreakerRule(BreakerAction.SLOW, 5)),
        ("hold now 900", BreakerRule(BreakerAction.HOLD, 1, None, 900)),
        ("hold row 10 60", BreakerRule(BreakerAction.HOLD, 10, None, 60)),
        ("hold ratio 5/10 600", BreakerRule(BreakerAction.HOLD, 5, 10, 600)),
    ],
)
def test_a_rule_is_read_as_it_is_written(written, means):
    assert parse_breaker_rule(written) == means


@pytest.mark.parametrize(
    "written",
    [
        *(
            "",
            "pause",
            "None",
            "none ",
            "row",
            "row 0",
            "row 1",
            "row 21",
            "row 3 60",
            "now 60",
        ),
        *(
            "ratio",
            "ratio 5",
            "ratio 5/",
            "ratio 11/10",
            "ratio 5/21",
            "ratio 5/10 600",
            "ratio 0/10",
        ),
        *("hold now", "hold row 10", "slow", "slow row 5 60"),
    ],
)
def test_what_is_no_rule_is_refused(written):
    with pytest.raises(ValueError, match=r"no rule|looks too far"):
        parse_breaker_rule(written)


# What the facts say of each code, but for those that pause at once.
BY_THE_FACTS = {
    "ratio 5/10": [400, 20504, 30020, 30021, 30036, 30450, 30453, 30485, 30500],
    "ratio 10/20": [30004, 30008, 30017, 30023],
    "ratio 5/20": [30007, 30024, 30620],
    "row 3": [21219, 21264, 21404, 21607, 21608],
    "country": [21215, 21408, 21612, 30040, 30041, 30043],
    "slow ratio 3/10": [30001, 30022],
    "slow row 5": [20429],
    "hold ratio 5/10 600": [30410],
    "hold row 10 60": [503, 20500, 20503, 21730],
    "hold now 900": [21611],
    "none": [30003, 30005, 30610, 30615, 21610, 21614, 21266],
}


@pytest.mark.parametrize(("written", "codes"), BY_THE_FACTS.items())
def test_every_code_has_the_rule_of_the_facts(written, codes):
    assert {code: find_error_code(code).breaker for code in codes} == dict.fromkeys(codes, written)


def test_codes_nobody_has_heard_of_have_rules_too():
    assert find_error_code(39999, "create").breaker_rule == BreakerRule(BreakerAction.PAUSE, 5, 10)
    assert find_error_code(39999, "delivery").breaker_rule == BreakerRule(
        BreakerAction.PAUSE, 10, 20
    )
    assert find_error_code(None, "delivery").breaker_rule == BreakerRule(
        BreakerAction.PAUSE, 10, 20
    )
    assert find_error_code(None, http_status=500).breaker_rule == BreakerRule(
        BreakerAction.HOLD, 10, None, 60
    )
    assert get_tls_error_code().breaker_rule == BreakerRule(BreakerAction.PAUSE)


def test_the_engine_brakes_as_the_table_says():
    assert find_error_code(20500).breaker_rule == BreakerRule(
        BreakerAction.HOLD, backoff.AMBIGUOUS_LIMIT, None, int(EngineTimings().hold)
    )
    assert find_error_code(20429).breaker_rule == BreakerRule(
        BreakerAction.SLOW, backoff.THROTTLED_LIMIT
    )
    assert find_error_code(backoff.QUEUE_FULL_CODE).breaker_rule == BreakerRule(
        BreakerAction.HOLD, 1, None, int(backoff.QUEUE_FULL_HOLD_SECONDS)
    )
    assert get_missing_sid_error_code().breaker_rule == BreakerRule(
        BreakerAction.PAUSE, backoff.NO_SID_LIMIT
    )


@pytest.mark.parametrize(
    ("written", "line", "too_many"),
    [
        ("now", "X", True),
        ("now", "....X", True),
        ("row 3", "xX", False),
        ("row 3", "xxX", True),
        ("row 3", "xXx", True),
        ("row 3", "Xxx", True),
        ("row 3", "x.X", False),
        ("row 3", "xx.X", False),
        ("row 3", "xxoX", False),
        ("ratio 3/5", "x.x.X", True),
        ("ratio 3/5", "x.x..X", False),
        ("ratio 3/5", "X.x.x", True),
        ("ratio 3/5", "x..X..x", False),
        ("ratio 3/5", "x.X.x", True),
        ("ratio 3/5", "xxx...X", False),
        ("ratio 3/5", "xxX", True),
        ("ratio 3/5", "oooX", False),
    ],
)
def test_neighbours_decide_whichever_of_them_was_heard_of_first(written, line, too_many):
    assert is_breaker_tripped(parse_breaker_rule(written), *parse_results(line)) is too_many


@pytest.mark.parametrize(
    ("line", "too_many"),
    [
        ("X", True),
        ("ooX", True),
        (".X", False),
        ("..xX", False),
        (".xxX", True),
        ("Xxx.", True),
    ],
)
def test_where_texts_went_through_one_failure_may_be_one_numbers(line, too_many):
    assert (
        is_breaker_tripped(parse_breaker_rule("now"), *parse_results(line), patient=True)
        is too_many
    )


def test_only_faults_that_a_number_may_cause_are_given_time():
    patient = {
        blame
        for blame in Blame
        if any(find_error_code(code).blame is blame for code in (21606, 21617, 21408))
    }
    assert patient == {Blame.SENDER, Blame.WORDING, Blame.COUNTRY}
    assert all(find_error_code(code).may_be_one_number for code in (21606, 30034, 21617, 21408))
    assert not any(
        find_error_code(code).may_be_one_number for code in (20003, 30002, 21609, 20001, 30454)
    )


def test_a_bad_text_is_one_blasts_a_bad_sender_every_blasts():
    assert all(
        find_error_code(code).is_sender_wide
        for code in (21606, 30034, 20003, 30002, 21609, 20001, 21408, 21608, 30023)
    )
    assert not any(
        find_error_code(code).is_sender_wide for code in (21617, 30007, 30008, 20504, 39999, 30004)
    )


def test_causes_with_several_codes_count_together_and_other_failures_do_not():
    assert find_error_code(30020).is_same_cause(find_error_code(30500))
    assert find_error_code(30450).is_same_cause(find_error_code(30485))
    assert find_error_code(30024).is_same_cause(find_error_code(30620))
    assert not find_error_code(20504).is_same_cause(find_error_code(30003))
    assert not find_error_code(30007).is_same_cause(find_error_code(30008))
    assert not find_error_code(21606).is_same_cause(find_error_code(20003))


LINES = st.lists(st.sampled_from(list(NeighbourOutcome)), min_size=1, max_size=3 * MAX_WINDOW_SIZE)


@given(LINES, st.data())
def test_the_widest_window_around_a_failure_is_all_that_counts(results, data):
    index = data.draw(st.integers(0, len(results) - 1))
    results[index] = NeighbourOutcome.SAME_FAILURE
    width = data.draw(st.integers(2, MAX_WINDOW_SIZE))
    low = max(0, index - MAX_WINDOW_SIZE)
    window = results[low : index + MAX_WINDOW_SIZE + 1]
    near_index = min(index, MAX_WINDOW_SIZE)
    assert count_max_failures_in_window(window, near_index, width) == count_max_failures_in_window(
        results, index, width
    )
    for written in ("row 3", "ratio 5/10", "ratio 10/20", "slow ratio 3/10"):
        assert is_breaker_tripped(
            parse_breaker_rule(written), window, near_index
        ) is is_breaker_tripped(parse_breaker_rule(written), results, index)


@given(LINES, st.data())
def test_a_failure_more_never_makes_it_less(results, data):
    index = data.draw(st.integers(0, len(results) - 1))
    results[index] = NeighbourOutcome.SAME_FAILURE
    worse = list(results)
    worse[data.draw(st.integers(0, len(results) - 1))] = NeighbourOutcome.SAME_FAILURE
    assert (
        1 <= count_consecutive_failures(results, index) <= count_consecutive_failures(worse, index)
    )
    assert (
        count_max_failures_in_window(results, index, 10)
        <= count_max_failures_in_window(worse, index, 10)
        <= 10
    )
    assert is_breaker_tripped(parse_breaker_rule("now"), results, index)
    if count_consecutive_failures(results, index) >= PATIENT_FAILURE_COUNT:
        assert is_breaker_tripped(parse_breaker_rule("now"), results, index, patient=True)


@given(LINES)
def test_seen_from_the_other_end_it_is_the_same(results):
    results[0] = NeighbourOutcome.SAME_FAILURE
    backwards, last = results[::-1], len(results) - 1
    for written in ("row 3", "ratio 5/10", "ratio 5/20"):
        assert is_breaker_tripped(parse_breaker_rule(written), results, 0) is is_breaker_tripped(
            parse_breaker_rule(written), backwards, last
        )
