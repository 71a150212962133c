"""Groups, fields and segments in a crowded database, which is built once and kept."""

import contextlib
import hashlib
import shutil
import sqlite3
import tempfile
from pathlib import Path

from app.domain.audiences.conditions import Condition, ConditionKind
from app.domain.audiences.segment_json import write_rule
from app.domain.audiences.segment_rules import ConditionGroup, Joiner, SegmentRule
from tests.bench import large_database
from tests.bench.large_database import Size, crowded

MIGRATIONS = Path(__file__).parents[2] / "app" / "migrations"
GROUPS, FIELDS = 50, 10
KIND = ConditionKind
COUNTED = (
    "WITH RECURSIVE counted(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM counted WHERE i < {}) "
)
# The first five groups have a fifth of all people, the others a fiftieth.
FILLS = (
    COUNTED.format(GROUPS - 1) + "INSERT INTO groups (name, folded_name) "
    "SELECT 'Group ' || i, 'group ' || i FROM counted",
    "INSERT INTO group_members (group_id, phone) SELECT g.id, m.phone FROM groups g "
    "JOIN community_members m ON m.id % CASE WHEN g.id <= 5 THEN 5 ELSE 50 END = g.id % 5",
    COUNTED.format(FIELDS - 1) + "INSERT INTO person_fields (name, folded_name, type) "
    "SELECT 'Field ' || i, 'field ' || i, CASE i % 2 WHEN 0 THEN 'text' ELSE 'number' END "
    "FROM counted",
    "INSERT INTO person_values (person_id, field_id, value, sort_value) "
    "SELECT p.id, f.id, CASE f.type WHEN 'text' THEN 'word ' || (p.id % 8) ELSE p.id % 90 END, "
    "CASE f.type WHEN 'text' THEN 'word ' || (p.id % 8) ELSE CAST(p.id % 90 AS REAL) END "
    "FROM people p JOIN person_fields f",
    "UPDATE people SET language = CASE id % 5 WHEN 0 THEN 'es' END, "
    "birthday = date('1980-01-01', '+' || (id % 9000) || ' days')",
    "UPDATE messages SET created_at = strftime('%Y-%m-%d %H:%M:%f000', 'now', '-' || "
    "(id % 200) || ' days')",
    # As they are made over: a text never left before it was made.
    "UPDATE messages SET submitted_at = created_at, sent_at = created_at",
    "DELETE FROM last_texts",
    "INSERT INTO last_texts SELECT phone, max(submitted_at) FROM messages "
    "WHERE status = 'delivered' GROUP BY phone",
)


def find_large(size: Size, folder: Path) -> Path:
    """Return a database of this size with groups, fields and segments, copied into a folder.

    It is built once for each schema, and kept among the temporary files: that takes half a minute.
    """
    kept = Path(tempfile.gettempdir()) / f"sms-bench-{size.people}-{_hash_sources(size)}.db"
    if not kept.exists():
        built = folder / f"built-{size.people}.db"
        crowded(built, size)
        fill(built)
        # Not moved: what the app that built it still holds open may be in the write-ahead log.
        with contextlib.closing(sqlite3.connect(built)) as connection:
            connection.execute("VACUUM INTO ?", (str(kept),))
    return Path(shutil.copy(kept, folder / f"{size.people}.db"))


def _hash_sources(size: Size) -> str:
    """Return a short hash of everything that decides what the database holds."""
    digest = hashlib.sha256(repr(size).encode())
    for source in (*sorted(MIGRATIONS.glob("m0*.py")), __file__, large_database.__file__):
        digest.update(Path(source).read_bytes())
    return digest.hexdigest()[:12]


def fill(path: Path) -> None:
    """Add groups, fields, their people and segments to a crowded database."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        for statement in FILLS:
            connection.execute(statement)
        saved = [(what, what, write_rule(rule)) for what, rule in RULES.items()]
        statement = "INSERT INTO segments (name, folded_name, rule, sentence) VALUES (?, ?, ?, ?)"
        connection.executemany(statement, [(*row, "") for row in saved])
        connection.commit()


def _in_groups(*ids: int) -> ConditionGroup:
    return ConditionGroup(Joiner.ANY, tuple(Condition(KIND.IN_GROUP, group_id) for group_id in ids))


_WORD = Condition(KIND.FIELD_IS, 1, value="word 3")
_NUMBER = Condition(KIND.FIELD_MORE, 2, value="20")
_QUIET = Condition(KIND.TEXTED_LAST_DAYS, value="7", is_negated=True)
_SPANISH = Condition(KIND.LANGUAGE_IS, value="es")
RULES = {
    "three groups, two fields": SegmentRule(Joiner.ALL, (_in_groups(1, 2, 3), _WORD, _NUMBER)),
    "two of three groups, not the third, two fields": SegmentRule(
        Joiner.ALL,
        (_in_groups(1, 2), Condition(KIND.IN_GROUP, 3, is_negated=True), _WORD, _NUMBER),
    ),
    "small groups, not texted in 7 days": SegmentRule(
        Joiner.ALL, (_in_groups(11, 12, 13), _SPANISH, _QUIET)
    ),
    "two fields alone": SegmentRule(Joiner.ALL, (_WORD, _NUMBER)),
    "a group or a field": SegmentRule(Joiner.ANY, (Condition(KIND.IN_GROUP, 1), _WORD)),
    "not texted in 7 days": SegmentRule(Joiner.ALL, (_QUIET,)),
    "last text delivered": SegmentRule(Joiner.ALL, (Condition(KIND.LAST_TEXT_DELIVERED),)),
    "birthday in the next 7 days": SegmentRule(
        Joiner.ALL, (Condition(KIND.BIRTHDAY_NEXT_DAYS, value="7"),)
    ),
    "language": SegmentRule(Joiner.ALL, (_SPANISH,)),
}
