"""One user cannot ask for more than a person can: ASVS 2.4.1."""

from app.core.request_limits import RequestCounter
from tests.visit import Visitor


def test_whoever_asks_for_too_much_waits_for_the_minute_to_end(make_app):
    visit = Visitor(make_app(user_request_limit=3))
    for _ in range(3):
        assert visit.browser("ada").get("/community").status_code == 200
    refused = visit.browser("ada").get("/community/export")
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert "Too many requests" in refused.text
    # What open pages ask by themselves goes on, and so does everybody else.
    assert visit.browser("ada").get("/live").status_code == 200
    assert visit.browser("sol").get("/community").status_code == 200


def test_strangers_are_not_counted(make_app):
    stranger = make_app(user_request_limit=1).test_client()
    assert {stranger.get("/login").status_code for _ in range(5)} == {200}


def test_a_new_minute_begins_at_zero(monkeypatch):
    counter, moment = RequestCounter(), [100.0]
    monkeypatch.setattr("app.core.request_limits.time.monotonic", lambda: moment[0])
    assert [counter.count_request(1)[0] for _ in range(3)] == [1, 2, 3]
    moment[0] += 61
    assert counter.count_request(1) == (1, 60.0)
