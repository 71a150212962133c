"""What each test's own app would work out again, kept for the next one: it took two thirds of the whole suite's time.

Nothing of a test is in it: the code of templates (asked for by their source), the code that builds an address (by its
rule), and a database that need not outlive a power cut, only a killed process.
"""

from flask import Flask
from jinja2 import BytecodeCache
from sqlalchemy import event
from werkzeug.routing import Rule

from app.kit.db import db


class Compiled(BytecodeCache):
    """The code of every template as `create_app` compiles it, by its file and its source."""

    def __init__(self) -> None:
        self.code = {}

    def load_bytecode(self, bucket):
        bucket.code = self.code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket):
        self.code[bucket.key, bucket.checksum] = bucket.code


COMPILED = Compiled()
BUILDERS = {}
compile_builder = Rule._compile_builder


def builder_once(rule, append_unknown=True):
    """Werkzeug writes and compiles two functions for each rule of each app: the same ones for the same rule."""
    if rule.defaults:
        return compile_builder(rule, append_unknown)
    key = rule.rule, tuple(rule._trace), append_unknown
    if key not in BUILDERS:
        BUILDERS[key] = compile_builder(rule, append_unknown)
    return BUILDERS[key]


Rule._compile_builder = builder_once


def _no_power_cut(connection, _record):
    connection.execute("PRAGMA synchronous=OFF").close()


def thrifty(app: Flask) -> Flask:
    """This app, with templates compiled before and commits that do not wait for the disk."""
    app.jinja_env.bytecode_cache = COMPILED
    with app.app_context():
        event.listen(db.engine, "connect", _no_power_cut)
    return app
