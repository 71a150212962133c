"""Style sheets, scripts and icons, served from memory: one sheet, one script, each compressed.

A first visit would otherwise ask for thirty files, uncompressed. All files of `static/css` and
`static/js` are in the joined ones; a new file needs no entry anywhere. The hash of its content is
in the name of a joined file, or in the address of any other (?v=…), so browsers keep it for a year.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from mimetypes import guess_type
from pathlib import Path

from flask import Flask, Response, abort, request
from rjsmin import jsmin

from app.core.compression import COMPRESSED_TYPES, accepts_gzip, compress
from app.domain.time.zone_names import list_current_time_zones

CACHE_SECONDS = 365 * 24 * 3600
CACHED_FOREVER = f"public, max-age={CACHE_SECONDS}, immutable"
# Sheets override those before them. Every other one comes between these two lists, by name.
FIRST_STYLESHEETS = [
    "tokens",
    "base",
    "layout",
    "page_frame",
    "banners",
    "buttons",
    "forms",
    "tables",
    "bulk_bar",
    "cards",
    "pieces",
    "phone",
]
LAST_STYLESHEETS = ["print"]
# Before others fill in what was kept, the text of another user is forgotten.
FIRST_SCRIPTS = ["vendor/htmx.min.js", "js/forget_typed.js"]
STYLESHEET = "app.css"
SCRIPT = "app.js"
ZONE_NAMES = "zones.json"
CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# "app.0123456789.css": the part in the middle is the version.
VERSIONED_NAME = re.compile(r"(\w+)\.([0-9a-f]{10})\.(\w+)")


@dataclass(frozen=True)
class StaticFile:
    """A file as it is served. `packed`: its content as gzip, or none when that saves nothing."""

    content: bytes
    mimetype: str
    version: str
    packed: bytes | None


def join_stylesheets(folder: Path) -> bytes:
    """Join every style sheet of `folder`, without comments and indentation."""
    paths = {path.stem: path for path in sorted(folder.glob("css/*.css"))}
    placed_names = {*FIRST_STYLESHEETS, *LAST_STYLESHEETS}
    middle_names = [name for name in paths if name not in placed_names]
    names = [*FIRST_STYLESHEETS, *middle_names, *LAST_STYLESHEETS]
    text = "\n".join(paths[name].read_text(encoding="utf-8") for name in names if name in paths)
    lines = (line.strip() for line in CSS_COMMENT.sub("", text).splitlines())
    return "\n".join(line for line in lines if line).encode()


def join_scripts(folder: Path) -> bytes:
    """Join FIRST_SCRIPTS and every other script of `folder`, without comments and indentation.

    Each is in a `try` of its own: one that fails must not keep the others from running.
    """
    paths = [folder / name for name in FIRST_SCRIPTS]
    paths += sorted(set(folder.glob("js/*.js")) - set(paths))
    return "\n".join(map(_wrap_script, paths)).encode()


def _wrap_script(path: Path) -> str:
    script = jsmin(path.read_text(encoding="utf-8"))
    return f"try {{\n{script}\n}} catch (error) {{ console.error(error); }}"


def _build_static_file(name: str, content: bytes) -> StaticFile:
    mimetype = guess_type(name)[0] or "application/octet-stream"
    version = hashlib.sha256(content).hexdigest()[:10]
    packed = compress(content, level=9) if mimetype in COMPRESSED_TYPES else None
    if packed is not None and len(packed) >= len(content):
        packed = None
    return StaticFile(content, mimetype, version, packed)


# Cached: tests make many apps, and the files never change while the program runs.
@cache
def load_static_files(folder: Path) -> dict[str, StaticFile]:
    """Return every file below `folder` and the joined ones, by name."""
    contents = {
        str(path.relative_to(folder).as_posix()): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    contents[STYLESHEET] = join_stylesheets(folder)
    contents[SCRIPT] = join_scripts(folder)
    contents[ZONE_NAMES] = json.dumps(list_current_time_zones(), separators=(",", ":")).encode()
    return {name: _build_static_file(name, content) for name, content in contents.items()}


def install_static_files(app: Flask) -> None:
    """Serve the static files, and give templates `static_paths`: the path of each by its name.

    Below `request.script_root`. A page has forty of them: asking url_for() for each took a
    seventh of the page's time.
    """
    files = load_static_files(Path(app.static_folder or ""))

    def send_file(filename: str) -> Response:
        return _send_static_file(files, filename)

    app.view_functions["static"] = send_file
    app.jinja_env.globals["static_paths"] = {
        name: f"{app.static_url_path}/{_add_version(name, file.version)}"
        for name, file in files.items()
    }


def _add_version(name: str, version: str) -> str:
    if name in {STYLESHEET, SCRIPT, ZONE_NAMES}:
        stem, suffix = name.split(".")
        return f"{stem}.{version}.{suffix}"
    return f"{name}?v={version}"


def _send_static_file(files: dict[str, StaticFile], filename: str) -> Response:
    versioned = VERSIONED_NAME.fullmatch(filename)
    name, version = filename, request.args.get("v", "")
    if versioned:
        name, version = f"{versioned[1]}.{versioned[3]}", versioned[2]
    file = files.get(name)
    if file is None:
        abort(404)
    is_packed = file.packed is not None and accepts_gzip()
    response = Response(file.packed if is_packed else file.content, mimetype=file.mimetype)
    # A page of the version before this one asks by an old name: it gets this one, once.
    response.headers["Cache-Control"] = CACHED_FOREVER if version == file.version else "no-cache"
    if file.packed is not None:
        response.headers["Vary"] = "Accept-Encoding"
    if is_packed:
        response.headers["Content-Encoding"] = "gzip"
    response.set_etag(f"{file.version}{'-gzip' if is_packed else ''}")
    response.make_conditional(request)
    return response
