"""Views that ask for the password again when it was entered long ago; accounts knows how.

@recent_sign_in_required stands beside the decorator that declares who may call the view.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app
from flask.typing import ResponseReturnValue

ViewFunction = TypeVar("ViewFunction", bound=Callable[..., Any])
SignInCheck = Callable[[Any], ResponseReturnValue | None]
CHECK_KEY = "sign_in_check"


def recent_sign_in_required(view: ViewFunction) -> ViewFunction:
    """Declare that the view asks for the password again when it was entered long ago."""
    view.needs_recent_sign_in = True  # type: ignore[attr-defined]
    return view


def guarded_download(view: ViewFunction) -> ViewFunction:
    """Declare the same of a view that answers with a file: no page comes after it."""
    view.is_download = True  # type: ignore[attr-defined]
    return recent_sign_in_required(view)


def needs_recent_sign_in(view: Any) -> bool:
    """Whether a view is declared so."""
    return bool(getattr(view, "needs_recent_sign_in", False))


def is_download(view: Any) -> bool:
    """Whether a view is declared to answer with a file."""
    return bool(getattr(view, "is_download", False))


def set_sign_in_check(app: Flask, check: SignInCheck) -> None:
    """Set the function that looks at the session of whoever may call a view."""
    app.extensions[CHECK_KEY] = check


def check_sign_in(view: Any) -> ResponseReturnValue | None:
    """Return what is answered instead of the view; None: the session is good enough for it."""
    check: SignInCheck | None = current_app.extensions.get(CHECK_KEY)
    return check(view) if check is not None else None
