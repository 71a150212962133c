"""People from a spreadsheet in three steps: upload, check, confirm. Before the last nobody is on the list."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import cast

from flask import Response, abort, flash, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Table

from app.audit.actions import act
from app.community.forms import refused_numbers
from app.community.models import CommunityMember
from app.community.views.room import bp
from app.domain.headings import Kind
from app.domain.permission import Role
from app.domain.wording import clean
from app.imports import actions as imports
from app.imports import queries
from app.imports.actions import uploads
from app.imports.forms import UploadForm
from app.imports.models import Import, ImportState
from app.kit.access import needs, who
from app.kit.clock import now
from app.kit.db import write
from app.kit.pages import asked
from app.kit.sheets import DELIMITERS, ENCODINGS, attachment, csv_stream
from app.organisation import queries as organisation

POOL = "community"
TARGET = imports.Target(POOL, cast("Table", CommunityMember.__table__))
KEPT_FOR = timedelta(hours=24)
NOT_KEPT = "The file is not kept any longer. Upload it again."


@dataclass(frozen=True)
class Way:
    """The addresses of one import, for templates that know no room."""

    home: str
    home_label: str
    upload: str
    check: str = ""
    confirm: str = ""
    abandon: str = ""
    bad_rows: str = ""


def _way(import_id: int | None = None) -> Way:
    way = Way(url_for("community.everyone"), "Community", url_for("community.import_file"))
    if import_id is None:
        return way
    steps = ("check", "confirm", "abandon", "bad_rows")
    urls = {step: url_for(f"community.import_{step}", import_id=import_id) for step in steps}
    return replace(way, **urls)


@bp.route("/community/import", methods=["GET", "POST"])
@needs(Role.ADMIN)
def import_file() -> ResponseReturnValue:
    """Step one: choose a file. What can be read of it is laid down, and nobody is on the list yet."""
    form = UploadForm()
    if form.validate_on_submit():
        data = form.file.data.read()
        try:
            checked = imports.check(data, organisation.region(), refused_numbers())
        except imports.UNREADABLE as error:
            form.file.errors = [*form.file.errors, error.sentence]
        else:
            return redirect(_way(_stage(data, form.file.data.filename or "", checked)).check, 303)
    page = render_template("imports/upload.html", form=form, way=_way(), region=organisation.region())
    return page, 422 if form.errors else 200


def _stage(data: bytes, file_name: str, checked: imports.Checked) -> int:
    """Keep the file and lay its rows down; what nobody wanted for a day is forgotten."""
    shown = clean(file_name.replace("\\", "/").rpartition("/")[2])[:255] or "file"
    uploads.sweep(now() - KEPT_FOR)
    upload = imports.Upload(shown, uploads.keep(data), who())
    with write():
        imports.expire(now() - KEPT_FOR)
        return imports.stage(upload, checked, TARGET)


@bp.get("/community/import/<int:import_id>")
@needs(Role.ADMIN)
def import_check(import_id: int) -> ResponseReturnValue:
    """Step two: what the file holds and what would become of it; later, what became of it."""
    row = _found(import_id)
    if row.state is ImportState.ABANDONED:
        flash(NOT_KEPT, "warning")
        return redirect(_way().upload, 303)
    if row.state is ImportState.DONE:
        return render_template("imports/done.html", row=row, way=_way(row.id))
    return _check_page(row)


def _found(import_id: int) -> Import:
    return queries.found(import_id, POOL) or abort(404)


def _check_page(row: Import, choice: imports.Choice | None = None, problem: str = "") -> str:
    shows = queries.shows(row)
    show = request.args.get("show", "")
    show = show if show in shows else next(iter(shows))  # there is no import without rows
    return render_template(
        "imports/checked.html",
        row=row, way=_way(row.id), choice=choice, problem=problem, layout=queries.layout(row),
        kinds=list(Kind), encodings=ENCODINGS, delimiters=DELIMITERS,
        shows=shows, show=show, words=queries.SHOWS, page=queries.page(row, show, asked(("line",), "line")),
    )  # fmt: skip


@bp.post("/community/import/<int:import_id>")
@needs(Role.ADMIN)
def import_again(import_id: int) -> ResponseReturnValue:
    """Step two again, with the columns and letters read as the admin says."""
    row = _found(import_id)
    if row.state is not ImportState.CHECKED:
        return redirect(_way(import_id).check, 303)
    choice = _choice(row)
    try:
        data = uploads.fetch(row.stored_as)
        checked = imports.check(data, organisation.region(), refused_numbers(), choice)
        with write():
            imports.restage(import_id, checked, TARGET)
    except (uploads.Gone, imports.AlreadyEnded):
        flash(NOT_KEPT, "error")
        return redirect(_way().upload, 303)
    except imports.UNREADABLE as error:
        return _check_page(row, choice, error.sentence), 422
    return redirect(_way(import_id).check, 303)


def _choice(row: Import) -> imports.Choice:
    """A column that the form does not speak of stays as it was."""
    before = queries.layout(row).columns.kinds
    kinds = [request.form.get(f"column_{index}", kind.value) for index, kind in enumerate(before)]
    return imports.Choice(kinds, request.form.get("headings") == "1", request.form.get("encoding", row.encoding or ""))


@bp.post("/community/import/<int:import_id>/confirm")
@needs(Role.ADMIN)
def import_confirm(import_id: int) -> ResponseReturnValue:
    """Step three: onto the list, all of them or nobody. A second press changes nothing."""
    _found(import_id)
    try:
        with act("members.imported", who()) as trace:
            done = imports.confirm(import_id, TARGET, overwrite_names=request.form.get("overwrite") == "1")
            trace.about = f"import {import_id}"
            trace.details = {"added": done.added, "changed": done.changed, "left_out": done.left_out, "bad": done.bad}
    except imports.AlreadyEnded:
        return redirect(_way(import_id).check, 303)
    uploads.drop(done.stored_as)
    flash("1 person was imported." if done.added == 1 else f"{done.added:,} people were imported.", "success")
    return redirect(_way(import_id).check, 303)


@bp.post("/community/import/<int:import_id>/abandon")
@needs(Role.ADMIN)
def import_abandon(import_id: int) -> ResponseReturnValue:
    """Throw the upload away. An import that was confirmed stays."""
    _found(import_id)
    try:
        with write():
            stored_as = imports.abandon(import_id, POOL)
    except imports.AlreadyEnded:
        return redirect(_way(import_id).check, 303)
    uploads.drop(stored_as)
    flash("The file is thrown away. Nobody was imported.", "success")
    return redirect(_way().home, 303)


@bp.get("/community/import/<int:import_id>/bad-rows")
@needs(Role.ADMIN)
def import_bad_rows(import_id: int) -> ResponseReturnValue:
    """The rows that cannot be read, to be put right and uploaded again."""
    row = _found(import_id)
    headings, rows = queries.headings_of_bad_rows(row), queries.bad_rows(row)
    return Response(stream_with_context(csv_stream(headings, rows)), headers=attachment(f"to-fix-{row.file_name}.csv"))
