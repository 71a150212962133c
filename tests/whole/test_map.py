"""docs/map.md names every package and every table's owner, and nothing that does not exist."""

import ast
import re

from app.blueprints import BLUEPRINTS
from tests.whole.sources import APP, ROOT, read_sources
from tests.whole.test_ownership import find_owners

PAGE = (ROOT / "docs" / "map.md").read_text()
LAYERS = {"__init__", "models", "queries", "actions", "forms", "views", "sql", "__pycache__"}
# What a few features have beside the usual files, each for a reason the map tells.
EXTRA = {
    "accounts": {
        "link_forms",
        "link_models",
        "link_queries",
        "open_session_queries",
        "name_queries",
        "user_list_queries",
        "own_phone_queries",
        "password_forms",
        "password_hashes",
        "second_factor_models",
        "second_factor_queries",
        "sign_in_forms",
        "permission_set_form",
        "permission_set_models",
        "permission_set_queries",
        "scope_choices",
        "user_rights",
        "sender_limit_queries",
        "told_users_queries",
    },
    "audiences": {"segment_models"},
    "audit": {
        "audit_archive_erasure",
        "audit_archive_file",
        "audit_archiving",
        "audit_chain",
        "audit_items",
        "audit_jobs",
        "change_capture",
        "chain_files",
        "chain_head",
        "chain_queries",
        "chain_verification",
        "pending_acts",
        "pending_acts_writer",
        "sentences",
        "subjects",
        "verb_kinds",
    },
    "backups": {
        "backup_creation",
        "backup_opening",
        "backup_packing",
        "backup_retention",
        "companion_files",
        "copy_process",
    },
    "community": {
        "deleted_members",
        "member_conditions",
        "member_filters",
        "member_phones",
        "member_access",
        "member_rows",
        "member_search",
    },
    "delivery": {
        "engine",
        "carriers",
        "catch_up_models",
        "engine_models",
        "installation_models",
        "last_text_models",
        "reply_models",
        "alert_models",
        "blast_topic_models",
        "audience_models",
        "scheduled_models",
        "message_indexes",
        "archive_file",
        "archive_models",
        "unkept_text_models",
    },
    "health": {
        "metric_text",
        "metric_values",
        "request_counts",
        "watcher_access",
        "well_known",
    },
    "notices": {"notice_jobs", "sending", "sources"},
    "profiles": {"apart_models", "field_models", "person_addresses"},
    "retention": {"kinds"},
    "sequences": {"progress_models", "start_triggers", "topic_trigger"},
    "suppression": {"pause_models", "topic_models", "journal_models", "stop_file", "stop_lines"},
    "surveys": {"survey_simulator", "question_list_editor"},
    "organisation": {"consent_coverage", "settings_pages"},
    "switches": {"page_hiding", "switchable_features"},
    "trash": {"deletion_message", "dependent_rows"},
    "texting_hours": {"hours_changes", "hours_labels"},
    "webhooks": {"pipeline"},
}
TOOLS = {
    "domain",
    "core",
    "migrations",
    "dbdoctor",
    "demo_year",
    "templates",
    "static",
    "__pycache__",
}


def test_nothing_is_named_that_does_not_exist():
    named = re.findall(r"^\| `([^`]+)` \|", PAGE, re.M)
    assert [path for path in named if not (ROOT / path).exists()] == []
    assert len(named) == len(set(named))


def test_every_package_is_named():
    packages = [path.parent for path in APP.glob("*/__init__.py")]
    packages += [path.parent for path in APP.glob("domain/*/__init__.py")]
    names = {str(path.relative_to(ROOT)) for path in packages} - {"app/domain"}
    names |= {str(path.relative_to(ROOT)) for path in APP.glob("*.py") if path.stem != "__init__"}
    assert {name for name in names if f"| `{name}` |" not in PAGE} == set()


def test_every_table_stands_beside_its_owner():
    for table, feature in find_owners(read_sources()).items():
        line = next(line for line in PAGE.splitlines() if f"`app/{feature}`" in line)
        named = re.search(rf"\b{table}\b", line) or re.search(
            rf"`{table}` (belongs )?to `app/{feature}`", PAGE
        )
        assert named, f"{table} belongs to {feature}"


def test_every_file_begins_with_a_sentence():
    silent = [source.name for source in read_sources() if not ast.get_docstring(source.tree)]
    assert silent == []


def test_a_feature_has_the_usual_files_and_no_others():
    """models, queries, actions, forms, views, sql; each may be a file or a package."""
    odd = {}
    for folder in APP.iterdir():
        if folder.is_dir() and folder.name not in TOOLS:
            names = {path.stem for path in folder.iterdir()}
            if more := names - LAYERS - EXTRA.get(folder.name, set()):
                odd[folder.name] = more
    assert odd == {}


def test_every_blueprint_is_a_package_of_its_own():
    packages = {path.name for path in APP.iterdir() if path.is_dir()}
    assert {blueprint.import_name.split(".")[1] for blueprint in BLUEPRINTS} <= packages


def test_no_file_is_a_drawer_for_odds_and_ends():
    drawers = {"utils", "helpers", "common", "misc", "manager", "service"}
    assert [
        source.name for source in read_sources() if source.module.split(".")[-1] in drawers
    ] == []
