"""Where a sign-in leads: the page that was asked for, if it can be opened."""

from urllib.parse import urlsplit

from flask import current_app, request, url_for
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from app.core.access import parse_local_path


def find_next_path() -> str | None:
    """Return the path in `next` of the address; None without one on this site."""
    return parse_local_path(request.args.get("next"))


def find_next_url() -> str:
    """Return the URL of `next` if a GET of it has a view, else of the dashboard."""
    next_path = find_next_path()
    if not next_path or find_view_endpoint(next_path, "GET") is None:
        return url_for("dashboard.show_dashboard")
    return next_path


def find_view_endpoint(path: str, method: str) -> str | None:
    """Return the endpoint that serves a path of this site; None where nothing does."""
    urls = current_app.url_map.bind(request.host)
    try:
        endpoint, _ = urls.match(urlsplit(path).path, method=method)
    except (NotFound, MethodNotAllowed, RequestRedirect, ValueError):
        return None
    return str(endpoint)
