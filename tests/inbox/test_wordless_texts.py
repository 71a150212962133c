"""A text without words stands in the list with what came, not as if there were none."""

from tests.sample_people import LEO, MIA, ZOE
from tests.visit import Visitor
from tests.webhooks.calls import BASE, TWILIO, sid, text

CARD = {"NumMedia": "1", "MediaUrl0": "https://x/1", "MediaContentType0": "text/x-vcard"}


# case M08 of the messaging cases
def test_the_list_says_what_came_without_words(make_app):
    app = make_app(**TWILIO, public_base_url=BASE)
    text(app, "", **CARD)
    text(app, "", sid=sid(2), phone=LEO, **(CARD | {"MediaContentType0": "audio/amr"}))
    text(app, " \n ", sid=sid(3), phone=MIA)
    visit = Visitor(app)
    words = visit("/inbox?state=all", "ada").words
    for label in ("Contact card", "Voice message", "(empty text)"):
        assert label in words
    assert "No texts yet" not in words
    assert ZOE not in words
    assert "Contact card" in visit("/inbox/1", "ada").words
    assert "(empty text)" in visit("/inbox/3", "ada").words
