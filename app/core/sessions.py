"""The session cookie: Secure for whoever comes in through our public https address or any other
https.
"""

from urllib.parse import urlsplit

from flask import Flask, Request, Response, request
from flask.sessions import (
    SecureCookieSession,
    SecureCookieSessionInterface,
    SessionMixin,
)

from app.core.settings import Settings


class CookieSessionInterface(SecureCookieSessionInterface):
    """Flask's own, but Secure is judged by the request: the same server is also visited at
    http://127.0.0.1.
    """

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether this visitor came over https, as far as we or the proxy in front can tell."""
        settings: Settings = app.extensions["settings"]
        public = urlsplit(settings.public_base_url)
        return request.is_secure or (public.scheme == "https" and request.host == public.netloc)

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Whoever brings no cookie (Twilio, a monitor) gets an empty session at once: nothing
        needs a signature.
        """
        if "HTTP_COOKIE" not in request.environ and app.secret_key:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """An empty session that nobody looked at leaves no trace."""
        if session or session.accessed or session.modified:
            super().save_session(app, session, response)


def install_sessions(app: Flask) -> None:
    """Give `app` these sessions."""
    app.session_interface = CookieSessionInterface()
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=app.extensions["settings"].public_base_url.startswith("https://"),
    )
