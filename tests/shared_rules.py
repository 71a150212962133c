"""URL rules that all apps of a process share.

Making and compiling the 230 rules takes 12 ms of a processor for each app of a test, and 200 ms for
the first of a process. Forks of a process that called `compile_rules` have them.
"""

from flask import Flask
from werkzeug.routing import Map

import app as program

SHARED_RULES = Map()
ADDED_RULES = set()


class FlaskWithSharedRules(Flask):
    """A Flask whose URL rules are those of the first one.

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


def compile_rules() -> None:
    """Add the rules of the program, without making an app of it."""
    from app.blueprints import register_blueprints
    from app.core.url_converters import install_url_converters

    flask = program.Flask(program.__name__)
    install_url_converters(flask)
    register_blueprints(flask)


program.Flask = FlaskWithSharedRules
