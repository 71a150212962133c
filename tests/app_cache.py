"""Caches what every test's app would compute again, which took two thirds of the suite's time.

It has no state of a test: the code of templates (by source), the URL rules, the SQL of
statements, and a database without fsync, which survives a killed process but not a power cut.
Passwords are hashed by the same function with a 32nd of the work (REAL_PASSWORD_HASH_METHOD).
"""

from flask import Flask
from jinja2 import BytecodeCache
from sqlalchemy import Engine, event
from werkzeug.routing import Map

import app as program
from app.accounts import models as accounts
from app.core.db import db


class TemplateBytecodeCache(BytecodeCache):
    """The compiled code of every template, by file and checksum of the source."""

    def __init__(self) -> None:
        self.code = {}

    def load_bytecode(self, bucket):
        bucket.code = self.code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket):
        self.code[bucket.key, bucket.checksum] = bucket.code


COMPILED = TemplateBytecodeCache()
ENGINES: list[Engine] = []
SHARED_RULES = Map()
ADDED_RULES = set()
REAL_PASSWORD_HASH_METHOD = accounts.PASSWORD_HASH_METHOD


class FlaskWithSharedRules(Flask):
    """A Flask whose URL rules are those of the first one, made and compiled once.

    The program adds the same rules to every app. Each app has its own functions behind them.
    """

    url_map_class = staticmethod(lambda **_options: SHARED_RULES)

    def add_url_rule(self, rule, endpoint=None, view_func=None, *more, **options):
        """Add the rule, or only its function where the first app has added the rule."""
        key = (rule, endpoint, str(more), str(sorted(options.items())))
        if key not in ADDED_RULES:
            super().add_url_rule(rule, endpoint, view_func, *more, **options)
            ADDED_RULES.add(key)
        elif view_func is not None:
            self.view_functions[endpoint or view_func.__name__] = view_func


program.Flask = FlaskWithSharedRules
# Servers of tests check what these processes hashed, by the method that the hash names.
accounts.PASSWORD_HASH_METHOD = "scrypt:1024:8:1"


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
    app.jinja_env.bytecode_cache = COMPILED
    with app.app_context():
        event.listen(db.engine, "connect", _disable_fsync)
        _share_compiled_statements(db.engine)
    return app
