"""Web pages that are called spreadsheets (.xls): HTML, MHTML and Excel's XML of 2003.

Many systems export a web page under the name of a workbook. It is read with one pattern that
looks at every character once: an HTML parser takes 12 s for 10 MB of empty cells.
"""

import email
import email.policy
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage

WEB_PAGE_PATTERN = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<\?mso[^>]{0,200}\?>\s*|<!--.{0,2000}?-->\s*)*"
    r"<(?:!doctype\s+html|html|head|meta|body|table|style|title|div|(?:\w{1,9}:)?workbook)\b",
    re.IGNORECASE | re.DOTALL,
)
MAIL_PAGE_PATTERN = re.compile(
    rb"\s*(?:[\w-]{1,40}:[^\n]{0,300}\n){0,10}?MIME-Version:", re.IGNORECASE
)
TAG_PATTERN = re.compile(
    r"<(?P<end>/?)(?:\w{1,9}:)?(?P<name>table|worksheet|visible|tr|row|td|th|cell)\b"
    r"(?P<attributes>[^<>]*)>",
    re.IGNORECASE,
)
OTHER_TAGS_PATTERN = re.compile(r"<[^<>]*>")
ATTRIBUTE_PATTERN = re.compile(
    r"(?:\w+:)?(colspan|index|hidden)\s*=\s*[\"']?(\d{1,5})", re.IGNORECASE
)
CHARSET_PATTERN = re.compile(rb"charset\s*=\s*[\"']?([\w-]{1,30})", re.IGNORECASE)
CHARSET_BYTES = 4096
ROW_TAGS = ("tr", "row")
CELL_TAGS = ("td", "th", "cell")
# One more than a spreadsheet may have, so that the reader says what is wrong.
MAX_ROW_CELLS = 201
MAX_CELL_CHARACTERS = 10_001
MAX_CELL_SOURCE_CHARACTERS = 100_000
MAX_BLANK_ROWS = 10_000
HIDDEN_ROW_PATTERN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
HIDDEN_SHEET_PATTERN = re.compile(r"\s*Sheet(?:Very)?Hidden", re.IGNORECASE)


@dataclass
class WebTable:
    """The rows of one table of a page, and the numbers (from 1) of those that it hides.

    `pending_cells` are the blank ones that the last cell covers as well.
    """

    rows: list[list[str]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    is_hidden: bool = False
    pending_cells: int = 0


def is_web_page(text: str) -> bool:
    """Whether a text begins as a web page or as Excel's XML."""
    return WEB_PAGE_PATTERN.match(text) is not None


def is_mail_page(data: bytes) -> bool:
    """Whether a file begins as a web page that was saved as one file (MHTML)."""
    return MAIL_PAGE_PATTERN.match(data[:CHARSET_BYTES]) is not None


def find_declared_charset(data: bytes) -> str:
    """Return the encoding that a page declares for itself, or "" without a known one."""
    match = CHARSET_PATTERN.search(data[:CHARSET_BYTES])
    if match is None:
        return ""
    charset = match[1].decode("ascii")
    try:
        b"".decode(charset)
    except (LookupError, ValueError):
        return ""
    return charset


def extract_mail_page(data: bytes) -> str:
    """Return the web page inside MHTML that has the most cells, or ""."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    pages = []
    for part in message.walk():
        if isinstance(part, EmailMessage) and part.get_content_type() == "text/html":
            pages.append(_decode_mail_part(part))
    return max(pages, key=lambda page: page.lower().count("<td"), default="")


def _decode_mail_part(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    charset = find_declared_charset(payload) or part.get_content_charset("utf-8")
    try:
        return payload.decode(charset, "replace")
    except LookupError:
        return payload.decode("utf-8", "replace")


def read_web_table(page: str) -> WebTable:
    """Return the table of a page with the most cells; without rows when it has none."""
    tables = [table for table in _iterate_tables(page) if not table.is_hidden]
    return max(tables, key=_count_cells, default=WebTable())


def _count_cells(table: WebTable) -> int:
    return sum(map(len, table.rows))


def _iterate_tables(page: str) -> Iterator[WebTable]:
    """Yield every table. A table inside another one begins a new one."""
    table = WebTable()
    cell_start: int | None = None
    for match in TAG_PATTERN.finditer(page):
        name = match["name"].lower()
        is_end = bool(match["end"])
        if cell_start is not None and name != "visible":
            _set_cell_text(table, page[cell_start : match.start()])
            cell_start = None
        # Whether a sheet is hidden stands behind its table, before its own end.
        if name == "worksheet" or (name == "table" and not is_end):
            yield table
            table = WebTable()
        elif not is_end:
            _begin_part(table, name, match)
            if name in CELL_TAGS:
                cell_start = match.end()
    yield table


def _begin_part(table: WebTable, name: str, match: re.Match[str]) -> None:
    if name in ROW_TAGS:
        _add_row(table, match["attributes"])
    elif name in CELL_TAGS and table.rows:
        _add_cell(table, match["attributes"])
    elif name == "visible":
        table.is_hidden = HIDDEN_SHEET_PATTERN.match(match.string, match.end()) is not None


def _read_attributes(attributes: str) -> dict[str, int]:
    values = {}
    for name, value in ATTRIBUTE_PATTERN.findall(attributes):
        values[name.lower()] = int(value)
    return values


def _add_row(table: WebTable, attributes: str) -> None:
    values = _read_attributes(attributes)
    # Excel's XML leaves blank rows out and says the number of the next one.
    blank_count = values.get("index", 0) - 1 - len(table.rows)
    table.rows.extend([] for _ in range(min(max(blank_count, 0), MAX_BLANK_ROWS)))
    table.rows.append([])
    table.pending_cells = 0
    if values.get("hidden") or HIDDEN_ROW_PATTERN.search(attributes):
        table.hidden_rows.add(len(table.rows))


def _add_cell(table: WebTable, attributes: str) -> None:
    """Begin a cell behind the blank ones that it says or that the last one covers."""
    cells = table.rows[-1]
    values = _read_attributes(attributes)
    blank_count = values.get("index", 0) - 1 - len(cells) if "index" in values else 0
    blank_count = max(blank_count, table.pending_cells)
    if len(cells) + blank_count < MAX_ROW_CELLS:
        cells.extend([""] * blank_count)
        cells.append("")
    table.pending_cells = values.get("colspan", 1) - 1


def _set_cell_text(table: WebTable, source: str) -> None:
    if source.strip() and table.rows and table.rows[-1]:
        text = OTHER_TAGS_PATTERN.sub(" ", source[:MAX_CELL_SOURCE_CHARACTERS])
        table.rows[-1][-1] = " ".join(html.unescape(text).split())[:MAX_CELL_CHARACTERS]
