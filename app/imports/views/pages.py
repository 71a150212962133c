"""The page of the check, and what its forms ask for."""

from flask import render_template, request

from app.domain.headings import Kind
from app.imports import actions, queries
from app.imports.actions import uploads
from app.imports.models import Import
from app.imports.views.places import Way
from app.kit import sheets
from app.kit.pages import asked
from app.kit.sheets import DELIMITERS, ENCODINGS, Sheet
from app.organisation import queries as organisation


def check_page(
    row: Import,
    way: Way,
    choice: actions.Choice | None = None,
    problem: str = "",
    wrong: queries.Wrong | None = None,
) -> str:
    """What the file holds. `choice` is what could not be done, `problem` why; `wrong` is a row that stayed bad."""
    shows = queries.shows(row)
    show = request.args.get("show", "bad" if wrong else "")
    show = show if show in shows else next(iter(shows))  # there is no import without rows
    lines = asked(("line",), "line")
    return render_template(
        "imports/checked.html",
        row=row, way=way, choice=choice, problem=problem, wrong=wrong, layout=queries.layout(row),
        kinds=list(Kind), encodings=ENCODINGS, delimiters=DELIMITERS,
        shows=shows, show=show, words=queries.SHOWS, page=queries.page(row, show, lines),
        abroad=organisation.abroad(queries.starts(row)) if way.gets_texts else "",
    )  # fmt: skip


def choice_of(row: Import) -> actions.Choice:
    """A column that the form does not speak of stays as it was."""
    before = queries.layout(row).columns.kinds
    kinds = [request.form.get(f"column_{index}", kind.value) for index, kind in enumerate(before)]
    return actions.Choice(kinds, request.form.get("headings") == "1", request.form.get("encoding", row.encoding or ""))


def sheet_of(row: Import, choice: actions.Choice) -> Sheet:
    """The table as it was read before, or read again when its letters are to be others. Raises BadSheet, uploads.Gone.

    A workbook has no letters to be read in another way.
    """
    if row.encoding and choice.encoding != row.encoding:
        return sheets.read(uploads.fetch(row.stored_as), choice.encoding)
    return Sheet(list(uploads.rows(row.stored_as, 0)), row.encoding or "", queries.layout(row).delimiter)
