"""The XML of a workbook: the texts that its cells share, and its cells as their owner reads them.

openpyxl's own reader builds a tree of every cell: it takes three times as long.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from xml.parsers import expat

from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel, from_ISO8601

Line = tuple[int, list[str]]


@dataclass(frozen=True)
class Book:
    """What the cells of a workbook speak of: the texts they share, which of their styles are days and which durations,
    and whether days are counted from 1904.
    """

    texts: list[str] = field(repr=False)
    days: list[int]
    durations: list[int]
    from_1904: bool


def strings(source: Any) -> list[str]:
    """The texts that cells of a workbook share; of a formatted one its pieces, without how they are pronounced."""
    reader = _Texts()
    reader.parser.ParseFile(source)
    return reader.found


def lines(pieces: Iterator[bytes], book: Book, line: int) -> Iterator[Line]:
    """The rows of a sheet, each as (line, cells), without gaps between cells; `line` is that of the row before."""
    reader = _Rows(book, line)
    for piece in pieces:
        reader.parser.Parse(piece, False)
        yield from reader.taken()
    reader.parser.Parse(b"", True)
    yield from reader.taken()


class _Reader:
    """What expat says, by the names of elements without their namespaces; the text of some of them is kept."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.buffer_text = True
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._begin, self._end
        self.pieces: list[str] = []
        self.spoken = False

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag[tag.rfind("}") + 1 :]
        if name == "rPh":
            self.spoken = True
        elif not self.spoken:
            self.begin(name, attributes)

    def _end(self, tag: str) -> None:
        self.parser.CharacterDataHandler = None
        name = tag[tag.rfind("}") + 1 :]
        if name == "rPh":
            self.spoken = False
        elif not self.spoken:
            self.end(name)

    def keep(self) -> None:
        """Keep the text of the element that begins."""
        self.parser.CharacterDataHandler = self.pieces.append

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        raise NotImplementedError

    def end(self, name: str) -> None:
        raise NotImplementedError


class _Texts(_Reader):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "t":
            self.keep()

    def end(self, name: str) -> None:
        if name == "si":
            self.found.append("".join(self.pieces).replace("x005F_", ""))
            self.pieces.clear()


class _Rows(_Reader):
    def __init__(self, book: Book, line: int) -> None:
        super().__init__()
        self.book, self.line = book, line
        self.days, self.durations = set(map(str, book.days)), set(map(str, book.durations))
        self.epoch = MAC_EPOCH if book.from_1904 else WINDOWS_EPOCH
        self.rows: list[Line] = []
        self.cells: list[str] = []
        self.kind, self.style = "n", ""

    def taken(self) -> list[Line]:
        """The rows that are whole by now, once."""
        rows, self.rows = self.rows, []
        return rows

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._begin_cell(attributes)
        elif name == ("t" if self.kind == "inlineStr" else "v"):
            self.keep()
        elif name == "row":
            written = attributes.get("r")
            self.line = _whole(written) if written else self.line + 1
            self.cells = []

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self.kind, self.style = attributes.get("t", "n"), attributes.get("s", "")
        self.pieces.clear()
        if "r" in attributes:
            self.cells += [""] * (_column(attributes["r"].rstrip("0123456789")) - 1 - len(self.cells))

    def end(self, name: str) -> None:
        if name == "c":
            self.cells.append(self._value("".join(self.pieces)))
        elif name == "row":
            self.rows.append((self.line, self.cells))

    def _value(self, text: str) -> str:
        if not text:
            return ""
        read = VALUES.get(self.kind)
        return read(self, text) if read else text

    def shared(self, text: str) -> str:
        return self.book.texts[int(text)]

    def number(self, text: str) -> str:
        """Whole numbers without a point, days without a time."""
        value: Any = float(text) if "." in text or "E" in text or "e" in text else int(text)
        if self.style in self.days:
            try:
                value = from_excel(value, self.epoch, timedelta=self.style in self.durations)
            except (OverflowError, ValueError):
                return "#VALUE!"
        elif isinstance(value, float) and value.is_integer():
            return str(int(value))
        return _moment(value)


def _whole(number: str) -> int:
    """Some programs write the number of a row as 1.0."""
    return int(number) if number.isdecimal() else int(float(number))


@cache
def _column(letters: str) -> int:
    return int(column_index_from_string(letters))


def _moment(value: Any) -> str:
    return str(value).removesuffix(" 00:00:00") if isinstance(value, datetime) else str(value)


# what the words of a cell's kind mean; of every other kind its text is as it stands
VALUES: dict[str, Callable[[_Rows, str], str]] = {
    "s": _Rows.shared,
    "n": _Rows.number,
    "b": lambda _, text: str(bool(int(text))).upper(),
    "d": lambda _, text: _moment(from_ISO8601(text)),
}
