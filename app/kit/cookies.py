"""The session cookie: Secure for whoever comes in through our public https address or any other https."""

from urllib.parse import urlsplit

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface

from app.kit.settings import Settings


class Sessions(SecureCookieSessionInterface):
    """Flask's own, but Secure is judged by the request: the same server is also visited at http://127.0.0.1."""

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether this visitor came over https, as far as we or the proxy in front can tell."""
        settings: Settings = app.extensions["settings"]
        public = urlsplit(settings.public_base_url)
        return request.is_secure or (public.scheme == "https" and request.host == public.netloc)


def install(app: Flask) -> None:
    """Give `app` these sessions."""
    app.session_interface = Sessions()
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=app.extensions["settings"].public_base_url.startswith("https://"),
    )
