"""SMS Admin: a small organisation texts its people, rehearsed, never twice, never lost."""

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from app.core import (
    access,
    compression,
    db,
    error_pages,
    failpoint,
    hidden_numbers,
    logging_config,
    request_limits,
    response_headers,
    sessions,
    slow_statements,
    static_files,
    template_filters,
    url_converters,
)
from app.core.environment import load_settings
from app.core.settings import Settings

MAX_UPLOAD_BYTES = 10 * 1024 * 1024
# For the 24 threads of webhooks and 4 of pages (gunicorn.conf.py, server/threaded_worker.py), the
# engine and the background jobs.
CONNECTION_POOL_SIZE = 44


def create_app(settings: Settings | None = None) -> Flask:
    """Return the app for these settings (default: of the environment).

    Creates no tables and no rows, and sends nothing. Raises BadSettings when the environment has
    unusable settings.
    """
    # Imported here: the features import this package's core.
    from app.blueprints import register_blueprints
    from app.cli import register_commands

    settings = settings or load_settings()
    app = Flask(__name__)
    _configure_app(app, settings)
    # The first to be installed is the last to see an answer.
    compression.install_compression(app)
    response_headers.install_response_headers(app)
    static_files.install_static_files(app)
    sessions.install_sessions(app)
    db.install_database(app)
    access.install_access_control(app)
    hidden_numbers.install_hidden_numbers(app)
    request_limits.install_request_limits(app)
    error_pages.install_error_pages(app)
    template_filters.install_template_filters(app)
    url_converters.install_url_converters(app)
    logging_config.configure_logging(settings)
    failpoint.arm_failpoint(settings.smsadmin_failpoint)
    register_blueprints(app)
    register_commands(app)
    return app


def _configure_app(app: Flask, settings: Settings) -> None:
    app.extensions["settings"] = settings
    slow_statements.SLOW_STATEMENTS.threshold_seconds = settings.slow_statement_ms / 1000
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=list(settings.secret_key_fallbacks),
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{settings.database_path}",
        SQLALCHEMY_ENGINE_OPTIONS={
            # Keeps the values of a failed statement out of its error's text, and of the logs.
            "hide_parameters": True,
            "pool_size": CONNECTION_POOL_SIZE,
            # Last in, first out: few connections are used, and only those keep a page cache.
            "pool_use_lifo": True,
            "connect_args": {"factory": slow_statements.TimedConnection},
        },
        MAX_CONTENT_LENGTH=MAX_UPLOAD_BYTES,
        MAX_FORM_MEMORY_SIZE=512 * 1024,
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings.trust_proxy:
        hops = settings.trust_proxy
        proxy_fix = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)
        app.wsgi_app = proxy_fix  # type: ignore[method-assign]
