"""Two databases that differ in anything that matters have different shapes; how it is written
does not.
"""

import contextlib
import sqlite3

import pytest

from app.migrations.schema_comparison import compare_schemas, describe_schema

GARDEN = """
CREATE TABLE plants (id INTEGER NOT NULL, name VARCHAR(80) COLLATE NOCASE NOT NULL,
  kind VARCHAR(9) DEFAULT 'herb',
  CONSTRAINT pk_plants PRIMARY KEY (id), CONSTRAINT uq_plants_name UNIQUE (name),
  CONSTRAINT ck_plants_kind CHECK (kind IN ('herb', 'tree (big)')));
CREATE TABLE pots (id INTEGER PRIMARY KEY,
  plant_id INTEGER NOT NULL REFERENCES plants (id) ON DELETE CASCADE,
  litres INTEGER CHECK (litres > 0));
CREATE INDEX ix_pots_litres ON pots (litres) WHERE litres IS NOT NULL;
CREATE INDEX ix_plants_lower ON plants (name IS NULL, name COLLATE NOCASE);
CREATE VIRTUAL TABLE finder USING fts5(
  name, content='plants', content_rowid='id', tokenize='trigram');
CREATE TRIGGER found AFTER INSERT ON plants BEGIN
  INSERT INTO finder(rowid, name) VALUES (new.id, new.name); END;
"""


def shape(script):
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(script)
        return describe_schema(connection)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("VARCHAR(9)", "VARCHAR(10)", "The column plants.kind is"),
        (
            "name VARCHAR(80) COLLATE NOCASE NOT NULL",
            "name VARCHAR(80) COLLATE NOCASE",
            "The column plants.name is",
        ),
        (" DEFAULT 'herb'", "", "The column plants.kind is"),
        (
            ", litres INTEGER",
            ", gallons INTEGER, litres INTEGER",
            "The column pots.gallons should not be there.",
        ),
        ("ON DELETE CASCADE", "ON DELETE SET NULL", "The key of pots(plant_id) is"),
        (
            " REFERENCES plants (id) ON DELETE CASCADE",
            "",
            "The key of pots(plant_id) is missing.",
        ),
        ("'tree (big)'", "'tree (small)'", "The check ck_plants_kind is"),
        ("CHECK (litres > 0)", "", "The check of pots: litres > 0 is missing."),
        (
            ", CONSTRAINT uq_plants_name UNIQUE (name)",
            "",
            "The unique rule of plants(name NOCASE) is missing.",
        ),
        (
            "COLLATE NOCASE NOT NULL",
            "NOT NULL",
            "The unique rule of plants(name NOCASE) is missing.",
        ),
        (
            "CREATE INDEX ix_pots_litres",
            "CREATE UNIQUE INDEX ix_pots_litres",
            "The index ix_pots_litres is",
        ),
        (" WHERE litres IS NOT NULL", "", "The index ix_pots_litres is"),
        ("name IS NULL,", "", "The index ix_plants_lower is"),
        ("tokenize='trigram'", "tokenize='unicode61'", "The search table finder is"),
        ("AFTER INSERT", "BEFORE INSERT", "The trigger found is"),
        ("tree (big)')));", "tree (big)'))) STRICT;", "The table plants is"),
    ],
)
def test_every_difference_is_said(old, new, sentence):
    script = " ".join(GARDEN.split())
    assert old in script
    changed = script.replace(old, new)
    if "STRICT" in new:
        changed = changed.replace("VARCHAR(80)", "TEXT").replace("VARCHAR(9)", "TEXT")
    assert any(line.startswith(sentence) for line in compare_schemas(shape(changed), shape(script)))


def test_blanks_case_quotes_and_order_are_no_difference():
    rewritten = GARDEN.replace("CREATE TABLE plants", 'create  table "plants"').replace(
        "id INTEGER NOT NULL", "id integer not null"
    )
    assert compare_schemas(shape(rewritten), shape(GARDEN)) == []


def test_a_column_added_later_is_like_one_that_was_there_from_the_start():
    later = (
        "ALTER TABLE pots ADD COLUMN colour VARCHAR(5) CONSTRAINT ck_pots_colour CHECK (colour "
        "IN ('red'))"
    )
    at_once = GARDEN.replace(
        "litres INTEGER",
        "colour VARCHAR(5) CONSTRAINT ck_pots_colour CHECK (colour IN ('red')), litres INTEGER",
    )
    assert compare_schemas(shape(GARDEN + later), shape(at_once)) == []


def test_a_missing_table_is_said():
    assert "The table pots is missing." in compare_schemas(shape(""), shape(GARDEN))
