"""Style sheets, scripts and icons: browsers cache them for a year, by a URL with a version."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, request, url_for

CACHE_SECONDS = 365 * 24 * 3600


@cache
def _compute_file_version(path: Path) -> str:
    """Return 10 hex digits of the file's hash; "" when there is no such file."""
    if not path.is_file():
        return ""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def install_static_files(app: Flask) -> None:
    """Add the file's version (?v=…) to every static URL of `app`, and let browsers cache the file.

    Templates use `static_address(filename)`, which caches the URLs.
    """
    folder = Path(app.static_folder or "")
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = CACHE_SECONDS

    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "filename" in values:
            values["v"] = _compute_file_version(folder / str(values["filename"]))

    # A page has seventy of these URLs; building each of them took a seventh of the page's time.
    urls: dict[tuple[str, str], str] = {}

    def static_address(filename: str) -> str:
        key = request.script_root, filename
        if key not in urls:
            urls[key] = url_for("static", filename=filename)
        return urls[key]

    app.url_defaults(add_version)
    app.add_template_global(static_address)
