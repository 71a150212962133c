"""Uploads at the limit and over it: refused before they are read, and from strangers before
anything is read.
"""

import io
import tracemalloc

import pytest

from app import MAX_UPLOAD_BYTES

ROOM = "/community/import"
EDGE = "edge-of-a-form"
HUGE = 50 * 1024 * 1024


class Body(io.RawIOBase):
    """A body that comes over a line: what is taken of it is counted, and it is made as it is
    taken.
    """

    def __init__(self, start, size, end):
        self.start, self.size, self.end, self.taken = start, size, end, 0

    def readable(self):
        return True

    def readinto(self, room):
        begin, stop = self.taken, min(self.taken + len(room), self.size)
        filling = self.size - len(self.start) - len(self.end)
        whole = (self.start, filling, self.end)
        piece = b"".join(
            _cut_piece(each, begin, stop, at)
            for each, at in zip(whole, _find_starts(whole), strict=True)
        )
        room[: len(piece)] = piece
        self.taken += len(piece)
        return len(piece)


def _find_starts(whole):
    start, filling, _ = whole
    return (0, len(start), len(start) + filling)


def _cut_piece(piece, begin, stop, at):
    """What of a part that begins at `at` lies between begin and stop; a number stands for so
    many spaces.
    """
    size = piece if isinstance(piece, int) else len(piece)
    first, last = max(0, begin - at), min(size, stop - at)
    if last <= first:
        return b""
    return b" " * (last - first) if isinstance(piece, int) else piece[first:last]


@pytest.fixture
def post_upload(visit):
    """Somebody sends a form with one file, so many bytes in all; gives the answer and how many
    bytes were taken.
    """

    def send(who, size):
        token = visit.token(who) if who else "none"
        start = (
            f"--{EDGE}\r\n"
            f'Content-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
            f"--{EDGE}\r\n"
            'Content-Disposition: form-data; name="file"; filename="people.csv"\r\n\r\n'
            "name,phone\nZoë,3035550142\n"
        ).encode()
        body = Body(start, size, f"\r\n--{EDGE}--\r\n".encode())
        kind = f"multipart/form-data; boundary={EDGE}"
        said = {"wsgi.input": body, "CONTENT_TYPE": kind, "CONTENT_LENGTH": str(size)}
        answer = visit.browser(who).post(ROOM, environ_overrides=said)
        return answer, body.taken

    return send


def test_fifty_megabytes_are_refused_before_they_are_read(post_upload):
    """B10: by the length that the request says, whatever comes; nothing of it is kept in memory."""
    post_upload("ada", 1000)  # what is loaded once is loaded
    tracemalloc.start()
    answer, taken = post_upload("ada", HUGE)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (answer.status_code, taken) == (413, 0)
    assert most < 5_000_000


def test_the_limit_is_taken_and_one_byte_more_is_not(post_upload):
    """B10: 10 MB, form and all."""
    assert post_upload("ada", MAX_UPLOAD_BYTES)[0].status_code == 303
    answer, taken = post_upload("ada", MAX_UPLOAD_BYTES + 1)
    assert (answer.status_code, taken) == (413, 0)


@pytest.mark.parametrize("size", [1000, MAX_UPLOAD_BYTES, HUGE])
def test_of_a_stranger_nothing_is_read(post_upload, size):
    """B10: who is not signed in is led to the login page without a look at the body."""
    answer, taken = post_upload("", size)
    assert (answer.status_code, taken) == (302, 0)
    assert "/login" in answer.location


def test_nor_of_somebody_who_may_not_import(post_upload):
    """B10: Sol imports nobody onto the list of the community."""
    answer, taken = post_upload("sol", MAX_UPLOAD_BYTES)
    assert (answer.status_code, taken) == (403, 0)
