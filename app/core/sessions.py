"""The session cookie, which is Secure for every request that came over https."""

import hashlib
from urllib.parse import urlsplit

import itsdangerous
from flask import Flask, Request, Response, request
from flask.sessions import (
    SecureCookieSession,
    SecureCookieSessionInterface,
    SessionMixin,
)
from werkzeug.exceptions import SecurityError

from app.core.settings import Settings

# A browser takes a cookie of this name only over https, from this host alone, for every path: no
# other program of the domain can set one.
HOST_PREFIX = "__Host-"


class CookieSessionInterface(SecureCookieSessionInterface):
    """Flask's sessions, except that Secure depends on the request.

    The same server also answers at http://127.0.0.1, where browsers refuse a Secure cookie.
    """

    # Flask's default is SHA-1.
    digest_method = staticmethod(hashlib.sha256)

    def get_cookie_name(self, app: Flask) -> str:
        """Return the cookie's name: with the prefix __Host- wherever it is Secure."""
        name = super().get_cookie_name(app)
        return HOST_PREFIX + name if self.get_cookie_secure(app) else name

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether the request came over https, or to the https host of PUBLIC_BASE_URL."""
        settings: Settings = app.extensions["settings"]
        public = urlsplit(settings.public_base_url)
        if request.is_secure or public.scheme != "https":
            return request.is_secure
        try:
            return request.host == public.netloc
        except SecurityError:
            # A name that is not served: the answer is an error, over http.
            return False

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session of the request's cookie."""
        # Twilio and monitors send no cookie: an empty session needs no check of a signature.
        if "HTTP_COOKIE" not in request.environ and app.secret_key:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(
        self,
        app: Flask,
        session: SessionMixin,
        response: Response,
    ) -> None:
        """Write the cookie, unless the session is empty and was never read."""
        if session or session.accessed or session.modified:
            super().save_session(app, session, response)


def install_sessions(app: Flask) -> None:
    """Set the session interface and the cookie settings of `app`."""
    # Of links, devices and the forms' tokens: the library's default is SHA-1 too.
    itsdangerous.Signer.default_digest_method = staticmethod(hashlib.sha256)
    app.session_interface = CookieSessionInterface()
    is_secure = app.extensions["settings"].public_base_url.startswith("https://")
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_NAME=f"{HOST_PREFIX if is_secure else ''}remember_token",
        REMEMBER_COOKIE_SECURE=is_secure,
    )
