"""What is switched off has no links on the pages that stay."""

import re

from sqlalchemy import update
from werkzeug.exceptions import HTTPException

from app.core.db import write
from app.organisation.models import Organisation
from app.switches.switchable_features import LABELS

LINK = re.compile(r'(?:href|action|formaction)="(/[^"#]*)')
PAGES = (
    "/search?q=o",
    "inbox.show_conversation",
    "people.show_person",
)


def list_hidden_links(site, text):
    """Return the links of a page that lead to something switched off."""
    routes = site.app.url_map.bind("")
    hidden = set()
    for path in set(LINK.findall(text)):
        for method in ("GET", "POST"):
            try:
                endpoint, _ = routes.match(path.partition("?")[0], method=method)
            except HTTPException:
                continue
            if endpoint.partition(".")[0] in LABELS:
                hidden.add(path)
    return sorted(hidden)


def test_nothing_leads_to_what_is_switched_off(site):
    addresses = [site.address(page) if "." in page else page for page in PAGES]
    assert list_hidden_links(site, site.send("GET", addresses[-1], "ada").get_data(as_text=True))
    with site.app.app_context(), write() as session:
        session.execute(update(Organisation).values(switched_off=" ".join(LABELS)))
    told = {}
    for address in addresses:
        text = site.send("GET", address, "ada").get_data(as_text=True)
        if found := list_hidden_links(site, text):
            told[address] = found
    assert told == {}
