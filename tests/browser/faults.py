"""Each fault of the walk, before and after, side by side: `python -m tests.browser.faults [F1 …]`.

The pages of before are those of BEFORE, served from the history of this clone. The pictures and
their table are left in docs/screenshots.
"""

import json
import subprocess
import sys
from base64 import b64encode
from contextlib import contextmanager
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

from playwright.sync_api import Error

from tests.browser.chromium import Visits, launched
from tests.browser.fault_list import FAULTS, FIGURES
from tests.gunicorn_server import ROOT, GunicornServer, wait_until
from tests.sample_people import PASSWORD

BEFORE = "19c8202"  # the program as it was walked
OUT = ROOT / "docs" / "screenshots" / "faults"
TABLE = ROOT / "docs" / "screenshots" / "faults.md"
QUALITY = 60
HEAVIEST = 64 * 1024  # bytes of a pair
HEIGHTS = {390: 844, 320: 700, 1024: 700, 1920: 1000}  # of a window, by its width
SIDE = 640  # px that one of the two pictures takes, less on a phone
FILL = """
import json, sys
from dataclasses import asdict
from pathlib import Path
try:
    from tests.browser.sample_data import fill
except ImportError:
    from tests.browser.filled import fill  # its name in BEFORE
here = asdict(fill(Path(sys.argv[1])))
here.pop("database")
print("filled " + json.dumps(here))
"""
PAIR = """<body style="margin:0;background:#fff;font:600 15px sans-serif"><div id="pair"
 style="display:inline-flex;gap:10px;padding:10px;background:#d9d5ca">{sides}</div></body>"""
ONE = """<figure style="margin:0;max-width:{width}px"><figcaption style="padding:6px 10px;
 background:{color};color:#fff">{caption}</figcaption><img style="display:block;max-width:100%"
 src="data:image/png;base64,{data}"></figure>"""


class TreeServer(GunicornServer):
    """A server of the program in another folder."""

    def __init__(self, tree: Path, database: Path, **environment: str) -> None:
        super().__init__(database, **environment)
        self.tree = tree
        self.start_process = self._start_in_tree

    def _start_in_tree(self, command, environment, log):
        with log.open("ab") as output:
            return subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=self.tree,
                env=environment,
                stdout=output,
                stderr=output,
            )


def take_pairs(only=()):
    """Take the pictures of all faults, or of those named, and write the table."""
    OUT.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder, launched() as browser:
        trees = {"before": _unpack(Path(folder) / "before"), "after": ROOT}
        taken = {}
        for when, tree in trees.items():
            with _sites(browser, tree, Path(folder) / f"{when}.db", when) as site:
                for fault in FAULTS:
                    if not only or fault.name in only:
                        taken[fault.name, when] = _shoot(site, fault)
        for fault in FAULTS:
            if (fault.name, "after") in taken:
                _join(browser, fault, taken)
    TABLE.write_text(_write_table(), encoding="utf-8")


def _unpack(tree):
    tree.mkdir()
    archive = subprocess.run(["git", "archive", BEFORE], cwd=ROOT, stdout=-1, check=True).stdout
    subprocess.run(["tar", "-x"], cwd=tree, input=archive, check=True)
    return tree


@contextmanager
def _sites(browser, tree, database, when):
    """A filled server and an empty one of the program in `tree`."""
    command = [sys.executable, "-c", FILL, str(database)]
    said = subprocess.run(command, cwd=tree, stdout=-1, text=True, check=True).stdout
    ids = {"picnic": 1} | json.loads(said.rpartition("filled ")[2])
    more = {"ADMIN_TEST_PHONE": "+13035550199"}
    empty = TreeServer(tree, database.with_name(f"{when}-empty.db"), UNDO_SECONDS="1")
    with TreeServer(tree, database, **more) as server, empty:
        visits = Visits(browser, server.url, {"ada": PASSWORD, "sol": PASSWORD})
        wait_until(lambda: "/setup?token=" in empty.said, "the setup address")
        yield SimpleNamespace(
            visits=visits, url=server.url, empty=empty, ids=ids, is_before=when == "before"
        )


def _shoot(site, fault):
    """One picture as PNG; what could not be done is said, and the page is taken as it is."""
    size = {"width": fault.width, "height": HEIGHTS.get(fault.width, 650)}
    if fault.height:
        size["height"] = fault.height
    page = site.visits(who=fault.who, width=fault.width, theme=fault.theme)
    page.set_viewport_size(size)
    page.set_default_timeout(6000)
    page.fault_site = site
    try:
        page.goto((site.empty.url if fault.is_new else site.url) + fault.address.format(**site.ids))
        if fault.do:
            fault.do(page)
        page.wait_for_timeout(400)
    except Error as error:
        sys.stderr.write(f"{fault.name}, before={site.is_before}: {str(error)[:300]}\n")
    part = page.locator(fault.only or "html").first
    picture = part.screenshot() if fault.only and part.count() else page.screenshot()
    site.visits.close()
    return picture


def _join(browser, fault, taken):
    width = min(SIDE, fault.width) if fault.width > 400 else 330
    parts = (
        ("before", "#8a2a22", f"{fault.name} before: {fault.seen}"),
        ("after", "#0b6b5d", f"{fault.name} after: {fault.done}"),
    )
    sides = "".join(
        ONE.format(
            width=width,
            color=color,
            caption=escape(caption if fault.width > 400 else caption.partition(":")[0]),
            data=b64encode(taken[fault.name, when]).decode(),
        )
        for when, color, caption in parts
    )
    page = browser.new_page(viewport={"width": 2 * width + 60, "height": 400})
    page.set_content(PAIR.format(sides=sides))
    path = OUT / f"{fault.name}.jpg"
    page.locator("#pair").screenshot(path=path, type="jpeg", quality=QUALITY)
    page.close()
    if path.stat().st_size > HEAVIEST:
        sys.stderr.write(f"{path.name}: {path.stat().st_size // 1024} KB\n")


def _write_table():
    lines = [
        "# Faults of the walk, before and after",
        "",
        f"The walk was of 27 November 2026. Before is commit `{BEFORE}`, after is the day of the",
        "pictures. `python -m tests.browser.faults` takes them again from the history of a clone.",
        "",
        "| fault | seen on the walk | now | pictures |",
        "|---|---|---|---|",
    ]
    for fault in FAULTS:
        picture = f"[{fault.width} px](faults/{fault.name}.jpg)"
        lines.append(f"| {fault.name} | {fault.seen} | {fault.done} | {picture} |")
    for name, seen, done in FIGURES:
        lines.append(f"| {name} | {seen} | {done} | |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    take_pairs(sys.argv[1:])
