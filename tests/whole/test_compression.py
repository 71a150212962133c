"""Pages are compressed, and their length gives nothing away."""

import gzip

from tests.pieces_demo.app import create_demo

GZIP = {"Accept-Encoding": "gzip"}


def test_a_page_is_compressed_for_browsers_that_read_it(site):
    page = site.send("GET", "/login", "", headers=GZIP)
    assert page.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in page.headers["Vary"]
    assert int(page.headers["Content-Length"]) == len(page.data)
    assert b"<h1>" in gzip.decompress(page.data)


def test_the_same_page_has_another_length_each_time(site):
    lengths = {len(site.send("GET", "/login", "", headers=GZIP).data) for _ in range(20)}
    assert max(lengths) - min(lengths) > 20


def test_a_browser_that_does_not_is_sent_the_page_as_it_is(site):
    page = site.send("GET", "/login", "")
    assert "Content-Encoding" not in page.headers
    assert "Accept-Encoding" in page.headers["Vary"]


def test_downloads_are_sent_as_they_are(site):
    sheet = site.open("GET", "community.export_members", "ada")
    assert "Content-Encoding" not in sheet.headers


def test_the_demo_of_the_pieces_is_plain():
    assert "Content-Encoding" not in create_demo().test_client().get("/", headers=GZIP).headers
