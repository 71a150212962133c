"""Raw SQL over import_rows, for files of 100,000 rows."""

from app.core.prepared_statements import PreparedStatement

# One row costs a tuple here and an object in the session. The order of the columns is that of
# row_checking.CheckedRow, after the import's id.
INSERT_CHECKED_ROW = PreparedStatement(
    "INSERT INTO import_rows (import_id, line, name, phone, verdict, reason, cells, is_landline,"
    " group_names, language, birthday, second_phone, note, opted_in, field_values, value_problems)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
