"""Caches what every test's app would compute again, which took two thirds of the suite's time.

It has no state of a test: the code of templates, the URL rules, the SQL of statements, and a
database without fsync, which survives a killed process but not a power cut.
Passwords are hashed by the same function with a 96th of the work (REAL_PASSWORD_HASH_METHOD).
"""

from flask import Flask
from jinja2 import BaseLoader
from sqlalchemy import Engine, event

from app.accounts import password_hashes
from app.core.db import db
from tests import shared_rules  # noqa: F401 -- every app of this process takes them
from tests.compiled_templates import keep_compiled_templates


class SharedTemplates(BaseLoader):
    """Loads templates whose source an app of this process has read before."""

    code = {}

    def __init__(self, loader: BaseLoader) -> None:
        self.get_source = loader.get_source
        self.list_templates = loader.list_templates

    def load(self, environment, name, globals=None):
        """Return the template of this environment, from code that all of them share."""
        if name not in self.code:
            source, path = self.get_source(environment, name)[:2]
            bucket = environment.bytecode_cache.get_bucket(environment, name, path, source)
            if bucket.code is None:
                bucket.code = environment.compile(source, name, path)
                environment.bytecode_cache.set_bucket(bucket)
            self.code[name] = bucket.code
        return environment.template_class.from_code(environment, self.code[name], globals or {})


ENGINES: list[Engine] = []
REAL_PASSWORD_HASH_METHOD = password_hashes.PASSWORD_HASH_METHOD
# Servers of tests check what these processes hashed, by the method that the hash names.
password_hashes.PASSWORD_HASH_METHOD = "scrypt:1024:8:1"
keep_compiled_templates()


def _disable_fsync(connection, _record):
    connection.execute("PRAGMA synchronous=OFF").close()


def _share_compiled_statements(engine: Engine) -> None:
    """Take the dialect and the compiled SQL of the first engine, which all others would equal.

    SQLAlchemy compiles a statement once for each engine, and every test has its own: that was a
    seventh of the suite's time.
    """
    if not ENGINES:
        engine.connect().close()  # sets the dialect up
        ENGINES.append(engine)
    engine.dialect = ENGINES[0].dialect
    engine._compiled_cache = ENGINES[0]._compiled_cache


def cache_compiled_parts(app: Flask) -> Flask:
    """Return the app, with cached templates and commits that do not wait for the disk."""
    app.jinja_env.loader = SharedTemplates(app.jinja_env.loader)
    with app.app_context():
        event.listen(db.engine, "connect", _disable_fsync)
        _share_compiled_statements(db.engine)
    return app
