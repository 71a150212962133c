"""An upload's way: kept in a file, checked slice by slice, staged, then confirmed or thrown
away; once confirmed, it can be undone. Knows no list of people itself.
"""

from app.imports.actions.import_completion import (
    ImportOutcome,
    apply_import,
    delete_expired_imports,
    discard_import,
)
from app.imports.actions.import_target import ImportAlreadyEnded, ImportTarget
from app.imports.actions.import_undo import ImportUndoSummary, revert_import
from app.imports.actions.row_checking import (
    CheckedRowSlice,
    PhoneNumberRules,
    check_next_rows,
)
from app.imports.actions.row_correction import (
    BadRowNotFound,
    RowStillUnreadable,
    correct_import_row,
)
from app.imports.actions.row_staging import (
    StoredUpload,
    begin_import_check,
    create_import,
    restart_import_check,
    store_checked_rows,
)
from app.imports.actions.spreadsheet_parsing import (
    UNREADABLE_FILE_ERRORS,
    ColumnChoice,
    ParsedSpreadsheet,
    parse_sheet,
    parse_sheet_as_chosen,
    parse_spreadsheet,
)
from app.imports.actions.workbook_slices import (
    WorkbookSlice,
    continue_reading_upload,
    start_reading_upload,
)

__all__ = [
    "UNREADABLE_FILE_ERRORS", "ImportAlreadyEnded", "ColumnChoice", "BadRowNotFound", "ImportOutcome", "WorkbookSlice", "ParsedSpreadsheet", "PhoneNumberRules", "CheckedRowSlice", "RowStillUnreadable",
    "ImportTarget", "ImportUndoSummary", "StoredUpload", "discard_import", "create_import", "apply_import", "delete_expired_imports", "correct_import_row", "continue_reading_upload", "store_checked_rows", "check_next_rows",
    "parse_spreadsheet", "parse_sheet_as_chosen", "parse_sheet", "restart_import_check", "begin_import_check", "start_reading_upload", "revert_import",
]  # fmt: skip
