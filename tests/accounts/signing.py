"""How a stranger signs in, through the real form."""

from tests.sample_people import PASSWORD


def sign_in(visit, username, password=PASSWORD, address="/login", **more):
    """Post the form on the sign-in page; gives the answer."""
    visit.tokens.pop(
        "", None
    )  # signing in starts a new session, and the token of the old one dies with it
    page = visit(address, "", username=username, password=password, **more)
    visit.tokens.pop("", None)
    return page
