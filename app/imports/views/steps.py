"""From a spreadsheet to people in three steps: file, check, yes. Before the last nobody is on the list.

The check of a large file goes on with each look at its page, a slice at a time; nothing runs in the background.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

from app.audit.actions import act
from app.domain.permission import Role
from app.domain.wording import clean
from app.imports import actions, queries
from app.imports.actions import uploads
from app.imports.forms import UploadForm
from app.imports.models import Import, ImportState
from app.imports.views.pages import check_page, choice_of, sheet_of
from app.imports.views.places import Place, Way, way
from app.kit.access import needs, who
from app.kit.clock import now
from app.kit.db import write
from app.kit.sheets import Sheet, attachment, csv_stream, is_workbook
from app.organisation import queries as organisation
from app.suppression.actions import erased

AT_ONCE = 10_000  # rows that are read and checked in one request; of more, the check begins in the next
KEPT_FOR, UNDO_FOR = timedelta(hours=24), timedelta(days=30)
NOT_KEPT = "The file is not kept any longer. Upload it again."
TOO_LATE = "This import cannot be undone any more."
Find = Callable[..., Place]
Step = Callable[..., ResponseReturnValue]


def hang_up(room: Blueprint, address: str, find: Find, roles: tuple[Role, ...]) -> None:
    """Give a room its importer: the doors `import_…` below `address`, open to `roles`; undoing is for admins.

    `find` gets the values of the address (an event's id) and gives the list, or ends the request with 404.
    """
    one = f"{address}/<int:import_id>"
    doors: tuple[tuple[str, str, str, Step], ...] = (
        ("file", address, "GET POST", upload),
        ("check", one, "GET", check),
        ("again", one, "POST", again),
        ("fix", f"{one}/line/<int:line>", "POST", fix),
        ("confirm", f"{one}/confirm", "POST", confirm),
        ("abandon", f"{one}/abandon", "POST", abandon),
        ("bad_rows", f"{one}/bad-rows", "GET", bad_rows),
        ("undo", f"{one}/undo", "POST", undo),
    )
    for name, rule, methods, step in doors:
        view = needs(*((Role.ADMIN,) if step is undo else roles))(_door(step, find))
        room.add_url_rule(rule, f"import_{name}", view, methods=methods.split())


def _door(step: Step, find: Find) -> Step:
    own = {"import_id", "line"}

    def door(**values: Any) -> ResponseReturnValue:
        place = find(**{name: value for name, value in values.items() if name not in own})
        return step(place, **{name: value for name, value in values.items() if name in own})

    door.__name__, door.__doc__ = step.__name__, step.__doc__
    return door


def upload(place: Place) -> ResponseReturnValue:
    """Step one: a file or pasted rows. What can be read of it is laid down, and nobody is on the list yet."""
    form = UploadForm()
    if form.validate_on_submit():
        data, name = form.data_given()
        try:
            first = _read(data)
        except actions.UNREADABLE as error:
            about = form.rows if form.is_pasted else form.file
            about.errors = [*about.errors, error.sentence]
        else:
            return redirect(_begin(place, data, name, first, form.consent.data or None).check, 303)
    past = queries.past(place.target.pool)
    page = render_template(
        "imports/upload.html", form=form, way=way(place), region=organisation.region(), past=past, can_undo=_can_undo
    )
    return page, 422 if form.errors else 200


def _read(data: bytes) -> actions.Reading | actions.Part:
    """What a file holds, or as much of a workbook as one request may read."""
    if not is_workbook(data):
        return actions.read(data, organisation.region())
    return _whole(actions.read_part(data))


def _whole(part: actions.Part) -> actions.Reading | actions.Part:
    return part if part.mark else actions.read_sheet(Sheet(part.rows, "", ""), organisation.region())


def _begin(place: Place, data: bytes, name: str, first: actions.Reading | actions.Part, consent: str | None) -> Way:
    """Keep the file and check its first slice; what nobody wanted for a day is forgotten."""
    shown = clean(name.replace("\\", "/").rpartition("/")[2])[:255] or "file"
    uploads.sweep(now() - KEPT_FOR)
    kept = actions.Upload(shown, uploads.keep(data), who(), consent)
    reading = first if isinstance(first, actions.Reading) else None
    _keep(kept.stored_as, first, is_first=True)
    with write():
        actions.expire(now() - KEPT_FOR, now() - UNDO_FOR)
        row = actions.begin(kept, reading, place.target)
    if reading and reading.people <= AT_ONCE:
        _go_on(place, row)
    return way(place, row.id)


def _keep(name: str, found: actions.Reading | actions.Part, *, is_first: bool) -> None:
    if isinstance(found, actions.Part):
        actions.keep_part(name, found, is_first=is_first)
    else:
        uploads.keep_rows(name, found.rows)


def _read_on(place: Place, row: Import) -> int:
    """Read the next slice of a workbook; gives how many rows there are by now, 0 when they are all read.

    Raises uploads.Gone, AlreadyEnded, and UNREADABLE when the file turns out to be no list of people.
    """
    name = row.stored_as or ""
    found = _whole(actions.read_part(uploads.fetch(name), actions.kept_part(name)))
    _keep(name, found, is_first=False)
    if isinstance(found, actions.Part):
        return len(found.rows)
    with write():
        actions.restart(row.id, found, place.target)
    return 0


def _rules(place: Place) -> actions.Rules:
    return actions.Rules(organisation.region(), place.refused)


def _go_on(place: Place, row: Import) -> None:
    """Check the next slice of rows. Raises uploads.Gone, AlreadyEnded."""
    piece = actions.next_slice(row, queries.layout(row).columns, _rules(place))
    with write():
        actions.lay_down(row.id, piece, place.target)


def check(place: Place, import_id: int) -> ResponseReturnValue:
    """Step two: what the file holds and what would become of it; later, what became of it."""
    row, read = _found(place, import_id), 0
    try:
        if row.is_unread:
            read = _read_on(place, row)
        elif row.state is ImportState.CHECKED and row.checked_rows < row.row_count:
            _go_on(place, row)
    except (uploads.Gone, actions.AlreadyEnded):
        return _not_kept(place)
    except actions.UNREADABLE as error:
        return _no_list(place, row, error.sentence)
    row = _found(place, import_id)
    if row.state is ImportState.ABANDONED:
        return _not_kept(place)
    if row.state is ImportState.DONE:
        return render_template("imports/done.html", row=row, way=way(place, row.id), can_undo=_can_undo(row))
    if row.is_unread or row.checked_rows < row.row_count:
        return render_template("imports/checking.html", row=row, way=way(place, row.id), read=read)
    return check_page(row, way(place, row.id))


def _no_list(place: Place, row: Import, sentence: str) -> ResponseReturnValue:
    with write():
        stored_as = actions.abandon(row.id, place.target.pool)
    uploads.drop(stored_as)
    flash(f"{row.file_name}: {sentence}", "error")
    return redirect(way(place).upload, 303)


def _not_kept(place: Place) -> ResponseReturnValue:
    flash(NOT_KEPT, "warning")
    return redirect(way(place).upload, 303)


def _found(place: Place, import_id: int) -> Import:
    return queries.found(import_id, place.target.pool) or abort(404)


def _can_undo(row: Import) -> bool:
    if row.state is not ImportState.DONE or row.undone_at or row.finished_at is None:
        return False
    return row.finished_at > now() - UNDO_FOR


def again(place: Place, import_id: int) -> ResponseReturnValue:
    """Step two again, with the columns and letters read as somebody says."""
    row = _found(place, import_id)
    if row.state is not ImportState.CHECKED or row.is_unread:
        return redirect(way(place, import_id).check, 303)
    choice = choice_of(row)
    try:
        sheet = sheet_of(row, choice)
        reading = actions.read_again(sheet, choice, organisation.region())
        uploads.keep_rows(row.stored_as or "", reading.rows)
        with write():
            row = actions.restart(import_id, reading, place.target)
        _go_on(place, row)
    except (uploads.Gone, actions.AlreadyEnded):
        return _not_kept(place)
    except actions.UNREADABLE as error:
        return check_page(row, way(place, row.id), choice, error.sentence), 422
    return redirect(way(place, import_id).check, 303)


def fix(place: Place, import_id: int, line: int) -> ResponseReturnValue:
    """One row that cannot be read gets another name or number."""
    row, here = _found(place, import_id), way(place, import_id)
    cells = (request.form.get("name", ""), request.form.get("phone", ""))
    try:
        with write():
            actions.fix(import_id, line, cells, place.target, _rules(place))
    except actions.StillBad as error:
        if row.checked_rows < row.row_count:
            return redirect(here.check, 303)
        wrong = queries.Wrong(line, clean(cells[0])[:200], clean(cells[1])[:200], error.sentence)
        return check_page(row, here, wrong=wrong), 422
    except actions.AlreadyEnded:
        return redirect(here.check, 303)
    except actions.NoSuchRow:
        abort(404)
    flash(f"Line {line:,} can be read now.", "success")
    return redirect(f"{here.check}#rows", 303)


def confirm(place: Place, import_id: int) -> ResponseReturnValue:
    """Step three: onto the list, all of them or nobody. A second press changes nothing."""
    row = _found(place, import_id)
    said_stop = erased.opted_out(queries.numbers(row))
    try:
        with act(f"{place.verb}.imported", who()) as trace:
            erased.remember(said_stop)
            overwrite = request.form.get("overwrite") == "1"
            done = actions.confirm(import_id, place.target, overwrite_names=overwrite)
            if place.after:
                place.after(row)
            trace.about = f"import {import_id}"
            trace.details = {"added": done.added, "changed": done.changed, "left_out": done.left_out, "bad": done.bad}
    except actions.AlreadyEnded:
        return redirect(way(place, import_id).check, 303)
    uploads.drop(done.stored_as)
    flash("1 person was imported." if done.added == 1 else f"{done.added:,} people were imported.", "success")
    return redirect(way(place, import_id).check, 303)


def abandon(place: Place, import_id: int) -> ResponseReturnValue:
    """Throw the upload away. An import that was confirmed stays."""
    _found(place, import_id)
    try:
        with write():
            stored_as = actions.abandon(import_id, place.target.pool)
    except actions.AlreadyEnded:
        return redirect(way(place, import_id).check, 303)
    uploads.drop(stored_as)
    flash("The file is thrown away. Nobody was imported.", "success")
    return redirect(place.home, 303)


def bad_rows(place: Place, import_id: int) -> ResponseReturnValue:
    """The rows that cannot be read, to be put right and uploaded again."""
    row = _found(place, import_id)
    if row.columns is None:
        abort(404)
    headings, rows = queries.headings_of_bad_rows(row), queries.bad_rows(row)
    return Response(stream_with_context(csv_stream(headings, rows)), headers=attachment(f"to-fix-{row.file_name}.csv"))


def undo(place: Place, import_id: int) -> ResponseReturnValue:
    """Take a confirmed import back whole, up to 30 days later."""
    _found(place, import_id)
    try:
        with act(f"{place.verb}.import_undone", who()) as trace:
            undone = actions.undo(import_id, place.target, now() - UNDO_FOR, who())
            trace.about = f"import {import_id}"
            trace.details = {"removed": undone.removed, "renamed": undone.renamed}
    except actions.AlreadyEnded:
        flash(TOO_LATE, "warning")
    else:
        flash(_undone_words(undone), "success")
    return redirect(way(place, import_id).check, 303)


def _undone_words(undone: actions.Undone) -> str:
    people = "1 person is" if undone.removed == 1 else f"{undone.removed:,} people are"
    names = "1 name is" if undone.renamed == 1 else f"{undone.renamed:,} names are"
    return f"The import is undone. {people} off the list" + (f", {names} as before." if undone.renamed else ".")
