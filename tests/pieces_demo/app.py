"""A tiny Flask app around the real templates and static files.

Look at it with `python -m tests.pieces_demo.app`.

It has its own layout and filters, so that the components can be checked without the features.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

from flask import Flask, Response, flash, render_template, request
from flask_wtf import CSRFProtect, FlaskForm
from flask_wtf.file import FileField
from jinja2 import StrictUndefined
from wtforms import (
    BooleanField,
    DateField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from app.core import static_files
from app.domain.delivery.message_statuses import DELIVERY_STATUS_LABELS
from app.domain.texts.initials import make_initials

APP = Path(__file__).resolve().parents[2] / "app"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
MOMENT = datetime(2026, 5, 9, 2, 45, 12, tzinfo=UTC)
TEXT = (
    "Hi {first_name|friend}, the Spring Picnic is Saturday 11am at City Park. "
    "Bring a dish to share! - Riverside"
)
MODES = [
    SelectChoice("now", "Now"),
    SelectChoice("later", "Later"),
    SelectChoice("test", "A test to me"),
]
ROLES = [
    SelectChoice("admin", "Admin"),
    SelectChoice("social_manager", "Social manager"),
]


class DemoForm(FlaskForm):
    """One field of every kind that pages use."""

    message_body = TextAreaField("Message", default=TEXT)
    include_unsubscribe = BooleanField("Add “Reply STOP to opt out”", default=True)
    name = StringField("Name", default="Zoë Hernández")
    phone = TelField("Number", default="+1 720 555 0131")
    target = SelectField("Who gets it", choices=["Everyone", "Spring picnic"])
    send_mode = RadioField("When", choices=MODES, default="later")
    schedule_date = DateField("Date", default=MOMENT.date())
    schedule_time = TimeField("Time in America/Denver", default=MOMENT.time().replace(second=0))
    role = RadioField("Role", choices=ROLES, default="admin")
    groups = SelectMultipleField(
        "Groups",
        choices=["Parents", "Choir"],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    file = FileField("Spreadsheet")
    zone = StringField("Time zone", default="America/Denver")
    password = PasswordField("Password", render_kw={"autocomplete": "new-password"})


def _entry(label: str, icon: str, group: str = "", **values: object) -> SimpleNamespace:
    url = "/" + label.lower().replace(" ", "-")
    return SimpleNamespace(
        **{
            "label": label,
            "url": url,
            "icon": icon,
            "group": group,
            "current": False,
            "count": None,
            **values,
        }
    )


def build_layout(*, signed_in: bool = True, theme: str = "") -> SimpleNamespace:
    """Build the layout of a signed-in admin in practice mode, or of a signed-out visitor."""
    menu = [
        _entry("Home", "house", url="/", current=True),
        _entry("Inbox", "inbox", count=3),
        _entry("Blasts", "send"),
        _entry("Community", "users"),
        _entry("Events", "calendar-days"),
        _entry("Surveys", "clipboard-list"),
        _entry("Keywords", "zap"),
        _entry("Do not text", "bell-off"),
        _entry("Practice phone", "smartphone"),
        _entry("Users", "shield-check", "Admin"),
        _entry("Audit", "history", "Admin"),
        _entry("Settings", "settings", "Admin"),
    ]
    practice = SimpleNamespace(
        kind="warn",
        title="Practice mode.",
        text="No real texts are sent. Messages go to the practice phone.",
        links=[("Open it", "/sandbox"), ("Connect Twilio", "/settings")],
    )
    paused = SimpleNamespace(
        kind="bad",
        title="Sending is paused.",
        text="Twilio does not accept the sender.",
        links=[("See why", "/logs")],
    )
    ada = SimpleNamespace(
        username="ada",
        storage_key="1-1764288000",
        account_url="/account/password",
        logout_url="/logout",
        current=False,
    )
    return SimpleNamespace(
        organisation="Riverside Community",
        menu=menu,
        tabs=[menu[0], menu[1], menu[2], menu[3]],
        banners=[practice, paused] if signed_in else [practice],
        user=ada if signed_in else None,
        notices=_entry("Notifications", "bell", count=2) if signed_in else None,
        new_blast_url="/blasts/new",
        search_url="/search",
        live_url="",
        theme=theme,
        version="0.0.0",
    )


def _wrong_form() -> DemoForm:
    form = DemoForm(prefix="wrong-", formdata=None)
    form.message_body.data = (
        "Don’t miss it – “free” ice cream 🎉 for everybody who comes early to the park tomorrow!"
    )
    form.phone.data = "123"
    for field, sentence in (
        (form.message_body, "There is no {nickname}. Did you mean {first_name}?"),
        (form.phone, "No phone can have this number. Is a digit missing?"),
        (form.role, "Choose a role."),
        (form.file, "This file is empty."),
        (form.include_unsubscribe, "Please tick this."),
    ):
        field.errors = [*field.errors, sentence]
    return form


def create_demo() -> Flask:
    """An app with `/` (every piece), `/signed-out` and `/error`; `?theme=dark` sets the
    theme.
    """
    app = Flask(
        "pieces_demo",
        template_folder=str(APP / "templates"),
        static_folder=str(APP / "static"),
    )
    app.config.update(SECRET_KEY="demo", TESTING=True)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    CSRFProtect(app)
    static_files.install_static_files(app)
    # Of a signed-in user who may do everything.
    app.jinja_env.globals.update(may_send=lambda _url: True, may_visit=lambda _url: True)
    app.jinja_env.filters.update(
        local=lambda moment: moment.strftime("%a %-d %b %H:%M"),
        recent=lambda moment: moment.strftime("%a, %b %-d, %-I:%M %p"),
        iso=lambda moment: moment.isoformat(),
        phone=lambda e164: f"{e164[:2]} {e164[2:5]} {e164[5:8]} {e164[8:]}",
        number=lambda value: f"{value:,}",
        state_words=DELIVERY_STATUS_LABELS.__getitem__,
        initials=make_initials,
    )
    app.after_request(_strict)
    app.add_url_rule("/", view_func=pieces, methods=["GET", "POST"])
    app.add_url_rule("/signed-out", view_func=signed_out)
    app.add_url_rule("/error", view_func=error)
    return app


def _strict(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    return response


def pieces() -> str:
    """Show every component on one page."""
    flash("Zoë is on the list.", "success")
    frame = build_layout(theme=request.args.get("theme", ""))
    return render_template(
        "pieces.html",
        layout=frame,
        form=DemoForm(formdata=None),
        wrong=_wrong_form(),
        now=MOMENT,
    )


def signed_out() -> str:
    """Show the narrow page of a visitor who is not signed in."""
    frame = build_layout(signed_in=False, theme=request.args.get("theme", ""))
    return render_template(
        "errors/page.html",
        layout=frame,
        code=404,
        admins=[],
        title="Not here",
        text="There is no page at this address.",
        error_id=None,
    )


def error() -> str:
    """Show an error page to a signed-in user."""
    frame = build_layout(theme=request.args.get("theme", ""))
    return render_template(
        "errors/page.html",
        layout=frame,
        code=500,
        admins=[],
        title="Something went wrong on our side",
        text="Nothing you typed was sent. Please try again in a minute.",
        error_id="7F3A-19C2",
    )


if __name__ == "__main__":
    create_demo().run(port=5099)
