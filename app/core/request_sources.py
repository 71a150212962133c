"""Where a request that was refused came from, for a line of the log."""

from flask import g, request


def describe_request() -> str:
    """Return address, page and id of the current request.

    The page is the rule of its address: what a stranger typed is not repeated.
    """
    page = request.url_rule.rule if request.url_rule else "no page"
    return f"{request.remote_addr or 'no address'}, {page}, request {g.get('request_id', '-')}"
