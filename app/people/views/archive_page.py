"""The texts of one person that moved into the archive of a year. They are only read."""

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from app.core.access import permission_required
from app.core.settings import current_settings
from app.delivery.archive_file import ArchiveUnusable
from app.delivery.queries.archived_texts import MAX_SHOWN_TEXTS, list_archived_texts
from app.domain.accounts.permissions import Permission
from app.people.queries import person_records as queries
from app.people.views.blueprint import bp, get_person_or_404


@bp.get("/people/<public_id>/archive/<int:year>")
@permission_required(Permission.SEE_PEOPLE)
def show_archived_texts(public_id: str, year: int) -> ResponseReturnValue:
    """Show a person's texts of a year, the oldest first."""
    person = get_person_or_404(public_id)
    phone = person.phone or abort(404)
    texts, can_be_read = [], True
    try:
        texts = list_archived_texts(current_settings().database_path, year, person.numbers)
    except ArchiveUnusable:
        can_be_read = False
    return render_template(
        "people/archive.html",
        person=person,
        phone=phone,
        name=queries.load_person_record(*person.numbers).name,
        year=year,
        texts=texts,
        can_be_read=can_be_read,
        max_shown=MAX_SHOWN_TEXTS,
    )
