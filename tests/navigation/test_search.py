"""The search over everything: a page, and the same for the palette of Ctrl-K."""

import pytest

from app.core.db import write
from app.delivery.models import MessageLog
from app.domain.delivery.message_statuses import BlastTarget
from app.events.models import Event, EventRegistration
from app.keywords.models import KeywordRule
from app.surveys.models import SurveyFlow
from tests import sample_rows
from tests.select_recorder import record_selects

ZOE = "+13035550110"
MOST_STATEMENTS = 8


def _build_survey():
    return SurveyFlow(name="Who comes to the picnic", trigger_keyword="PICNIC", questions_json="[]")


@pytest.fixture
def filled(app):
    """Zoë, a blast, an event, a survey and a keyword, all about a picnic but Zoë."""
    with app.app_context():
        sample_rows.add_member(ZOE, "Zoë Hernández")
        with write() as session:
            session.add(
                MessageLog(message_body="Bring a dish to the picnic!", target=BlastTarget.COMMUNITY)
            )
            session.add(Event(title="Spring Picnic", place="City Park"))
            session.add(_build_survey())
            session.add(KeywordRule(keyword="FOOD", response_body="The picnic has pizza."))
    return app


@pytest.fixture
def find(visit, filled):
    """Call `find("zoe")`: titles of what the palette offers, by group."""

    def ask(typed, who="ada"):
        found: dict[str, list[str]] = {}
        for result in visit(f"/search/results?q={typed}", who).json:
            found.setdefault(result["group"], []).append(result["title"])
        return found

    return ask


@pytest.mark.parametrize("typed", ["zoe", "Hernandez", "ZOË", "555 0110", "(303) 555-0110"])
def test_zoe_is_found_by_name_and_number_in_any_spelling(find, typed):
    assert find(typed)["People"] == ["Zoë Hernández"]


@pytest.mark.parametrize("typed", ["jurgen", "Müller", "555 0177"])
def test_a_person_known_only_from_an_event_is_found(find, filled, typed):
    with filled.app_context(), write() as session:
        session.add(EventRegistration(event_id=1, name="Jürgen Müller", phone="+13035550177"))
        session.add(EventRegistration(event_id=1, name="Zoë from the door", phone=ZOE))
    assert find(typed)["People"] == ["Jürgen Müller"]
    assert find("zoe")["People"] == ["Zoë Hernández"]


def test_a_word_finds_everything_that_has_it(find):
    assert find("picnic") == {
        "Blasts": ["Bring a dish to the picnic!"],
        "Events": ["Spring Picnic"],
        "Surveys": ["Who comes to the picnic"],
        "Keywords": ["FOOD"],
    }


def test_each_result_leads_to_its_page(visit, filled):
    for typed in ("picnic", "zoe"):
        for result in visit(f"/search/results?q={typed}", "ada").json:
            assert visit(result["url"], "ada").status_code == 200


def test_without_a_word_the_pages_are_offered(find):
    assert {"Home", "Inbox", "Settings"} <= set(find("")["Pages"])


def test_sol_is_offered_no_page_of_admins(find):
    assert not {"Users", "Audit", "Settings"} & set(find("", "sol")["Pages"])
    assert find("audit", "sol") == {}


def test_a_few_statements_are_enough(visit, filled):
    browser = visit.browser("ada")
    browser.get("/search/results?q=picnic")
    with record_selects(filled) as statements:
        browser.get("/search/results?q=picnic")
    assert len(statements) <= MOST_STATEMENTS, statements


def test_without_javascript_the_search_is_a_page(visit, filled):
    page = visit("/search?q=picnic", "ada")
    assert page.headings == ["Search"]
    assert "Spring Picnic" in page.words
    assert "Nothing found for “xyzzy”" in visit("/search?q=xyzzy", "ada").words
    assert 'data-palette="/search/results"' in visit("/", "sol").text


@pytest.mark.parametrize("typed", ["%", "_", "%25", "'", '"', "a" * 500, "%00", "<script>"])
def test_odd_searches_find_nothing_and_break_nothing(visit, filled, typed):
    assert visit(f"/search?q={typed}", "ada").status_code == 200
