"""Admins make links, people open them."""

import re
from html import unescape

GOOD_PASSWORD = "seven green bottles hang"


def invite(visit, username="Kim", **fields):
    """Ada adds a user without a password; return the path of the link that she is shown."""
    page = visit("/users/add", "ada", username=username, role="social_manager", **fields)
    assert page.status_code == 200, page.words
    return find_link_path(page.text)


def make_link(visit, user_id):
    """Ada makes a link for a user who is there; return its path."""
    return find_link_path(visit.post(f"/users/{user_id}/link", "ada").text)


def find_link_path(text):
    """Return path and query of the link in a page or an e-mail."""
    return re.search(r"/account/link\?token=[\w-]+", unescape(text))[0]


def use_link(visit, path, password=GOOD_PASSWORD, who=""):
    """Choose a password on the page of a link; return the answer."""
    visit.tokens.pop(who, None)
    token = path.partition("token=")[2]
    answer = visit(
        "/account/link", who, token=token, new_password=password, confirm_password=password
    )
    visit.tokens.pop(who, None)
    return answer
