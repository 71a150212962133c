"""Compares a database with the models. `create_all` runs only here, in memory."""

import contextlib
import sqlite3
from collections.abc import Iterator

from sqlalchemy import MetaData, create_engine

from app.accounts import link_models as account_links
from app.accounts import models as accounts
from app.accounts import permission_set_models as permission_sets
from app.accounts import second_factor_models as second_factors
from app.approvals import models as approvals
from app.audiences import segment_models as segments
from app.audit import models as audit
from app.backups import models as backups
from app.blasts import models as drafts
from app.check_ins import models as check_ins
from app.community import models as community
from app.core.db import db
from app.delivery import alert_models as alerts
from app.delivery import archive_models as archived_counts
from app.delivery import audience_models as audiences
from app.delivery import blast_topic_models as blast_topics
from app.delivery import catch_up_models as catch_up
from app.delivery import engine_models as engine
from app.delivery import installation_models as installation
from app.delivery import last_text_models as last_texts
from app.delivery import models as delivery
from app.delivery import reply_models as replies
from app.delivery import scheduled_models as scheduled
from app.delivery import unkept_text_models as unkept_texts
from app.delivery.carriers import sandbox_models as sandbox
from app.events import models as events
from app.groups import models as groups
from app.imports import models as imports
from app.inbox import models as inbox
from app.keywords import models as keywords
from app.message_templates import models as templates
from app.migrations.schema_comparison import (
    SchemaDescription,
    compare_schemas,
    describe_schema,
)
from app.notices import models as notices
from app.organisation import models as organisation
from app.people import models as people
from app.profiles import apart_models as kept_apart
from app.profiles import field_models as fields
from app.profiles import models as profiles
from app.retention import models as retention
from app.sending_limits import models as sending_limits
from app.sequences import models as sequences
from app.sequences import progress_models as sequence_progress
from app.series import models as series
from app.setup import models as setup
from app.suppression import journal_models as stop_journal
from app.suppression import models as suppression
from app.suppression import pause_models as pauses
from app.suppression import topic_models as topics
from app.surveys import models as surveys
from app.texting_hours import models as texting_hours
from app.trash import models as trash
from app.webhooks import models as webhooks

# Importing a feature's models adds its tables to the metadata; a test compares this list with the
# files.
FEATURE_MODELS = (
    account_links,
    accounts,
    alerts,
    approvals,
    archived_counts,
    audiences,
    audit,
    backups,
    blast_topics,
    catch_up,
    check_ins,
    community,
    delivery,
    drafts,
    engine,
    events,
    fields,
    groups,
    imports,
    inbox,
    installation,
    kept_apart,
    keywords,
    last_texts,
    notices,
    organisation,
    pauses,
    people,
    permission_sets,
    profiles,
    replies,
    retention,
    sandbox,
    scheduled,
    second_factors,
    segments,
    sending_limits,
    sequence_progress,
    sequences,
    series,
    setup,
    stop_journal,
    suppression,
    surveys,
    templates,
    topics,
    texting_hours,
    trash,
    unkept_texts,
    webhooks,
)


def get_model_metadata() -> MetaData:
    """Return the tables of all models."""
    return db.metadata


@contextlib.contextmanager
def open_model_database() -> Iterator[sqlite3.Connection]:
    """Open an empty database in memory that is created from the models."""
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        get_model_metadata().create_all(create_engine("sqlite://", creator=lambda: connection))
        yield connection


def describe_model_schema() -> SchemaDescription:
    """Return the schema of a database that is created from the models."""
    with open_model_database() as connection:
        return describe_schema(connection)


def find_schema_drift(connection: sqlite3.Connection) -> list[str]:
    """Return one sentence for each difference between this database and the models."""
    return compare_schemas(describe_schema(connection), describe_model_schema())
