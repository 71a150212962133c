"""The bytes of a request as they come in: where it ends, and which kind it is."""

import re
from enum import Enum

MAX_HEAD_BYTES = 64 * 1024
# Larger bodies (uploads) are read by the thread that serves them.
MAX_BUFFERED_BODY_BYTES = 512 * 1024
MAX_CHUNK_LINE_BYTES = 4096
HEAD_END = b"\r\n\r\n"
CONTENT_LENGTH = re.compile(rb"(?im)^content-length:[ \t]*(\d{1,15})[ \t]*\r$")
CHUNKED = re.compile(rb"(?im)^transfer-encoding:[^\r\n]*chunked[ \t]*\r$")
EXPECTS_CONTINUE = re.compile(rb"(?im)^expect:[ \t]*100-continue[ \t]*\r$")
# What the carrier and monitors call. It has threads of its own, so that no page can delay it.
URGENT_TARGET = re.compile(rb"[A-Z]+ (/webhooks/|/(health|ready)[? ])")


class RequestState(Enum):
    """How much of a request is here."""

    UNFINISHED = "unfinished"
    COMPLETE = "complete"
    # The head is here; the body is too large to be kept in memory.
    LARGE_BODY = "large body"
    HEAD_TOO_LARGE = "head too large"


class RequestBuffer:
    """Collects the bytes of one request, and says when all of them are here.

    Gunicorn's parser reads them afterwards and decides what they mean. Where this class finds
    the framing odd it says COMPLETE, and the parser refuses the request.
    """

    def __init__(self) -> None:
        self.data = bytearray()
        self.state = RequestState.UNFINISHED
        self._head_end = 0
        self._body_length: int | None = 0
        self._next_chunk = 0

    def add_bytes(self, received: bytes) -> RequestState:
        """Add what has come in and return the new state."""
        # An end of the head may be cut in two by the network.
        search_start = max(0, len(self.data) - len(HEAD_END) + 1)
        self.data += received
        if not self._head_end and not self._find_head_end(search_start):
            if len(self.data) > MAX_HEAD_BYTES:
                self.state = RequestState.HEAD_TOO_LARGE
            return self.state
        self.state = self._find_body_state()
        return self.state

    @property
    def is_urgent(self) -> bool:
        """Whether a webhook or a health check is called."""
        return URGENT_TARGET.match(self.data) is not None

    @property
    def waits_for_continue(self) -> bool:
        """Whether the client sends its body only after "100 Continue"."""
        if not self._head_end or self.state is not RequestState.UNFINISHED:
            return False
        return EXPECTS_CONTINUE.search(self.data, 0, self._head_end) is not None

    def _find_head_end(self, search_start: int) -> bool:
        position = self.data.find(HEAD_END, search_start)
        if position < 0:
            return False
        self._head_end = position + len(HEAD_END)
        # The last line's own end belongs to the head: the patterns look for it.
        if CHUNKED.search(self.data, 0, self._head_end):
            self._body_length = None
            self._next_chunk = self._head_end
            return True
        lengths = CONTENT_LENGTH.findall(self.data, 0, self._head_end)
        if len(lengths) == 1:
            self._body_length = int(lengths[0])
        return True

    def _find_body_state(self) -> RequestState:
        received = len(self.data) - self._head_end
        if self._body_length is None:
            is_complete = self._has_last_chunk()
            is_large = received > MAX_BUFFERED_BODY_BYTES
        else:
            is_complete = received >= self._body_length
            is_large = self._body_length > MAX_BUFFERED_BODY_BYTES
        if is_complete:
            return RequestState.COMPLETE
        if is_large:
            return RequestState.LARGE_BODY
        return RequestState.UNFINISHED

    def _has_last_chunk(self) -> bool:
        """Go on from the chunk where the last call stopped; True also for a broken chunk."""
        while True:
            line_end = self.data.find(b"\r\n", self._next_chunk)
            if line_end < 0:
                return len(self.data) - self._next_chunk > MAX_CHUNK_LINE_BYTES
            size_text = bytes(self.data[self._next_chunk : line_end]).split(b";")[0].strip()
            try:
                size = int(size_text, 16)
            except ValueError:
                return True
            if size < 0:
                return True
            if size == 0:
                # Lines after the last chunk may follow; an empty one ends the body.
                return self.data.find(HEAD_END, line_end) >= 0
            self._next_chunk = line_end + 2 + size + 2
