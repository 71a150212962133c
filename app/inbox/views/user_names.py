"""The names by which the inbox calls users."""

from flask import g
from flask_login import current_user

from app.accounts.queries import list_users
from app.inbox.views.blueprint import bp


@bp.app_template_filter("inbox_name_user")
def name_user(username: str | None) -> str:
    """Return how pages call a user: "Ada" for "ada"; a user who was deleted keeps the user name."""
    if not username:
        return ""
    # Most of what a user sees is their own: that asks for no other user.
    if current_user.is_authenticated and current_user.username == username:
        return str(current_user.shown_name)
    # Once a request: a list names many users.
    if "names_of_users" not in g:
        g.names_of_users = {user.username: user.shown_name for user in list_users()}
    return str(g.names_of_users.get(username, username))
