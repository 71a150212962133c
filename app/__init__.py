"""SMS Admin: a small organisation texts its people, rehearsed, never twice, never lost."""

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from app.kit import (
    access,
    addresses,
    assets,
    cookies,
    db,
    errors,
    failpoint,
    filters,
    headers,
    log,
)
from app.kit.environment import read
from app.kit.settings import Settings

UPLOAD_LIMIT = 10 * 1024 * 1024
CONNECTIONS = (
    40  # for the 24 threads that answer (gunicorn.conf.py), the engine and the jobs
)


def create_app(settings: Settings | None = None) -> Flask:
    """The app for these settings (default: the environment's).

    Makes no tables, sends nothing, seeds nothing.

    Raises BadSettings when the environment cannot be used.
    """
    from app.rooms import (
        open_rooms,
    )  # rooms know this package's kit, so they are opened after it

    settings = settings or read()
    app = Flask(__name__)
    _configure(app, settings)
    for furniture in (headers, assets, cookies, db, access, errors, filters, addresses):
        furniture.install(app)
    log.install(settings)
    failpoint.arm(settings.smsadmin_failpoint)
    open_rooms(app)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.extensions["settings"] = settings
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{settings.database_path}",
        SQLALCHEMY_ENGINE_OPTIONS={
            # what was to be saved stays out of an error's text, and so out of the logs
            "hide_parameters": True,
            "pool_size": CONNECTIONS,
            # the few that are in use keep their pages in memory, the others take none
            "pool_use_lifo": True,
        },
        MAX_CONTENT_LENGTH=UPLOAD_LIMIT,
        MAX_FORM_MEMORY_SIZE=512 * 1024,
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings.trust_proxy:
        hops = settings.trust_proxy
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
