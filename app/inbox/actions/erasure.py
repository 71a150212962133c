"""Erasing a phone number from the conversations and the search over their texts."""

from sqlalchemy import column, delete, insert, table

from app.core.db import db, execute_and_count_rows
from app.domain.phones.phone_erasure import PhoneErasure
from app.inbox.models import Thread

SEARCH_TABLE = table("inbox_search", column("inbox_search"))


def erase_phone(erasure: PhoneErasure) -> dict[str, int]:
    """Delete this number's conversation and return how many, by table.

    After the texts lost their words: the search keeps old words until it is merged. Inside
    write().
    """
    statement = delete(Thread).where(Thread.phone == erasure.phone)
    count = execute_and_count_rows(statement.execution_options(synchronize_session=False))
    # FTS5 keeps the words of a changed text in old segments; this command merges all segments
    # (1 s for 500,000 texts).
    db.session.execute(insert(SEARCH_TABLE).values(inbox_search="optimize"))
    return {"threads": count}
