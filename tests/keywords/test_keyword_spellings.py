"""Keywords answer in any spelling, and two that are compared alike clash (M11, M19)."""

from pathlib import Path

import pytest

from app.core.clock import now
from app.core.db import UniqueViolation, db, write
from app.domain.texts.inbound_text import InboundText
from app.domain.texts.keyword_parsing import find_keyword_problem
from app.domain.texts.own_words import TextAuthor, read_inbound_text
from app.domain.texts.text_intent import fold_text
from app.keywords.actions.keyword_text_handling import handle_keyword_text
from app.keywords.models import KeywordMatch
from app.keywords.queries import find_keyword_conflict
from app.surveys.actions.trigger_words import fold_stored_words
from app.surveys.models import TriggerWord
from app.surveys.queries.surveys import find_survey_keyword_conflict
from tests.keywords.keyword_helpers import (
    create_keyword,
    create_survey,
    get_replies,
)
from tests.sample_people import ZOE

KEYWORDS_FILE = Path(__file__).parents[1] / "data" / "keywords.tsv"


@pytest.fixture(autouse=True)
def _context(shop):
    """Run each test in an app context with a database."""


def is_answered(body):
    """Whether a keyword answers the text by itself, read as routing reads it."""
    reading = read_inbound_text(body)
    if reading.kind is not TextAuthor.PERSON:
        return False
    text = InboundText(ZOE, body, 0, now(), own_words=reading.words)
    with write():
        return handle_keyword_text(text) is not None


def test_the_list_of_keywords_is_answered_as_it_says():
    lines = KEYWORDS_FILE.read_text(encoding="utf-8").splitlines()
    cases = [line.split("\t") for line in lines if line and not line.startswith("#")]
    for typed, match_kind in dict.fromkeys((case[0], case[1]) for case in cases):
        create_keyword(fold_text(typed), match_kind=KeywordMatch(match_kind))
    misread = []
    for typed, _, body, wanted in cases:
        if is_answered(body.replace("\\n", "\n")) is not (wanted == "y"):
            misread.append((typed, body, wanted))
    assert len(cases) == 17
    assert misread == []


@pytest.mark.parametrize(
    ("stored", "body"),
    [
        ("CAFE", "Café"),
        ("ŁÓDŹ", "lodz"),
        ("STRAẞE", "strasse"),
        ("SMØRREBRØD", "smorrebrod"),
        ("A.A. MEETING", "aa meeting"),
        ("AA", "A. A."),
        ("FOODBANK", "food bank"),
        ("2026", "२०२६"),
        ("KING’S", "kings"),
        ("KINGS", "king's!"),
        ("FOOD BANK", "“Food–Bank” 🥫"),
        ("ИЖ", "иж"),
        ("کلاس ۷", "کلاس 7"),
    ],
)
def test_siblings_are_compared_alike(stored, body):
    create_keyword(fold_text(stored))
    assert get_replies(body) == ["We are open 9 to 5."]


def test_words_that_are_compared_alike_clash_whatever_they_start():
    create_keyword("CAFÉ")
    create_survey("Saints", "ST. MARY")
    fold_stored_words()
    assert find_keyword_conflict("CAFE") == "CAFE is already a keyword."
    assert find_keyword_conflict("ST MARY") == "ST MARY already starts the survey “Saints”."
    assert find_survey_keyword_conflict("CA FE") is not None
    assert find_survey_keyword_conflict("STMARY") is not None
    for word in ("CAFE", "STMARY"):
        with pytest.raises(UniqueViolation):
            create_keyword(word)


@pytest.mark.parametrize("word", ["E.N.D.", "stóp", "STO-P", "hélp", "ＥＮＤ", "st art", "DÓNE"])
def test_reserved_words_are_reserved_in_every_spelling(word):
    assert "choose another word" in find_keyword_problem(word)


def test_words_of_an_older_release_are_folded_once_and_the_second_of_two_keeps_its_spelling():
    create_keyword("CAFÉ")
    create_keyword("HOURS")
    with write():
        db.session.execute(db.update(TriggerWord).values(folded=None))
        db.session.add(TriggerWord(word="CAFE", keyword_rule_id=2))
    assert fold_stored_words() == 2
    assert fold_stored_words() == 0
    rows = db.session.execute(db.select(TriggerWord.word, TriggerWord.folded)).all()
    assert dict(map(tuple, rows)) == {"CAFE": "CAFE", "CAFÉ": None, "HOURS": "HOURS"}
    assert get_replies("café") == ["We are open 9 to 5."]
