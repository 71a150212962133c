"""A new blast to people who were selected on any list, each by name and number."""

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from app.blasts.actions.blast_confirmation import create_client_token
from app.blasts.forms.compose import ComposeForm
from app.blasts.views.blueprint import bp
from app.blasts.views.compose_page import render_compose_page
from app.blasts.views.compose_prefill import write_people
from app.core.access import permission_required
from app.domain.accounts.permissions import Permission
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.phones.pasted_numbers import MAX_PASTED_LINES
from app.people.queries.listed_people import count_phones, list_names_and_phones
from app.people.views.people_selection import read_listed_people

NO_PEOPLE = "Select at least one person first."
TOO_MANY_PEOPLE = (
    f"You can select up to {MAX_PASTED_LINES:,} people to text. "
    "For more, put them into a group and text that."
)


@bp.route("/new/people", methods=["GET", "POST"])
@permission_required(Permission.SEND_TEXTS, with_numbers=True)
def compose_for_people() -> ResponseReturnValue:
    """Show the compose form with the selected people of a list in it; nothing is stored."""
    people = read_listed_people(request.values)
    count = count_phones(people.phones)
    if not 0 < count <= MAX_PASTED_LINES:
        flash(NO_PEOPLE if not count else TOO_MANY_PEOPLE, "error")
        return redirect(people.list_url, 303)
    values = {
        "client_token": create_client_token(),
        "target": BlastTarget.AUDIENCE.value,
        "people": write_people(list_names_and_phones(people.phones)),
    }
    return render_compose_page(ComposeForm(formdata=None, data=values))
