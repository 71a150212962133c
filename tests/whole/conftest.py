"""A furnished site for every test that walks through all of it."""

import contextlib
import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from flask import Flask, Response, url_for

from app import create_app
from tests.app_cache import cache_compiled_parts
from tests.conftest import _settings
from tests.shared_folder import fill_once
from tests.visit import Visitor
from tests.whole.program_copy import ProgramCopy
from tests.whole.sample_data import fill_sample_data, snapshot

FORM = "application/x-www-form-urlencoded"
VALUES_FILE = "values.json"


class Site:
    """An app over a filled database. `address()` fills in what an endpoint's rule asks for."""

    def __init__(self, app: Flask, database: Path, values: dict[str, dict[str, str]]) -> None:
        self.app, self.database, self.values = app, database, values
        self.visit = Visitor(app)
        self.rules = {rule.endpoint: rule for rule in app.url_map.iter_rules()}

    def address(self, endpoint: str, which: str = "") -> str:
        """The address of `endpoint`; `which` chooses another thing than the usual one."""
        blueprint, _, view = endpoint.partition(".")
        key = which or (blueprint if view.startswith("import_") else endpoint)
        values = self.values[""] | self.values.get(key, {})
        with self.app.test_request_context():
            return url_for(
                endpoint,
                **{name: values[name] for name in self.rules[endpoint].arguments},
            )

    def open(
        self, method: str, endpoint: str, who: str, *, token: bool = True, **form: str
    ) -> Response:
        """One request, no redirect followed; `token`: with the token of the person's own forms."""
        data = form | ({"csrf_token": self.visit.token(who)} if token else {})
        sent = {} if method == "GET" else {"data": data, "content_type": FORM}
        return self.send(method, self.address(endpoint), who, **sent)

    def send(self, method: str, address: str, who: str, **more) -> Response:
        """Any request, as it is."""
        answer = self.visit.browser(who).open(address, method=method, **more)
        answer.get_data()
        answer.close()
        return answer

    def snapshot(self, **more):
        """What is in every table."""
        return snapshot(self.database, **more)


@pytest.fixture(scope="session")
def program_copy(tmp_path_factory):
    """A copy of the program in a folder of its own; copying takes half a second."""
    program = ProgramCopy(tmp_path_factory.mktemp("program") / "clone")
    yield program
    program.close()


@pytest.fixture
def clone(program_copy):
    """The copy of the program, with nothing else in its folder."""
    program_copy.remove_what_it_wrote()
    return program_copy


@pytest.fixture(scope="session")
def filled_site(fresh_database, tmp_path_factory):
    """The folder of a database with one of everything, and the values of address placeholders."""

    def fill(folder: Path) -> None:
        shutil.copy(fresh_database, folder / "sms.db")
        app = cache_compiled_parts(create_app(_settings(folder / "sms.db", undo_seconds=0)))
        (folder / VALUES_FILE).write_text(json.dumps(fill_sample_data(app)))

    folder = fill_once("filled-site", tmp_path_factory, fill)
    return folder, json.loads((folder / VALUES_FILE).read_text())


@pytest.fixture
def make_site(filled_site, tmp_path):
    """Call `make_site(**settings)` for a filled site with an app of its own."""

    def make(**more) -> Site:
        folder = tmp_path / f"site-{len(list(tmp_path.iterdir()))}"
        shutil.copytree(filled_site[0], folder)
        return Site(
            cache_compiled_parts(create_app(_settings(folder / "sms.db", **more))),
            folder / "sms.db",
            filled_site[1],
        )

    return make


@pytest.fixture(scope="session")
def shared_site(filled_site, tmp_path_factory):
    """The one app that `site` resets each time: making one, and its templates, takes a second."""
    folder = tmp_path_factory.mktemp("shared") / "site"
    shutil.copytree(filled_site[0], folder)
    return cache_compiled_parts(create_app(_settings(folder / "sms.db"))), folder / "sms.db"


@pytest.fixture
def site(filled_site, shared_site):
    """The filled site on the sandbox, as it was at first."""
    folder, values = filled_site
    app, database = shared_site
    shutil.copytree(folder / "uploads", database.parent / "uploads", dirs_exist_ok=True)
    # Immutable: no file appears beside it while another process copies the folder.
    unchanged = f"file:{folder / 'sms.db'}?immutable=1"
    first = contextlib.closing(sqlite3.connect(unchanged, uri=True))
    here = contextlib.closing(sqlite3.connect(database))
    with first as source, here as target:
        target.execute("PRAGMA synchronous=OFF")
        source.backup(target)
    return Site(app, database, values)
