"""Style sheets, scripts and icons: browsers cache them for a year, by a URL with a version."""

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from flask import Flask, request, url_for

CACHE_SECONDS = 365 * 24 * 3600


@cache
def _compute_file_version(path: Path) -> str:
    """Return 10 hex digits of the file's hash; "" when there is no such file."""
    if not path.is_file():
        return ""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def install_static_files(app: Flask) -> None:
    """Give templates the versioned URLs of static files, and let browsers cache the files.

    `static_address(filename)` returns one URL with the file's version (?v=…), and
    `static_addresses(filenames)` several. Both cache them.
    """
    folder = Path(app.static_folder or "")
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = CACHE_SECONDS
    # A page has seventy of these URLs; building each of them took a seventh of the page's time.
    urls: dict[tuple[str, str], str] = {}

    def static_address(filename: str) -> str:
        key = request.script_root, filename
        if key not in urls:
            version = _compute_file_version(folder / filename)
            urls[key] = url_for("static", filename=filename, v=version)
        return urls[key]

    def static_addresses(filenames: Iterable[str]) -> list[str]:
        return [static_address(filename) for filename in filenames]

    app.add_template_global(static_address)
    app.add_template_global(static_addresses)
