"""Signs in through the form of the login page."""

from tests.sample_people import PASSWORD


def sign_in(visit, username, password=PASSWORD, address="/login", **fields):
    """Post the login form and return the response."""
    # Signing in starts a new session, which makes the CSRF token of the old one invalid.
    visit.tokens.pop("", None)
    page = visit(address, "", username=username, password=password, **fields)
    visit.tokens.pop("", None)
    return page


def enter_code(visit, code, address="/login/code"):
    """Post the form of the second step and return the response."""
    visit.tokens.pop("", None)
    page = visit(address, "", code=code)
    visit.tokens.pop("", None)
    return page
