"""How pages call users: the one place that turns a user name, "ada", into a name to read."""

from collections.abc import Callable, Mapping

from flask import Flask, current_app, g
from flask_login import current_user


def set_user_names_source(app: Flask, find_names: Callable[[], Mapping[str, str]]) -> None:
    """Set the function that returns what every user is called, by user name."""
    app.extensions["user_names"] = find_names


def name_user(username: str | None) -> str:
    """Return how pages call a user: "Ada" for "ada"; a user who was deleted keeps the user name."""
    if not username:
        return ""
    # Most of what a user sees is their own: that asks for no other user.
    if "names_of_users" not in g and _is_own_name(username):
        return str(current_user.shown_name)
    load_user_names()
    return str(g.names_of_users.get(username, username))


def _is_own_name(username: str) -> bool:
    user = current_user
    return bool(user and user.is_authenticated and user.username == username)


def load_user_names() -> None:
    """Load the names of all users, once a request: a list names many of them.

    A download calls it before its first row: later the signed-in user can no longer be read.
    """
    if "names_of_users" not in g:
        g.names_of_users = current_app.extensions["user_names"]()
