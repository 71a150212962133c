"""SQL of erasing that SQLAlchemy has no form for."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.core.prepared_statements import PreparedStatement

# With secure_delete SQLite writes zeros over what it deletes; without, a deleted name stays
# readable in the file until its page is used again. It is on only while erasing: it makes every
# deletion write more pages. (https://www.sqlite.org/pragma.html#pragma_secure_delete)
ENABLE_SECURE_DELETE = PreparedStatement("PRAGMA secure_delete = ON")
DISABLE_SECURE_DELETE = PreparedStatement("PRAGMA secure_delete = OFF")


@contextmanager
def overwrite_deleted() -> Iterator[None]:
    """Overwrite in the file what is deleted or replaced in this block. Inside write()."""
    ENABLE_SECURE_DELETE.fetch_rows()
    try:
        yield
    finally:
        DISABLE_SECURE_DELETE.fetch_rows()
