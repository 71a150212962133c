"""Raw SQL over import_rows, for files of 100,000 rows."""

from sqlalchemy import bindparam, select

from app.core.prepared_statements import PreparedStatement
from app.imports.models import READABLE_VERDICTS, ImportRow

# One row costs a tuple here and an object in the session. The order of the columns is that of
# row_checking.CheckedRow, after the import's id.
INSERT_CHECKED_ROW = PreparedStatement(
    "INSERT INTO import_rows (import_id, line, name, phone, verdict, reason, cells, is_landline,"
    " group_names, language, birthday, second_phone, note, opted_in, field_values, value_problems)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)

# Read again for every slice of the check: a sixth of the time of the session's select().
SELECT_LINES_BY_PHONE = PreparedStatement(
    select(ImportRow.phone, ImportRow.line, ImportRow.name).where(
        ImportRow.import_id == bindparam("import_id"), ImportRow.verdict.in_(READABLE_VERDICTS)
    )
)
