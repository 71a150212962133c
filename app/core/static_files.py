"""Style sheets, scripts and icons: kept by browsers for a year, under an address that changes
with the file.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, request, url_for

CACHE_SECONDS = 365 * 24 * 3600


@cache
def _compute_file_version(path: Path) -> str:
    """A few signs of the file's content; "" when it is not there."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.is_file() else ""


def install_static_files(app: Flask) -> None:
    """Give every static address of `app` the version of its file (?v=…), and every answer to it
    a long life.

    Templates ask for `static_address(filename)`: a page has seventy, and to build each anew
    took a seventh of its time.
    """
    folder = Path(app.static_folder or "")
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = CACHE_SECONDS

    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "filename" in values:
            values["v"] = _compute_file_version(folder / str(values["filename"]))

    known: dict[tuple[str, str], str] = {}

    def static_address(filename: str) -> str:
        asked = request.script_root, filename
        if asked not in known:
            known[asked] = url_for("static", filename=filename)
        return known[asked]

    app.url_defaults(add_version)
    app.add_template_global(static_address)
