"""docs/words.md pairs every state, reason and mood with the word that the pages say."""

import re
from pathlib import Path

from app.domain.accounts.roles import ROLE_LABELS
from app.domain.delivery.message_statuses import (
    DELIVERY_STATUS_LABELS,
    BlastStatus,
    MessageStatus,
    ScheduledBlastStatus,
)
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS, SkipReason
from app.imports.models import RowVerdict
from app.imports.queries.import_rows import ROW_FILTERS
from app.sandbox.forms import BEHAVIOUR_LABELS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "words.md").read_text()
SECTIONS = dict(section.split("\n", 1) for section in re.split(r"^## ", PAGE, flags=re.M)[1:])


def pairs(title):
    return dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|$", SECTIONS[title], re.M))


def test_every_state_has_its_word_on_the_page():
    assert pairs("States") == DELIVERY_STATUS_LABELS
    assert set(DELIVERY_STATUS_LABELS) == {
        *MessageStatus,
        *BlastStatus,
        *ScheduledBlastStatus,
    }


def test_every_reason_to_leave_somebody_out_has_its_words_on_the_page():
    assert pairs("Why people are skipped") == {
        reason.value: SKIP_REASON_LABELS[reason][0] for reason in SkipReason
    }


def test_every_mood_of_a_practice_phone_has_its_words_on_the_page():
    assert pairs("How a practice phone behaves") == {
        mood.value: words for mood, words in BEHAVIOUR_LABELS.items()
    }


def test_every_verdict_on_a_row_has_its_words_on_the_page():
    assert pairs("What an import says of a row") == {
        verdict.value: ROW_FILTERS[verdict][0] for verdict in RowVerdict
    }


def test_the_roles_are_called_what_the_page_calls_them():
    assert f"| {', '.join(ROLE_LABELS.values())} |" in SECTIONS["Things"]
