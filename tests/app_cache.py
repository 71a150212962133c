"""What each test's own app would work out again, kept for the next one: it took two thirds of
the whole suite's time.

Nothing of a test is in it: the code of templates (asked for by their source), what becomes of
an address's rule, and a database that need not outlive a power cut, only a killed process.
"""

from flask import Flask
from jinja2 import BytecodeCache
from sqlalchemy import event
from werkzeug.routing import Rule

from app.core.db import db


class TemplateBytecodeCache(BytecodeCache):
    """The code of every template as `create_app` compiles it, by its file and its source."""

    def __init__(self) -> None:
        self.code = {}

    def load_bytecode(self, bucket):
        bucket.code = self.code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket):
        self.code[bucket.key, bucket.checksum] = bucket.code


COMPILED = TemplateBytecodeCache()
RULES = {}
KEPT = "_parts", "_trace", "_converters"
compile_rule = Rule.compile


def compile_once(rule):
    """Werkzeug takes each rule of each app apart, and writes and compiles two functions for it:
    always the same.
    """
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
                {name: getattr(rule, name) for name in KEPT},
                rule.arguments,
                rule._build,
                rule._build_unknown,
            )
        return
    kept, arguments, build, build_unknown = RULES[key]
    vars(rule).update(kept)
    rule.arguments |= arguments
    rule._build, rule._build_unknown = (
        each.__func__.__get__(rule, None) for each in (build, build_unknown)
    )


Rule.compile = compile_once


def _no_power_cut(connection, _record):
    connection.execute("PRAGMA synchronous=OFF").close()


def cache_compiled_parts(app: Flask) -> Flask:
    """This app, with templates compiled before and commits that do not wait for the disk."""
    app.jinja_env.bytecode_cache = COMPILED
    with app.app_context():
        event.listen(db.engine, "connect", _no_power_cut)
    return app
