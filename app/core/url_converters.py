"""Row ids in URLs: ASCII digits that fit into SQLite's integers, else 404."""

from flask import Flask
from werkzeug.routing import BaseConverter


class AsciiIntConverter(BaseConverter):
    """A row id in a URL.

    Werkzeug's own converter accepts digits of other alphabets, and numbers too large for SQLite.
    """

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        return int(value)


def install_url_converters(app: Flask) -> None:
    """Use AsciiIntConverter for every `<int:…>` of `app`."""
    app.url_map.converters["int"] = AsciiIntConverter
    app.url_map.strict_slashes = False
