"""Whether a database may send, and which texts a template can have made."""

from dataclasses import replace

import pytest

from app.domain.delivery.blast_growth import describe_growth, has_grown_too_much
from app.domain.delivery.installation_rules import (
    HOLD_LABELS,
    HOLD_PAUSE_REASONS,
    HoldReason,
    InstallationRecord,
    InstallationUse,
    Surroundings,
    build_body_pattern,
    find_hold_reason,
)

STORED = InstallationRecord("id", "here", "/a/sms.db", 50)
HERE = Surroundings("here", "/a/sms.db")
REAL = InstallationUse(has_texts=True, has_real_texts=True, is_real=True)
PRACTICE = replace(REAL, has_real_texts=False, is_real=False)
ELSEWHERE = Surroundings("there", "/a/sms.db")
BESIDE = Surroundings("here", "/b/sms.db", has_original=True)
MOVED = Surroundings("here", "/b/sms.db")


@pytest.mark.parametrize(
    ("stored", "file", "here", "use", "reason"),
    [
        (STORED, STORED, HERE, REAL, None),
        # the process ended before the file was written
        (STORED, replace(STORED, armed_count=40), HERE, REAL, None),
        (STORED, replace(STORED, armed_count=51), HERE, REAL, HoldReason.BEHIND),
        (STORED, replace(STORED, armed_count=51), HERE, PRACTICE, HoldReason.BEHIND),
        (STORED, replace(STORED, is_restored=True), HERE, REAL, HoldReason.BEHIND),
        # a copy from before there was a guard
        (InstallationRecord(None, None, None, 0), STORED, HERE, REAL, HoldReason.BEHIND),
        # no file: the carrier is compared
        (STORED, None, HERE, REAL, None),
        # a file of another database says nothing
        (STORED, replace(STORED, installation_id="x", armed_count=99), HERE, REAL, None),
        (STORED, STORED, ELSEWHERE, REAL, HoldReason.CLONE),
        (STORED, None, ELSEWHERE, REAL, HoldReason.CLONE),
        (STORED, STORED, BESIDE, REAL, HoldReason.CLONE),
        (STORED, STORED, MOVED, REAL, None),
        # practice texts nobody, so a copy of it may run anywhere
        (STORED, STORED, ELSEWHERE, PRACTICE, None),
        # the file stayed here; the copy was made on a machine from before
        (replace(STORED, machine="old"), STORED, HERE, REAL, None),
        # a new database in the folder of an old one
        (
            InstallationRecord(None, None, None, 0),
            STORED,
            HERE,
            InstallationUse(has_texts=False, has_real_texts=False, is_real=True),
            None,
        ),
    ],
)
def test_a_database_is_held_when_it_is_older_or_somewhere_else(stored, file, here, use, reason):
    assert find_hold_reason(stored, file, here, use) == reason


def test_each_reason_is_said_and_fits_its_column():
    assert set(HOLD_LABELS) == set(HOLD_PAUSE_REASONS) == set(HoldReason)
    assert max(map(len, HOLD_PAUSE_REASONS.values())) <= 300


@pytest.mark.parametrize(
    ("template", "footer", "text", "is_match"),
    [
        ("Hi {first_name|friend}, choir at 7", None, "Hi Zoe, choir at 7", True),
        ("Hi {first_name}, choir at 7", None, "Hi, choir at 7", True),
        ("Choir at 7", "Reply STOP to opt out.", "Choir at 7 Reply STOP to opt out.", True),
        ("Choir at 7. Reply STOP", "Reply STOP", "Choir at 7. Reply STOP", True),
        ("Choir (7 pm)?", None, "Choir (7 pm)?", True),
        ("Choir at 7", None, "Choir at 8", False),
        ("Choir at 7", None, "No choir at 7", False),
        ("{name}", None, "Anything at all", False),
    ],
)
def test_a_text_is_recognised_by_the_template_of_its_blast(template, footer, text, is_match):
    assert bool(build_body_pattern(template, footer).fullmatch(text)) == is_match


@pytest.mark.parametrize(
    ("confirmed", "count", "is_too_much"),
    [
        (3, 53, True),
        (3, 8, False),
        (3, 9, True),
        (1000, 1100, False),
        (1000, 1101, True),
        (53, 3, False),
        (None, 5000, False),
    ],
)
def test_a_list_that_grew_by_a_tenth_and_five_people_is_looked_at_again(
    confirmed, count, is_too_much
):
    """M09."""
    assert has_grown_too_much(confirmed, count) == is_too_much


def test_the_reason_of_a_held_blast_fits_its_column():
    assert len(describe_growth(10**9, 10**10)) <= 300
