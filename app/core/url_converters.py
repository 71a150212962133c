"""Numbers in addresses: ASCII digits that fit the database, else 404."""

from flask import Flask
from werkzeug.routing import BaseConverter


class AsciiIntConverter(BaseConverter):
    """An id in an address.

    (Werkzeug's own takes other alphabets' digits and numbers too large for SQLite.)
    """

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        return int(value)


def install_url_converters(app: Flask) -> None:
    """Use it for every `<int:…>` of `app`."""
    app.url_map.converters["int"] = AsciiIntConverter
    app.url_map.strict_slashes = False
