"""What the models say the database should look like. `create_all` exists only here, in memory."""

import contextlib
import sqlite3

from sqlalchemy import MetaData, create_engine

from app.accounts import models as accounts
from app.audit import models as audit
from app.community import models as community
from app.core.db import db
from app.delivery import models as delivery
from app.delivery.carriers import sandbox_models as sandbox
from app.events import models as events
from app.imports import models as imports
from app.inbox import models as inbox
from app.keywords import models as keywords
from app.migrations.schema_comparison import (
    SchemaDescription,
    compare_schemas,
    describe_schema,
)
from app.organisation import models as organisation
from app.people import models as people
from app.setup import models as setup
from app.suppression import models as suppression
from app.surveys import models as surveys
from app.webhooks import models as webhooks

# Importing a room's models is what makes its tables known; a test compares this with the files
# there are.
FEATURE_MODELS = (
    accounts,
    audit,
    community,
    delivery,
    events,
    imports,
    inbox,
    keywords,
    organisation,
    people,
    sandbox,
    setup,
    suppression,
    surveys,
    webhooks,
)


def get_model_metadata() -> MetaData:
    """Every table of the models."""
    return db.metadata


def describe_model_schema() -> SchemaDescription:
    """What a database made straight from the models looks like."""
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        engine = create_engine("sqlite://", creator=lambda: connection)
        get_model_metadata().create_all(engine)
        return describe_schema(connection)


def find_schema_drift(connection: sqlite3.Connection) -> list[str]:
    """One sentence for each difference between this database and the models."""
    return compare_schemas(describe_schema(connection), describe_model_schema())
