"""One row of a file is fixed, or one number with two names gets one of them."""

from flask import abort, redirect, request
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import current_username
from app.domain.texts.text_cleaning import clean_text
from app.imports.actions.import_target import ImportAlreadyEnded
from app.imports.actions.row_correction import (
    BadRowNotFound,
    RowStillUnreadable,
    correct_import_row,
)
from app.imports.actions.shared_number_naming import name_shared_number
from app.imports.queries import import_rows
from app.imports.views.import_check_page import (
    get_import_or_404,
    name_import,
    render_check_page,
)
from app.imports.views.importer_config import ImporterConfig, build_import_urls, build_phone_rules
from app.imports.views.kept_choices import add_kept_choices

MAX_SHOWN_CELL_CHARACTERS = 200


def fix_import_row(importer: ImporterConfig, import_id: int, line: int) -> ResponseReturnValue:
    """Give a row that cannot be read another name or number, or a number with two names one."""
    try:
        if "shared_name" in request.form:
            return _name_shared_number(importer, import_id, line)
        return _correct_row(importer, import_id, line)
    except ImportAlreadyEnded:
        return redirect(build_import_urls(importer, import_id).check, 303)
    except BadRowNotFound:
        abort(404)


def _name_shared_number(importer: ImporterConfig, import_id: int, line: int) -> ResponseReturnValue:
    row = get_import_or_404(importer, import_id)
    with audited_write("list.row_fixed", current_username()) as entry:
        name_import(entry, importer, row)
        entry.details["line"] = line
        name_shared_number(import_id, line, request.form["shared_name"], importer.target)
    urls = build_import_urls(importer, import_id)
    return redirect(f"{add_kept_choices(urls.check, show='repeated')}#rows", 303)


def _correct_row(importer: ImporterConfig, import_id: int, line: int) -> ResponseReturnValue:
    row = get_import_or_404(importer, import_id)
    urls = build_import_urls(importer, import_id)
    name = request.form.get("name", "")
    phone = request.form.get("phone", "")
    rules = build_phone_rules(importer)
    try:
        with audited_write("list.row_fixed", current_username()) as entry:
            name_import(entry, importer, row)
            entry.details["line"] = line
            correct_import_row(import_id, line, (name, phone), importer.target, rules)
    except RowStillUnreadable as error:
        if row.has_unchecked_rows:
            return redirect(add_kept_choices(urls.check), 303)
        rejected = import_rows.RejectedRowCorrection(
            line,
            clean_text(name)[:MAX_SHOWN_CELL_CHARACTERS],
            clean_text(phone)[:MAX_SHOWN_CELL_CHARACTERS],
            error.sentence,
        )
        return render_check_page(importer, row, urls, rejected=rejected), 422
    # Said where the row was, not at the top of the page.
    return redirect(f"{add_kept_choices(urls.check, fixed=str(line))}#rows", 303)
