"""Caches what every test's app would compute again, which took two thirds of the suite's time.

It has no state of a test: the code of templates (by source), the compiled URL rules, the SQL of
statements, and a database without fsync, which survives a killed process but not a power cut.
Passwords are hashed by the same function with a 32nd of the work (REAL_PASSWORD_HASH_METHOD).
"""

from flask import Flask
from jinja2 import BytecodeCache
from sqlalchemy import Engine, event
from werkzeug.routing import Rule

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
RULES = {}
CACHED_RULE_ATTRIBUTES = "_parts", "_trace", "_converters"
compile_rule = Rule.compile
REAL_PASSWORD_HASH_METHOD = accounts.PASSWORD_HASH_METHOD


def compile_once(rule):
    """Reuse the two functions that Werkzeug generates for a rule, the same in every app."""
    converters = tuple(rule.map.converters.values())
    key = (
        rule.rule,
        rule.subdomain,
        rule.host,
        rule.merge_slashes,
        rule.map.host_matching,
        converters,
    )
    if rule.defaults or key not in RULES:
        compile_rule(rule)
        if not rule.defaults:
            RULES[key] = (
                {name: getattr(rule, name) for name in CACHED_RULE_ATTRIBUTES},
                rule.arguments,
                rule._build,
                rule._build_unknown,
            )
        return
    attributes, arguments, build, build_unknown = RULES[key]
    vars(rule).update(attributes)
    rule.arguments |= arguments
    rule._build = build.__func__.__get__(rule, None)
    rule._build_unknown = build_unknown.__func__.__get__(rule, None)


Rule.compile = compile_once
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
