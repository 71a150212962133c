"""Taking texts out of the search of the inbox whose words were removed. Inside write()."""

from collections.abc import Collection

from sqlalchemy import column, delete, insert, select, table

from app.core.db import db
from app.core.listed_values import build_listed_column

SEARCH_TABLE = table("inbox_search", column("rowid"), column("inbox_search"), column("rank"))
# Pages of the index that one call merges: some milliseconds. Old words stay in segments of it
# until these are merged with newer ones.
MERGED_PAGES = 16


def forget_searched_words(message_ids: Collection[int]) -> None:
    """Delete these texts from the search, and merge a part of its segments."""
    listed = select(build_listed_column(message_ids))
    db.session.execute(delete(SEARCH_TABLE).where(SEARCH_TABLE.c.rowid.in_(listed)))
    db.session.execute(insert(SEARCH_TABLE).values(inbox_search="merge", rank=MERGED_PAGES))
